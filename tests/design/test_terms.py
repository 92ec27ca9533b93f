"""What a wish in a goal file may say."""

import math

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.design.desirability import Want
from pharmakon.design.terms import Constraint, Goal


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"property": "qed"}, "needs want"),
        ({"want": ">= 8"}, "exactly one"),
        ({"property": "qed", "want": 0.8}, r'want = ">= 0\.8", "<= 0\.8" or "= 0\.8"'),
        ({"property": "qed", "want": ">= 1", "keep": "C"}, "exactly one"),
        ({"property": "qed", "want": "high"}, "not a wish"),
        ({"keep": "C(("}, "SMARTS"),
        ({"to": "C1CC", "want": ">= 0.5"}, "SMILES"),
        ({"property": "similarity", "want": ">= 0.5"}, "similarity"),
        ({"property": "qed", "want": ">= 1", "weight": 0}, "greater than 0"),
        ({"property": "qed", "want": ">= 1", "wieght": 2}, "did you mean 'weight'"),
        ({"property": "qed", "want": ">= 1", "like": ["C"]}, "want and like"),
        ({"property": "qed", "points": [[0, 0], [1, 1]], "like": ["C"]}, "like and points"),
        ({"property": "qed", "like": ["C", "C(("]}, "SMILES"),
        ({"keep": "C", "like": ["C"]}, "takes no like"),
        ({"property": "qed", "over": "qed", "want": ">= 1"}, "itself"),
        ({"to": "CC", "over": "qed", "want": ">= 1"}, "over needs a property"),
        ({"property": "qed", "points": [[1, 0], [0, 1]]}, "must rise"),
        ({"property": "qed", "points": [[0, 0], [1, 0.5]]}, "one of them is 1"),
        ({"property": "qed", "points": [[0, 1], [1, 0], [2, 1]]}, "one hill"),
        ({"property": "qed", "points": [[0, 1], [1, -1]]}, "between 0 and 1"),
        ({"property": "qed", "points": [[0, 1], [1, 1]]}, "want every value"),
        ({"property": "qed", "points": [[0, 0], [1, 1]], "shape": "step"}, "leave shape out"),
        ({"property": "qed", "points": [[0, 0], [1, 1]], "uncertainty": "probability"}, "points are judged"),
        ({"property": "qed", "over": "similarity", "want": ">= 1"}, "no property"),
        ({"property": "shape", "want": ">= 0.5"}, "a shape needs to"),
        ({"property": "shape", "to": "CCO", "want": ">= 0.5", "fingerprint": "fcfp4"}, "goes with a similarity"),
        ({"to": "CCO", "want": ">= 0.5", "fingerprint": "maccs"}, "ecfp4"),
    ],
)
def test_a_wrong_goal_is_one_sentence(data, says):
    with pytest.raises(ConfigError, match=says):
        build(Goal, data, where="goal.toml")


def test_what_points_want_is_where_they_say_one():
    def wanted(*points):
        return Goal(property="mw", points=points).wanted()

    assert wanted((1, 0), (2, 1), (3, 1), (4, 0)) == Want(2, 3)
    assert wanted((1, 0), (2, 1)) == Want(2, math.inf)
    assert wanted((1, 1), (2, 0)) == Want(-math.inf, 1)


def test_what_is_asked_is_short():
    def fitted(*values):
        return Goal(property="mw", like=("C",)).fitted(values, 1.0).asked()

    assert Goal(property="mw", want="> 3.00").asked() == "> 3.00"
    assert fitted(0.9324324324324325, 0.1) == "0.1..0.9324"
    assert Goal(property="mw", points=((1, 0), (2, 1))).asked() == ">= 2"
    assert Goal(property="mw", points=((1, 1), (2, 0))).asked() == "<= 1"
    assert Goal(keep="CC").asked() == ""


def test_a_constraint_has_neither_weight_nor_points():
    for more in ({"weight": 2}, {"points": [[0, 0], [1, 1]]}):
        with pytest.raises(ConfigError, match=r"weight|points"):
            build(Constraint, {"property": "qed", "want": ">= 1", **more}, where="goal.toml")


def test_a_ring_may_be_written_with_alternating_bonds():
    assert Constraint(keep="C1=CC=CC=C1").keep == "c1ccccc1"
    assert Constraint(avoid="C1=CC=NC=C1").avoid == "c1ccncc1"
