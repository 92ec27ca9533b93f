import numpy as np
import pytest

from pharmakon.fairness.calibration import by_group
from pharmakon.fairness.classification import Judged
from pharmakon.fairness.groups import Groups


def made(n=6000, seed=0):
    """Two groups: risks that are right in a, and in b those of a logit that is half as steep and moved by 0.7."""
    random = np.random.default_rng(seed)
    groups = Groups.of("g", ["a", "b"] * (n // 2))
    score = random.normal(-0.5, 1.2, n)
    truth = np.where(groups.code == 0, score, 0.5 * score + 0.7)
    y = (random.random(n) < 1 / (1 + np.exp(-truth))).astype(float)
    risk = 1 / (1 + np.exp(-score))
    return groups, Judged(y, risk, (risk >= 0.5).astype(float)), score


def test_what_is_wrong_in_one_group_is_seen_in_it_alone():
    groups, judged, _ = made()
    found = by_group(judged, groups.code, 2)(np.ones((1, 6000)))
    assert found["slope"][0, :2] == pytest.approx([1, 0.5], abs=0.1)
    assert found["intercept"][0, 0] == pytest.approx(0, abs=0.1) and found["intercept"][0, 1] > 0.5
    assert found["observed_expected"][0, 0] == pytest.approx(1, abs=0.06)
    assert found["ece"][0, 1] > 4 * found["ece"][0, 0]


def test_slope_and_intercept_are_those_of_a_logistic_model():
    from sklearn.linear_model import LogisticRegression

    groups, judged, score = made(2000)
    found = by_group(judged, groups.code, 2)(np.ones((1, 2000)))
    for level in (0, 1):
        rows = groups.code == level
        fit = LogisticRegression(C=np.inf, tol=1e-10).fit(score[rows, None], judged.y[rows])
        assert found["slope"][0, level] == pytest.approx(fit.coef_[0, 0], abs=1e-4)
        assert found["line_intercept"][0, level] == pytest.approx(fit.intercept_[0], abs=1e-4)
        assert found["observed_expected"][0, level] == pytest.approx(judged.y[rows].mean() / judged.risk[rows].mean())


def test_the_error_is_over_bins_of_equal_numbers():
    y, risk = np.tile([1.0, 0, 0, 0], 50), np.full(200, 0.35)
    found = by_group(Judged(y, risk, y), np.zeros(200, np.intp), 1)(np.ones((1, 200)))
    assert found["ece"][0, 0] == pytest.approx(0.1)


def test_a_sample_is_fitted_by_one_step_well_enough():
    groups, judged, _ = made(3000, seed=5)
    counts = np.bincount(np.random.default_rng(1).integers(3000, size=3000), minlength=3000).astype(float)
    found = by_group(judged, groups.code, 2)(counts[None])
    rows = np.repeat(np.arange(3000), counts.astype(int))
    again = Judged(judged.y[rows], judged.risk[rows], judged.called[rows])
    whole = by_group(again, groups.code[rows], 2)(np.ones((1, len(rows))))
    assert found["slope"] == pytest.approx(whole["slope"], abs=0.01)
    assert found["intercept"] == pytest.approx(whole["intercept"], abs=0.01)
    assert found["observed_expected"] == pytest.approx(whole["observed_expected"], abs=1e-12)


def test_a_group_of_one_class_has_no_slope():
    judged = Judged(np.array([0.0] * 30 + [1.0, 0.0] * 15), np.linspace(0.1, 0.9, 60), np.zeros(60))
    found = by_group(judged, np.repeat([0, 1], 30), 2)(np.ones((1, 60)))
    assert np.isnan(found["slope"][0, 0]) and np.isfinite(found["slope"][0, 1])


def test_the_line_of_a_sample_has_its_own_intercept_too():
    from sklearn.linear_model import LogisticRegression

    groups, judged, score = made(3000, seed=5)
    counts = np.bincount(np.random.default_rng(1).integers(3000, size=3000), minlength=3000).astype(float)
    found = by_group(judged, groups.code, 2)(counts[None])
    for level in (0, 1):
        rows = groups.code == level
        fit = LogisticRegression(C=np.inf, tol=1e-10).fit(score[rows, None], judged.y[rows], sample_weight=counts[rows])
        assert found["line_intercept"][0, level] == pytest.approx(fit.intercept_[0], abs=0.02)
