import numpy as np
import pytest

from pharmakon.fairness.groups import Groups
from pharmakon.fairness.power import auc_error, detectable


def test_hanley_and_mcneil():
    # Radiology 1982, 143, 29: AUC 0.893 of 51 and 58 has a standard error of 0.032.
    assert auc_error(0.893, 51, 58) == pytest.approx(0.032, abs=1e-3)
    assert np.isnan(auc_error(0.8, 0, 10))


def test_the_gap_that_can_be_found_is_found_four_times_in_five():
    random = np.random.default_rng(0)
    groups = Groups.of("g", ["a"] * 200 + ["b"] * 300)
    y = np.tile([1.0, 0.0], 250)
    found = detectable(groups, y, rate=0.8)[0]
    assert (found.n, found.events, found.others) == (200, 100, 100)
    from scipy.stats import norm

    a = random.binomial(100, 0.8 - found.rate_gap / 2, 4000) / 100
    b = random.binomial(150, 0.8 + found.rate_gap / 2, 4000) / 150
    pooled = (100 * a + 150 * b) / 250
    z = (b - a) / np.sqrt(pooled * (1 - pooled) / 60)
    assert np.mean(np.abs(z) > norm.ppf(0.975)) == pytest.approx(0.8, abs=0.04)


def test_a_larger_group_shows_smaller_gaps_and_a_small_one_tells_nothing():
    y = np.tile([1.0, 0.0], 300)
    big, small = detectable(Groups.of("g", ["a"] * 580 + ["b"] * 20), y)
    assert big.enough and not big.small
    assert small.small and not small.enough
    assert big.prevalence_gap == pytest.approx(small.prevalence_gap)
