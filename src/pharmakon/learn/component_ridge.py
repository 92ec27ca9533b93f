"""Kernel ridge of many related targets: what they share is learnt together, each direction smoothed as it needs.

The targets are turned into their principal components. A component that rows' features explain well (such as a general
sensitivity) gets little smoothing, one of noise gets much, or none of it is kept: reduced-rank regression with a
penalty for each direction (Breiman & Friedman, J. R. Stat. Soc. B 1997, 59, 3: curds and whey).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kernels = Callable[[NDArray[np.intp]], tuple[Floats, Floats]]
"""Of training rows: their kernel (k, k), and the kernel (n, k) of all rows with them, learnt from these rows alone."""

ALPHAS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 6.0, 12.0, 25.0)


class ComponentRidge:
    """Targets (n, t) by kernel ridge of their components; `alpha` of each is chosen by folds of the rows."""

    def __init__(self, *, alphas: Sequence[float] = ALPHAS) -> None:
        self.alphas = tuple(alphas)

    def fit(self, kernels: Kernels, targets: Floats, folds: NDArray[np.integer]) -> Self:
        """Learn. `kernels` is called with the rows of all folds but one: what it learns there meets no held-out row."""
        self.mean_ = targets.mean(axis=0)
        _, _, axes = np.linalg.svd(targets - self.mean_, full_matrices=False)
        components = (targets - self.mean_) @ axes.T
        held_out = np.empty((len(self.alphas), *components.shape))
        for fold in np.unique(folds):
            rest = np.flatnonzero(folds != fold)
            kernel, every = kernels(rest)
            _, held_out[:, folds == fold] = self._path(kernel, every[folds == fold], components[rest])
        losses = ((held_out - components) ** 2).sum(axis=1)
        best = losses.argmin(axis=0)
        # A component that is predicted worse than by 0 is left out.
        kept = losses.min(axis=0) < (components**2).sum(axis=0)
        at = np.arange(components.shape[1])
        kernel, _ = kernels(np.arange(len(targets)))
        duals, _ = self._path(kernel, kernel[:0], components)
        self.alpha_ = np.array(self.alphas)[best]
        self.explained_ = np.where(kept, 1 - losses.min(axis=0) / np.maximum((components**2).sum(axis=0), 1e-300), 0.0)
        self.dual_coef_: Floats = (duals[best, :, at].T * kept) @ axes
        self.out_of_fold_: Floats = self.mean_ + (held_out[best, :, at].T * kept) @ axes
        return self

    def predict(self, cross: Floats) -> Floats:
        """Targets (m, t) of rows from their kernel (m, n) with the training rows."""
        found: Floats = self.mean_ + cross @ self.dual_coef_
        return found

    def _path(self, kernel: Floats, cross: Floats, components: Floats) -> tuple[Floats, Floats]:
        """Dual coefficients (alphas, n, t) and predictions (alphas, m, t), of all alphas from one decomposition."""
        size, vectors = np.linalg.eigh(kernel)
        mean = components.mean(axis=0)
        turned, cross = vectors.T @ (components - mean), cross @ vectors
        duals = np.empty((len(self.alphas), *components.shape))
        found = np.empty((len(self.alphas), len(cross), components.shape[1]))
        for i, alpha in enumerate(self.alphas):
            shrunk = turned / (np.maximum(size, 0) + alpha)[:, None]
            duals[i], found[i] = vectors @ shrunk, mean + cross @ shrunk
        return duals, found
