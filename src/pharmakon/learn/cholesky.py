"""Symmetric positive definite systems, in place: one copy of the matrix is all the memory they take.

Only the lower triangle of a factor or an inverse means anything; the upper one holds leftovers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pharmakon.core.errors import UsageError

Matrix = NDArray[np.floating[Any]]


def factor(matrix: Matrix, *, diagonal: float | Matrix, dtype: DTypeLike = np.float64) -> Matrix:
    """The lower Cholesky factor of matrix + diag(diagonal). UsageError where that is not positive definite."""
    from scipy.linalg import cholesky

    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise UsageError(f"a kernel of training rows must be square, not {matrix.shape}")
    work: Matrix = np.array(matrix, dtype=dtype, order="F")
    work[np.diag_indices_from(work)] += diagonal
    try:
        return cholesky(work, lower=True, overwrite_a=True, check_finite=True)
    except np.linalg.LinAlgError as error:
        raise UsageError(f"the kernel matrix is not positive definite ({error}); raise alpha or the noise") from None
    except ValueError as error:
        raise UsageError(f"the kernel matrix cannot be used: {error}") from None


def solve(lower: Matrix, right: Matrix) -> Matrix:
    """The x of (L L') x = right."""
    from scipy.linalg import cho_solve

    return cho_solve((lower, True), right.astype(lower.dtype, copy=False), check_finite=False)


def forward(lower: Matrix, right: Matrix) -> Matrix:
    """The x of L x = right."""
    from scipy.linalg import solve_triangular

    return solve_triangular(lower, right.astype(lower.dtype, copy=False), lower=True, check_finite=False)


def invert(lower: Matrix) -> Matrix:
    """(L L')^-1, lower triangle only, written over `lower`."""
    from scipy.linalg import get_lapack_funcs

    potri: Any = get_lapack_funcs("potri", (lower,))
    inverse: Matrix
    inverse, info = potri(lower, lower=1, overwrite_c=1)
    if info:
        raise UsageError("the kernel matrix is singular; raise alpha or the noise")
    return inverse


def multiply(lower: Matrix, right: Matrix) -> Matrix:
    """S @ right, for the symmetric S whose lower triangle is `lower`."""
    from scipy.linalg import get_blas_funcs

    symm: Any = get_blas_funcs("symm", (lower,))
    product: Matrix = symm(1.0, lower, np.asfortranarray(right, dtype=lower.dtype), lower=1)
    return product


def combine(rows: Matrix, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """The product rows (m, n) @ coefficients (n,) or (n, t), each row summed by itself in float64.

    BLAS sums one row differently alone and among others; an answer must not depend on its batch.
    """
    columns = coefficients.reshape(len(coefficients), -1)
    product = np.empty((len(rows), columns.shape[1]))
    step = max(1, (1 << 20) // max(1, rows.shape[1]))
    for first in range(0, len(rows), step):
        block = rows[first : first + step].astype(np.float64, order="C")
        for t, column in enumerate(columns.T):
            product[first : first + step, t] = np.sum(block * column, axis=1)
    return product.reshape(len(rows), *coefficients.shape[1:])
