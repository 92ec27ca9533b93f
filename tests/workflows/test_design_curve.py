import pytest

from pharmakon.design.desirability import Want, desirability
from pharmakon.workflows.design_curve import CurveConfig, run


def points(**asked):
    return run(CurveConfig(**{"want": ">= 8", "low": 0, "high": 14, "tolerance": 2} | asked))


def test_the_points_are_what_the_search_will_judge_by():
    for value, grade in points(shape="sigmoid"):
        assert grade == desirability(Want.parse(">= 8"), value, value, value, tolerance=2, shape="sigmoid")


def test_values_rise_from_end_to_end_and_hold_the_bound():
    values = [value for value, _ in points(want="2..5")]
    assert values == sorted(values) and values[0] == 0 and values[-1] == 14
    assert {2.0, 5.0} <= set(values)


def test_a_constraint_holds_or_not():
    assert {grade for _, grade in points(role="constraint")} == {0.0, 1.0}


def test_points_of_the_users_own_are_followed():
    found = dict(points(want="", points=((0, 0.0), (7, 1.0), (14, 0.5))))
    assert found[7.0] == 1.0 and found[14.0] < found[7.0]


def test_a_wish_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="not a wish"):
        points(want="about 5")
