import numpy as np
import pytest

from pharmakon.learn.lasso_quadratic import minimise


@pytest.mark.parametrize("seed", range(5))
def test_the_conditions_of_optimality_hold_from_any_start(seed):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(40, 30)) + rng.normal(size=(40, 1))
    Q, q = A.T @ A / 40, A.T @ rng.normal(size=40) / 4
    l1 = np.full(30, 0.3)
    l1[3] = 0.0
    found = [minimise(Q, q, l1, start) for start in (np.zeros(30), rng.normal(size=30), 100 * np.ones(30))]
    for b in found:
        gradient = Q @ b - q
        assert np.abs(gradient + l1 * np.sign(b))[b != 0].max() < 1e-7
        assert (np.abs(gradient) <= l1 + 1e-7)[b == 0].all()
        assert b[3] != 0
    np.testing.assert_allclose(found[0], found[1], atol=1e-7)
    np.testing.assert_allclose(found[0], found[2], atol=1e-7)
    assert 3 < np.count_nonzero(found[0]) < 30


def test_a_bound_above_every_gradient_leaves_nothing_in():
    assert not minimise(np.eye(3), np.array([1.0, -2.0, 0.5]), np.full(3, 2.5), np.ones(3)).any()


def test_without_correlation_it_is_soft_thresholding():
    b = minimise(np.eye(3), np.array([3.0, -2.0, 0.5]), np.ones(3), np.zeros(3))
    np.testing.assert_allclose(b, [2.0, -1.0, 0.0])
