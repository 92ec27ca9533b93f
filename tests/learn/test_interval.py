"""A number and its interval."""

import math
from statistics import NormalDist

import pytest

from pharmakon.learn.interval import NORMAL, Interval


def test_ends_are_unknown_unless_given():
    value, low, high = Interval(0.5)
    assert value == 0.5 and math.isnan(low) and math.isnan(high)


def test_a_normal_interval_holds_19_of_20():
    assert NormalDist().inv_cdf(0.975) == pytest.approx(NORMAL, rel=1e-12)
