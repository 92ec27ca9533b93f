import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn import cholesky


@pytest.fixture
def matrix():
    x = np.random.default_rng(0).normal(size=(40, 60))
    return x @ x.T / 60


def test_factor_solve_forward_invert_multiply(matrix):
    whole = matrix + 0.1 * np.eye(40)
    right = np.random.default_rng(1).normal(size=(40, 3))
    lower = cholesky.factor(matrix, diagonal=0.1)
    np.testing.assert_allclose(np.tril(lower) @ np.tril(lower).T, whole)
    np.testing.assert_allclose(cholesky.solve(lower, right), np.linalg.solve(whole, right))
    np.testing.assert_allclose(np.tril(lower) @ cholesky.forward(lower, right), right)
    inverse = cholesky.invert(lower)
    np.testing.assert_allclose(np.tril(inverse), np.tril(np.linalg.inv(whole)), atol=1e-10)
    np.testing.assert_allclose(cholesky.multiply(inverse, right), np.linalg.solve(whole, right))


def test_the_given_matrix_is_left_alone(matrix):
    before = matrix.copy()
    cholesky.factor(matrix, diagonal=np.full(40, 0.1))
    np.testing.assert_array_equal(matrix, before)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (-np.eye(3), "not positive definite"),
        (np.full((3, 3), np.nan), "cannot be used"),
        (np.ones((3, 2)), "square"),
    ],
)
def test_what_cannot_be_factored_says_so(bad, message):
    with pytest.raises(UsageError, match=message):
        cholesky.factor(bad, diagonal=0.0)


@pytest.mark.parametrize("shape", [(700,), (700, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_combined_row_does_not_depend_on_its_batch(shape, dtype):
    r = np.random.default_rng(2)
    rows, coefficients = r.random((4000, 700)).astype(dtype), r.normal(size=shape)
    together = cholesky.combine(rows, coefficients)
    np.testing.assert_allclose(together, rows.astype(float) @ coefficients, atol=1e-10)
    for i in (0, 1, 1499, 3999):
        np.testing.assert_array_equal(cholesky.combine(rows[i : i + 1], coefficients)[0], together[i])
    np.testing.assert_array_equal(cholesky.combine(np.asfortranarray(rows), coefficients), together)
