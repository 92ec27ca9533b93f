"""Support vector regression on a precomputed kernel: a fit that ignores small errors and counts large ones once."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError

from . import cholesky
from .cholesky import Matrix

Floats = NDArray[np.float64]


class SupportVector:
    """Epsilon-insensitive regression of y in standard deviations (Drucker et al., NIPS 1996; LIBSVM's solver).

    Beside a ridge it errs elsewhere: a wrong measurement pulls on it with a bounded force.
    Learned: `dual_coef_` (n,), `intercept_`.
    """

    def __init__(self, *, C: float = 5.0, epsilon: float = 0.1) -> None:
        self.C = C
        self.epsilon = epsilon

    def fit(self, K: Matrix, y: Floats) -> Self:
        """Learn from the kernel (n, n) of the training rows and y (n,)."""
        from sklearn.svm import SVR

        y = np.asarray(y, dtype=np.float64)
        if K.shape != (len(y), len(y)):
            raise UsageError(f"{len(y)} values for a kernel of {K.shape}")
        mean, deviation = float(y.mean()), float(y.std()) or 1.0
        machine: Any = SVR(C=self.C, epsilon=self.epsilon, kernel="precomputed", cache_size=500)
        machine.fit(K, (y - mean) / deviation)
        self.dual_coef_ = np.zeros(len(y))
        self.dual_coef_[machine.support_] = machine.dual_coef_[0] * deviation
        self.intercept_ = float(machine.intercept_[0]) * deviation + mean
        return self

    def predict(self, K: Matrix) -> Floats:
        """Predictions (m,) from the kernel (m, n) of queries with the training rows."""
        return cholesky.combine(K, self.dual_coef_) + self.intercept_
