import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmakon.chem.descriptors import NAMED
from pharmakon.core.types import Property
from pharmakon.design.desirability import Want, desirability

SHAPES = ("linear", "sigmoid", "step", "gaussian", "exponential")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (">= 8", 8, math.inf),
        ("<=0.3", -math.inf, 0.3),
        ("2..5", 2, 5),
        (" -3 .. -1.5 ", -3, -1.5),
        ("= 3", 3, 3),
        (">1e-6", math.nextafter(1e-6, 1), math.inf),
    ],
)
def test_wants_are_read(text, low, high):
    assert Want.parse(text) == Want(low, high)


@pytest.mark.parametrize("text", ["8", ">> 8", ">= eight", "5..2", "", "<= nan", "2...5", ">= inf"])
def test_other_texts_are_told_off(text):
    with pytest.raises(ValueError, match=r"wish|number|before"):
        Want.parse(text)


def test_strict_bounds_are_strict():
    assert Want.parse("< 5").violation(5) > 0
    assert Want.parse("<= 5").violation(5) == 0


@pytest.mark.parametrize("shape", SHAPES)
@given(st.floats(0.0, 1e4), st.floats(1e-3, 1e3))
def test_one_inside_and_falling_for_ever_outside(shape, outside, more):
    want = Want.parse("2..5")
    near = desirability(want, 5 + outside, 0, 0, tolerance=1.0, shape=shape)
    far = desirability(want, 5 + outside + more, 0, 0, tolerance=1.0, shape=shape)
    assert desirability(want, 3.3, 0, 0, tolerance=1.0, shape=shape) == 1.0
    assert 0 < far < near <= 1  # there is always a way that is up


def test_uncertainty_lowers_what_is_only_just_reached():
    want = Want.parse(">= 8")
    sure = desirability(want, 8.2, 8.1, 8.3, tolerance=2.0)
    worse = desirability(want, 8.2, 7.2, 9.2, tolerance=2.0, uncertainty="pessimistic")
    chance = desirability(want, 8.2, 7.2, 9.2, tolerance=2.0, uncertainty="probability")
    coin = desirability(want, 8.0, 7.0, 9.0, tolerance=2.0, uncertainty="probability")
    assert sure == 1.0
    assert worse < 1
    assert 0.5 < chance < 0.7
    assert coin == pytest.approx(0.05 + 0.95 * 0.5)
    exact = desirability(want, 8.2, 8.2, 8.2, tolerance=2.0, uncertainty="probability")
    assert exact == 1.0


def test_tolerance_comes_from_the_range_or_the_bound():
    probability = Property("herg", "hERG", "probability", low=0, high=1)
    assert Want.parse("<= 0.3").tolerance(probability) == 0.25
    assert Want.parse("<= 500").tolerance(NAMED["mw"]) == 125
    assert Want.parse("<= 1").tolerance(NAMED["hbd"]) == 1
