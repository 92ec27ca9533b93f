import numpy as np
import pytest

from pharmakon.learn.glm_loss import sigmoid
from pharmakon.learn.logistic import fit_logistic

RANDOM = np.random.default_rng(0)
X = np.column_stack([np.ones(300), RANDOM.normal(size=(300, 2))])
Y = (RANDOM.random(300) < sigmoid(X @ [0.3, 1.0, -0.5])).astype(float)


def test_it_is_where_the_likelihood_has_no_slope():
    b, covariance = fit_logistic(X, Y)
    np.testing.assert_allclose(X.T @ (Y - sigmoid(X @ b)), 0, atol=1e-8)
    chance = sigmoid(X @ b)
    np.testing.assert_allclose(covariance, np.linalg.inv((X.T * chance * (1 - chance)) @ X), rtol=1e-6)


def test_it_equals_an_unpenalised_library_fit():
    from sklearn.linear_model import LogisticRegression

    theirs = LogisticRegression(C=1e12, fit_intercept=False, tol=1e-12, max_iter=1000).fit(X, Y).coef_[0]
    np.testing.assert_allclose(fit_logistic(X, Y)[0], theirs, rtol=1e-4)


def test_a_weight_of_two_is_a_row_twice_and_an_offset_is_a_known_part():
    weight = np.where(np.arange(300) < 100, 2.0, 1.0)
    twice = np.concatenate([np.arange(300), np.arange(100)])
    np.testing.assert_allclose(fit_logistic(X, Y, weight=weight)[0], fit_logistic(X[twice], Y[twice])[0], rtol=1e-6)
    b = fit_logistic(X, Y)[0]
    np.testing.assert_allclose(fit_logistic(X[:, :2], Y, offset=X[:, 2] * b[2])[0], b[:2], rtol=1e-6)


@pytest.mark.parametrize("columns", [np.column_stack([X, X[:, 1]]), np.column_stack([np.ones(300), 20 * Y])])
def test_what_does_not_exist_is_nan(columns):
    b, covariance = fit_logistic(columns, Y)
    assert np.isnan(b).all()
    assert np.isnan(covariance).all()
