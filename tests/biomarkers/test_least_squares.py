import numpy as np
import pytest

from pharmakon.biomarkers.least_squares import fit_least_squares, refuse_aliased
from pharmakon.core.errors import DataError

NAMES = ["intercept", "group", "age"]


def design(n, rng):
    return np.column_stack([np.ones(n), np.arange(n) % 2, rng.normal(60, 8, n)])


def test_each_feature_is_fitted_to_the_patients_that_have_it():
    rng = np.random.default_rng(0)
    D = design(30, rng)
    X = rng.normal(100, 1, (30, 7))
    X[rng.random(X.shape) < 0.2] = np.nan
    X[:, 0] = rng.normal(size=30)
    fit = fit_least_squares(X, D, NAMES)
    for j in range(7):
        here = np.isfinite(X[:, j])
        beta, squares = np.linalg.lstsq(D[here], X[here, j], rcond=None)[:2]
        np.testing.assert_allclose(fit.coefficient[j], beta, rtol=1e-8)
        np.testing.assert_allclose(fit.squares[j], squares[0], rtol=1e-8)
        np.testing.assert_allclose(fit.unscaled[j], np.diag(np.linalg.inv(D[here].T @ D[here])), rtol=1e-8)
        assert fit.n[j] == here.sum() and fit.df[j] == here.sum() - 3


def test_a_feature_of_one_group_only_has_no_answer():
    rng = np.random.default_rng(1)
    D = design(20, rng)
    X = rng.normal(size=(20, 2))
    X[D[:, 1] == 1, 1] = np.nan
    fit = fit_least_squares(X, D, NAMES)
    assert np.isfinite(fit.coefficient[0]).all()
    assert np.isnan(fit.coefficient[1]).all() and np.isnan(fit.squares[1]) and fit.n[1] == 10


def test_columns_that_say_the_same_are_refused_by_name():
    D = design(20, np.random.default_rng(2))
    with pytest.raises(DataError, match=r"^arm: in this design a combination"):
        refuse_aliased(np.column_stack([D, 1 - D[:, 1]]), [*NAMES, "arm"])
    with pytest.raises(DataError, match=r"^site: in this design"):
        refuse_aliased(np.column_stack([D, np.zeros(20)]), [*NAMES, "site"])
    with pytest.raises(DataError, match=r"^age: the design has missing values"):
        refuse_aliased(np.where(D > 60, np.nan, D), NAMES)
    with pytest.raises(DataError, match="2 patients cannot carry"):
        refuse_aliased(D[:2], NAMES)


def test_no_features_and_many():
    rng = np.random.default_rng(3)
    D = design(10, rng)
    assert fit_least_squares(np.empty((10, 0)), D, NAMES).coefficient.shape == (0, 3)
    X = rng.normal(size=(10, 3000))
    whole = fit_least_squares(X, D, NAMES).coefficient
    np.testing.assert_allclose(whole[2500:], fit_least_squares(X[:, 2500:], D, NAMES).coefficient)
