"""A logistic model by Newton's method, with the covariance of its coefficients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .glm_loss import sigmoid

Floats = NDArray[np.float64]
ITERATIONS = 50
LONGEST = 5.0
"""Most that a coefficient moves in one step."""


def fit_logistic(
    X: Floats, y: Floats, *, weight: Floats | None = None, offset: Floats | None = None
) -> tuple[Floats, Floats]:
    """Coefficients (k,) of columns X (n, k) for y (n,) of 0 and 1, and their covariance (k, k).

    NaN where they do not exist: columns that are combinations of each other, or classes that they separate.
    """
    k = X.shape[1]
    none = np.full(k, np.nan), np.full((k, k), np.nan)
    weight = np.ones(len(X)) if weight is None else weight
    start = np.zeros(len(X)) if offset is None else offset
    b = np.zeros(k)
    for _ in range(ITERATIONS):
        chance = sigmoid(X @ b + start)
        information = (X.T * (weight * chance * (1 - chance))) @ X
        if np.linalg.matrix_rank(information, tol=1e-10) < k:
            return none
        step = np.linalg.solve(information, X.T @ (weight * (y - chance)))
        b = b + step / max(1.0, float(np.abs(step).max()) / LONGEST)
        if np.abs(step).max() < 1e-9:
            covariance: Floats = np.linalg.inv(information).astype(np.float64)
            return b, covariance
    return none
