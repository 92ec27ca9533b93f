import numpy as np
import pytest

from pharmakon.learn.gaussian import GaussianProcess
from pharmakon.learn.kernel_ridge import KernelRidge


def rbf(a, b):
    return np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=-1) / 2)


@pytest.fixture
def problem():
    r = np.random.default_rng(0)
    X = r.normal(size=(80, 2))
    return X, 50 + 9 * np.sin(2 * X[:, 0]) + r.normal(size=80), r.normal(size=(30, 2)) * 2


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_equals_scikit_learn(problem, scale):
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel

    X, y, query = problem
    kernel = ConstantKernel(scale, "fixed") * RBF(1.0, "fixed")
    reference = GaussianProcessRegressor(kernel, alpha=0.2, normalize_y=True, optimizer=None).fit(X, y)
    mean, deviation = reference.predict(query, return_std=True)
    process = GaussianProcess(noise=0.2, scale=scale).fit(rbf(X, X), y)
    found, spread = process.predict(rbf(query, X))
    np.testing.assert_allclose(found, mean)
    np.testing.assert_allclose(spread, deviation, rtol=1e-6)
    np.testing.assert_allclose(process.predict_mean(rbf(query, X)), mean)
    assert process.log_marginal_likelihood() == pytest.approx(reference.log_marginal_likelihood_value_)


def test_noise_is_added_for_a_new_measurement(problem):
    X, y, query = problem
    process = GaussianProcess(noise=0.2).fit(rbf(X, X), y)
    _, quiet = process.predict(rbf(query, X))
    _, noisy = process.predict(rbf(query, X), noisy=True)
    np.testing.assert_allclose(noisy**2 - quiet**2, 0.2 * y.std() ** 2)


def test_the_mean_is_kernel_ridge(problem):
    X, y, query = problem
    ridge = KernelRidge(alpha=0.1).fit(rbf(X, X), y).predict(rbf(query, X))
    mean, _ = GaussianProcess(noise=0.2, scale=2.0).fit(rbf(X, X), y).predict(rbf(query, X))
    np.testing.assert_allclose(mean, ridge)


def test_far_away_it_knows_nothing(problem):
    X, y, _ = problem
    mean, spread = GaussianProcess().fit(rbf(X, X), y).predict(np.zeros((1, 80)), diagonal=np.ones(1))
    np.testing.assert_allclose([mean[0], spread[0]], [y.mean(), y.std()])


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-3)])
def test_extending_equals_fitting_at_once(problem, dtype, tolerance):
    X, y, query = problem
    K = rbf(X, X)
    whole = GaussianProcess(dtype=dtype).fit(K, y)
    grown = GaussianProcess(dtype=dtype).fit(K[:50, :50], y[:50])
    grown.extend(K[50:51, :50], K[50:51, 50:51], y[50:51]).extend(K[51:, :51], K[51:, 51:], y[51:])
    np.testing.assert_allclose(
        grown.predict(rbf(query, X)), whole.predict(rbf(query, X)), rtol=tolerance, atol=tolerance
    )
    assert grown.log_marginal_likelihood() == pytest.approx(whole.log_marginal_likelihood(), rel=1e-3)


def test_a_constant_is_predicted_as_such():
    mean, spread = GaussianProcess().fit(np.eye(4), np.full(4, 3.0)).predict(np.ones((1, 4)) / 2)
    assert mean[0] == 3
    assert np.isfinite(spread[0])
