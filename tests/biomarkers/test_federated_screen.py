"""Sums of hospitals say what the pooled data say."""

import numpy as np
import pytest

from pharmakon.biomarkers.federated_screen import feature_sums, screen
from pharmakon.biomarkers.moderated import fit_moderated

SITES = 3


@pytest.fixture(params=["binary", "continuous"])
def data(request):
    draw = np.random.default_rng(1)
    site = draw.integers(SITES, size=150)
    y = draw.normal(size=150) + site if request.param == "continuous" else (draw.random(150) < 0.3 + 0.1 * site) * 1.0
    X = draw.normal(size=(150, 40)) * draw.uniform(0.5, 3, 40) + 20 + 2.0 * site[:, None]
    X[:, :5] += 0.8 * y[:, None]
    X[draw.random(X.shape) < 0.08] = np.nan
    return site, X, y


def summed(site, X, y):
    return np.sum([feature_sums(X[site == s], y[site == s]) for s in range(SITES)], axis=0)


def test_it_is_the_pooled_model_with_the_hospital_as_covariate(data):
    site, X, y = data
    found = screen(summed(site, X, y), SITES)
    design = np.column_stack([np.ones(len(y)), y, *(site == s for s in range(1, SITES))])
    pooled = fit_moderated(X, design, ("1", "y", "s1", "s2"), "y")
    for name in ("effect", "standard_error", "t", "df", "p"):
        assert np.allclose(getattr(found.effects, name), getattr(pooled, name), rtol=1e-9, atol=1e-300), name
    assert np.array_equal(found.effects.n, pooled.n)


def test_means_and_units_are_those_of_all_patients(data):
    site, X, y = data
    found = screen(summed(site, X, y), SITES)
    assert np.allclose(found.mean, np.nanmean(X, axis=0))
    assert np.allclose(1 / found.per_unit, np.nanstd(X, axis=0))


def test_the_best_are_those_with_the_smallest_p(data):
    site, X, y = data
    X[:, 7] = 4.0
    found = screen(summed(site, X, y), SITES)
    among = np.ones(40, dtype=bool)
    among[0] = False
    best = found.best(6, among)
    assert set(best) == set(np.argsort(np.where(among, np.nan_to_num(found.effects.p, nan=1.0), 1.0))[:6])
    assert len(found.best(0, among)) == 38, "not the one left out, nor the constant one"
