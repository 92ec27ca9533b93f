import json

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.conformal import ClassConformal, NormalisedConformal


def heteroscedastic(r, n):
    """Residuals whose spread grows sixfold, a sigma that knows half of it, and two bins."""
    x = r.random(n)
    return np.abs(r.normal(size=n) * (0.5 + 2.5 * x)), 0.5 + x, (x > 0.5).astype(int)


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_covers_as_often_as_it_says(level):
    r = np.random.default_rng(0)
    held, conditional = [], []
    for _ in range(60):
        residual, sigma, bins = heteroscedastic(r, 600)
        conformal = NormalisedConformal(level=level).fit(residual[:300], sigma[:300], bins[:300])
        inside = residual[300:] <= conformal.half_width(sigma[300:], bins[300:])
        held.append(inside.mean())
        conditional.append([inside[bins[300:] == b].mean() for b in (0, 1)])
    # 60 repeats of 300 rows each from 300: standard error of the mean about sqrt(level (1 - level) / 9000).
    assert abs(np.mean(held) - level) < 4 * np.sqrt(level * (1 - level) / 9000)
    assert np.abs(np.mean(conditional, axis=0) - level).max() < 0.03  # in each bin too


def test_without_bins_one_bin_is_overcovered_and_the_other_under():
    r = np.random.default_rng(1)
    residual, sigma, bins = heteroscedastic(r, 20_000)
    conformal = NormalisedConformal().fit(residual[:10_000], sigma[:10_000])
    inside = residual[10_000:] <= conformal.half_width(sigma[10_000:])
    assert inside[bins[10_000:] == 0].mean() > 0.93
    assert inside[bins[10_000:] == 1].mean() < 0.88


def test_the_quantile_is_that_of_finite_samples():
    # 19 scores, level 0.9: the 18th smallest of 19 (20 * 0.9), not the 90th percentile.
    scores = np.arange(1.0, 20.0)
    conformal = NormalisedConformal(softening=0).fit(scores, np.ones(19))
    assert conformal.half_width(np.array([2.0]))[0] == 36
    assert NormalisedConformal(softening=0).fit(scores[:9], np.ones(9)).quantile_ == 9
    assert NormalisedConformal(softening=0).fit(scores[:8], np.ones(8)).quantile_ == np.inf


def test_a_small_or_unknown_bin_uses_all_rows():
    residual = np.concatenate([np.ones(100), np.full(29, 5.0)])
    bins = np.array([0] * 100 + [1] * 29)
    conformal = NormalisedConformal(softening=0).fit(residual, np.ones(129), bins)
    np.testing.assert_array_equal(conformal.half_width(np.ones(3), np.array([0, 1, 7])), [1, 5, 5])
    assert set(conformal.bin_quantiles_) == {0}


def test_a_tiny_sigma_does_not_rule():
    residual, sigma = np.ones(100), np.ones(100)
    sigma[:20] = 0
    conformal = NormalisedConformal().fit(residual, sigma)
    assert conformal.half_width(np.ones(1))[0] == pytest.approx(11)
    with pytest.raises(UsageError, match="softening"):
        NormalisedConformal(softening=0).fit(residual, sigma)


def test_classes_are_covered_each():
    r = np.random.default_rng(2)
    rates = []
    for _ in range(30):
        y = (r.random(2000) < 0.1).astype(int)
        p = 1 / (1 + np.exp(-(r.normal(size=2000) + 2 * y - 2)))
        conformal = ClassConformal().fit(p[:1000], y[:1000])
        sets = conformal.sets(p[1000:])
        assert sets.shape == (1000, 2)
        rates.append([sets[y[1000:] == c, c].mean() for c in (0, 1)])
    assert np.abs(np.mean(rates, axis=0) - 0.9).max() < 0.025


def test_a_missing_class_is_never_ruled_out():
    conformal = ClassConformal().fit(np.full(50, 0.1), np.zeros(50))
    np.testing.assert_array_equal(conformal.sets(np.array([0.1, 0.9])), [[True, True], [False, True]])


def test_classes_by_bin():
    p = np.concatenate([np.full(80, 0.2), np.full(80, 0.4)])
    bins = np.array([0] * 80 + [1] * 80)
    conformal = ClassConformal().fit(p, np.zeros(160), bins)
    sets = conformal.sets(np.full(3, 0.3), np.array([0, 1, 9]))
    assert sets[:, 0].tolist() == [False, True, True]


@pytest.mark.parametrize("n", [8, 200])
def test_json_brings_them_back(n):
    r = np.random.default_rng(3)
    residual, sigma, bins = heteroscedastic(r, n)
    conformal = NormalisedConformal(level=0.9).fit(residual, sigma, bins)
    text = json.dumps(conformal.to_dict(), allow_nan=False)
    again = NormalisedConformal.from_dict(json.loads(text))
    np.testing.assert_array_equal(again.half_width(sigma, bins), conformal.half_width(sigma, bins))
    p, y = r.random(n), r.integers(0, 2, n)
    classes = ClassConformal(level=0.85).fit(p, y, bins)
    recalled = ClassConformal.from_dict(json.loads(json.dumps(classes.to_dict(), allow_nan=False)))
    assert recalled.level == 0.85
    np.testing.assert_array_equal(recalled.sets(p, bins), classes.sets(p, bins))


@pytest.mark.parametrize(
    ("residual", "sigma", "level"),
    [([1.0, 2], [1.0], 0.9), ([], [], 0.9), ([np.nan], [1.0], 0.9), ([1.0], [-1.0], 0.9), ([1.0], [1.0], 90)],
)
def test_mistakes_say_so(residual, sigma, level):
    with pytest.raises(UsageError):
        NormalisedConformal(level=level).fit(residual, sigma)
