import pytest

from pharmakon.workflows.design_check import mistakes
from pharmakon.workflows.design_choices import meanings


def found(**config):
    return {one.where: one.message for one in mistakes(config, meanings())}


GOOD = {"property": "qed", "want": ">= 0.5"}


def test_a_hazard_that_is_rewarded_is_a_mistake_of_its_wish():
    assert "hazard" in found(goals=[GOOD, {"property": "herg", "want": ">= 6"}])["goals.1.want"]
    assert found(goals=[GOOD, {"property": "herg", "want": "<= 6"}]) == {}


def test_what_can_never_be_met_is_a_mistake_of_its_wish_or_of_all_but_not_where_a_mode_keeps_it():
    assert "can never be met" in found(goals=[GOOD, {"property": "tpsa", "want": "<= -1"}])["goals.1"]
    light, heavy = ({"property": "mw", "want": want} for want in ("<= 200", ">= 400"))
    assert "exclude each other" in found(goals=[GOOD], constraints=[light, heavy])["goals"]
    rare = {"property": "unprecedented_rings", "want": ">= 1"}
    assert "not proposed" in found(goals=[rare])["goals.0"]
    assert found(goals=[rare], mode={"kind": "decorate", "scaffold": "C1=CC=C1"}) == {}


def test_each_mistake_stands_where_it_was_made_and_none_hides_another():
    said = found(
        goals=[{"property": "hergg", "want": "<= 5"}, {"property": "mw", "want": "heavy"}, {"keep": "(("}],
        constraints=[{"property": "qed", "want": ">= 0.5", "uncertainty": "probability"}],
        calls=0,
    )
    assert {"goals.0.property", "goals.1.want", "goals.2.keep", "constraints.0.uncertainty", "calls"} <= said.keys()
    assert "did you mean 'herg'" in said["goals.0.property"]


@pytest.mark.parametrize(
    ("mode", "word"),
    [({"kind": "decorate"}, "needs scaffold"), ({"kind": "grow", "fragment": "c1ccccc1"}, "no attachment point")],
)
def test_a_mode_that_lacks_what_it_needs(mode, word):
    assert any(word in text for place, text in found(goals=[GOOD], mode=mode).items() if place.startswith("mode"))


def test_a_scheduled_chemical_is_refused_and_not_an_error_of_the_server():
    said = found(goals=[GOOD], mode={"kind": "analogues", "molecule": "CC(C)OP(C)(=O)F"})
    assert list(said) == ["mode"]


def test_the_same_wish_twice():
    assert "asked for twice" in found(goals=[GOOD, GOOD])["goals"]


def test_novelty_is_against_a_table():
    wish = {"property": "novelty", "want": ">= 0.4"}
    assert "give known" in found(goals=[GOOD], constraints=[wish])["constraints.0"]
    assert found(goals=[GOOD], constraints=[wish], known="ours.csv") == {}


def test_examples_are_left_to_the_run():
    assert found(goals=[{"property": "herg", "like": ["CCO", "CCN"]}]) == {}


def test_one_mistake_is_counted_once():
    assert list(found(goals=[{"property": "qed", "want": ">= much"}])) == ["goals.0.want"]
    assert found(goals=[GOOD], start="CCO") == {"start": 'is a list: write start = ["CCO"]'}


def test_the_response_of_nobody_is_no_goal():
    goal = {"property": "patient_response", "want": "<= 0", "tolerance": 3}
    (found,) = mistakes({"goals": [goal]}, meanings())
    assert found.place == ("goals", 0, "property") and "table as patient" in found.message
    assert not mistakes({"goals": [goal], "patient": "profile.csv"}, meanings())
