import math
from itertools import product

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.delong import auc_difference, auc_interval, delong
from pharmakon.learn.metrics import auroc


def by_pairs(y, scores):
    """DeLong's covariance as the paper writes it: every pair of a positive and a negative."""
    ones, zeros = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    psi = np.array([[[(s[i] > s[j]) + 0.5 * (s[i] == s[j]) for j in zeros] for i in ones] for s in scores])
    auc, a, b = psi.mean(axis=(1, 2)), psi.mean(axis=2), psi.mean(axis=1)
    cov = np.zeros((len(scores), len(scores)))
    for r, s in product(range(len(scores)), repeat=2):
        s10 = ((a[r] - auc[r]) * (a[s] - auc[s])).sum() / (len(ones) - 1)
        s01 = ((b[r] - auc[r]) * (b[s] - auc[s])).sum() / (len(zeros) - 1)
        cov[r, s] = s10 / len(ones) + s01 / len(zeros)
    return auc, cov


def drawn(n, seed, gap=1.0):
    random = np.random.default_rng(seed)
    y = (np.arange(n) < n // 3).astype(float)
    shared = random.normal(size=n)
    return y, np.array([gap * y + shared + random.normal(size=n), 0.5 * y + shared + random.normal(size=n)])


@pytest.mark.parametrize("digits", [6, 0])
def test_ranks_give_what_all_pairs_give_with_ties_too(digits):
    y, scores = drawn(60, 0)
    scores = scores.round(digits)
    auc, cov = delong(y, scores)
    expected_auc, expected_cov = by_pairs(y, scores)
    np.testing.assert_allclose(auc, expected_auc)
    np.testing.assert_allclose(cov, expected_cov)
    assert auc[0] == pytest.approx(auroc(y, scores[0]))


def test_a_case_worked_by_hand():
    """Positives 3, 1; negatives 2, 0: AUC 3/4; components 1, 1/2 and 1/2, 1; variance 1/8 / 2 + 1/8 / 2."""
    found = auc_interval([1, 1, 0, 0], [3, 1, 2, 0])
    assert found.value == 0.75
    assert (found.low, found.high) == (pytest.approx(0.75 - 1.959964 * math.sqrt(1 / 8)), 1.0)


def test_intervals_hold_the_truth_as_often_as_they_say():
    from scipy.stats import norm

    truth = [norm.cdf(gap / 2) for gap in (1.0, 0.5)]  # scores of variance 2: the difference of two has variance 4
    single = paired = 0
    for seed in range(400):
        y, scores = drawn(90, seed)
        one, two = auc_interval(y, scores[0]), auc_difference(y, *scores)
        single += one.low <= truth[0] <= one.high
        paired += two.low <= truth[0] - truth[1] <= two.high
    assert 0.915 <= single / 400 <= 0.98
    assert 0.915 <= paired / 400 <= 0.98


def test_what_cannot_be_told_has_no_ends():
    perfect = auc_interval([0, 0, 1, 1], [1, 2, 3, 4])
    assert perfect.value == 1
    assert math.isnan(perfect.low)
    assert math.isnan(auc_interval([0, 0, 1], [1, 3, 2]).high)
    assert math.isnan(auc_interval([1, 1], [1, 3]).value)
    assert math.isnan(auc_difference([0, 1, 0, 1], [1, 2, 3, 4], [1, 2, 3, 4]).low)
    with pytest.raises(UsageError, match="a score for each"):
        delong([0, 1], [1.0, np.nan])
