"""An exact Gaussian process on kernel blocks: a mean, and how little is known around it (Rasmussen & Williams 2006)."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from . import cholesky
from .cholesky import Matrix

Floats = NDArray[np.float64]


class GaussianProcess:
    """Prior covariance scale * K, plus `noise` on the diagonal; both in units of the variance of y.

    y is standardised inside. The mean equals KernelRidge's with alpha = noise / scale.
    """

    def __init__(self, *, noise: float = 0.1, scale: float = 1.0, dtype: DTypeLike = np.float64) -> None:
        self.noise = noise
        self.scale = scale
        self.dtype = dtype

    def fit(self, K: Matrix, y: Floats) -> Self:
        """Learn from the kernel (n, n) of the training rows and y (n,)."""
        # Factor K + noise/scale I: the scale cancels in the mean and multiplies the variance.
        self.factor_ = cholesky.factor(K, diagonal=self.noise / self.scale, dtype=self.dtype)
        self._condition(y)
        return self

    def extend(self, cross: Matrix, K: Matrix, y: Floats) -> Self:
        """Learn k more rows in O(n^2 k): `cross` (k, n) with the old rows, K (k, k) among themselves."""
        n, k = len(self.factor_), len(K)
        below = cholesky.forward(self.factor_, np.asarray(cross).T).T
        rest = np.asarray(K, dtype=below.dtype) - below @ below.T
        grown = np.zeros((n + k, n + k), dtype=below.dtype, order="F")
        grown[:n, :n] = self.factor_
        grown[n:, :n] = below
        grown[n:, n:] = cholesky.factor(rest, diagonal=self.noise / self.scale, dtype=self.dtype)
        self.factor_ = grown
        self._condition(np.concatenate([self.y_, np.asarray(y, dtype=np.float64)]))
        return self

    def predict(self, K: Matrix, *, diagonal: float | Floats = 1.0, noisy: bool = False) -> tuple[Floats, Floats]:
        """Mean and standard deviation (m,), in the units of y.

        K (m, n) is the kernel of queries with training rows, `diagonal` that of each query with itself. The deviation
        is of the noiseless function, or with `noisy` of a new measurement.
        """
        mean = self.predict_mean(K)
        known = cholesky.forward(self.factor_, np.asarray(K).T)
        variance = diagonal - np.einsum("nm,nm->m", known, known, dtype=np.float64)
        variance = self.scale * np.maximum(variance, 0.0) + (self.noise if noisy else 0.0)
        return mean, self.deviation_ * np.sqrt(variance)

    def predict_mean(self, K: Matrix) -> Floats:
        """The mean alone (m,): O(n) a query instead of O(n^2)."""
        return self.mean_ + self.deviation_ * cholesky.combine(K, self.dual_coef_)

    def log_marginal_likelihood(self) -> float:
        """Of the standardised y: the evidence by which two kernels or noises are compared on the same rows."""
        n = len(self.y_)
        standardised = (self.y_ - self.mean_) / self.deviation_
        fit = float(standardised @ self.dual_coef_) / self.scale
        log_determinant = 2 * float(np.log(np.diag(self.factor_).astype(np.float64)).sum()) + n * np.log(self.scale)
        return float(-0.5 * (fit + log_determinant + n * np.log(2 * np.pi)))

    def _condition(self, y: Floats) -> None:
        self.y_ = np.asarray(y, dtype=np.float64)
        self.mean_ = float(self.y_.mean())
        self.deviation_ = float(self.y_.std()) or 1.0
        standardised = (self.y_ - self.mean_) / self.deviation_
        self.dual_coef_ = cholesky.solve(self.factor_, standardised).astype(np.float64)
