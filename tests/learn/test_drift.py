"""Limits with three answers: never an alarm by chance alone, never praise for a sample that cannot tell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from pharmakon.core.errors import UsageError
from pharmakon.learn.drift import Limit, fold_apart, loss_ratio, mean_shift, share
from pharmakon.learn.interval import Interval


@pytest.mark.parametrize(
    ("side", "interval", "verdict"),
    [
        ("least", (0.9, 0.85, 0.95), "held"),
        ("least", (0.7, 0.60, 0.79), "passed"),
        ("least", (0.7, 0.60, 0.85), "cannot tell"),
        ("least", (0.9, math.nan, math.nan), "cannot tell"),
        ("most", (0.5, 0.3, 0.7), "held"),
        ("most", (0.9, 0.85, 1.2), "passed"),
        ("most", (0.9, 0.7, 1.2), "cannot tell"),
    ],
)
def test_a_limit_is_held_or_passed_by_the_whole_interval(side, interval, verdict):
    assert Limit(side, 0.8).verdict(Interval(*interval)) == verdict


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (3, 7), (7, 7), (90, 100)])
def test_a_share_has_the_exact_interval(hits, n):
    exact = binomtest(hits, n).proportion_ci(0.95, method="exact")
    assert share(hits, n) == pytest.approx((hits / n, exact.low, exact.high))


def test_a_share_of_nothing_is_unknown_and_one_of_too_much_refused():
    assert math.isnan(share(0, 0).value)
    with pytest.raises(UsageError):
        share(3, 2)


def test_errors_that_did_not_grow_rarely_pass_a_limit_and_doubled_ones_do():
    generator = np.random.default_rng(0)
    limit = Limit("most", 1.5)
    same = [limit.verdict(loss_ratio(generator.exponential(size=60), 1.0, resamples=200)) for _ in range(100)]
    doubled = [limit.verdict(loss_ratio(generator.exponential(size=60) * 2.6, 1.0, resamples=200)) for _ in range(100)]
    assert same.count("passed") == 0 and same.count("held") > 85
    assert doubled.count("passed") > 85


def test_few_rows_have_a_number_and_no_interval():
    assert loss_ratio([1.0, 1.0], 0.5) == pytest.approx((2.0, math.nan, math.nan), nan_ok=True)
    assert Limit("most", 1.5).verdict(loss_ratio([9.0, 9.0], 0.5)) == "cannot tell"
    assert math.isnan(loss_ratio([1.0], 0.0).value)


def test_a_shift_counts_to_either_side_and_a_chance_one_reaches_0():
    generator = np.random.default_rng(1)
    up, down = mean_shift(generator.normal(2, 1, 200), unit=2.0), mean_shift(generator.normal(-2, 1, 200), unit=2.0)
    for found in (up, down):
        assert 0.9 < found.value < 1.1 and 0.85 < found.low < found.value < found.high < 1.15
    assert mean_shift(generator.normal(0, 1, 200)).low == 0.0


def test_events_expected_against_seen():
    assert fold_apart(50, 50.0, 100).value == 1.0 and fold_apart(50, 50.0, 100).low == 1.0
    twice, half = fold_apart(60, 30.0, 100), fold_apart(15, 30.0, 100)
    assert twice.value == pytest.approx(2) and half.value == pytest.approx(2)
    assert twice.low > 1.5 and math.isnan(fold_apart(3, 1.0, 5).low)
