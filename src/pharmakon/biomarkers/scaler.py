"""Gaps filled and columns in standard units, both as training patients say and no others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.core.types import Floats


@dataclass(frozen=True, slots=True)
class Scaler:
    """What training patients said of each feature (p,): what a gap is taken for, the mean, and 1 / SD (0: constant)."""

    fill: Floats
    mean: Floats
    per_unit: Floats

    @classmethod
    def fit(cls, block: Block) -> Scaler:
        """Learn from the patients who have the block: medians of numbers, the commoner value of yes and no."""
        X = depth_free(block)[block.present]
        counted = np.isfinite(X).sum(axis=0)
        fill = np.zeros(X.shape[1])
        some = counted > 0
        if some.any():
            fill[some] = np.nanmedian(X[:, some], axis=0)
        if block.kind == "binary":
            fill = np.round(fill)
        X = np.where(np.isfinite(X), X, fill)
        mean, spread = X.mean(axis=0), X.std(axis=0)
        varies = spread > 1e-9 * np.maximum(1.0, np.abs(mean))
        return cls(fill, mean, np.where(varies, 1 / np.where(varies, spread, 1.0), 0.0))

    def transform(self, block: Block) -> Floats:
        """Complete values (n, p) in standard units; a patient without the block gets the training mean."""
        X = depth_free(block)
        Z: Floats = (np.where(np.isfinite(X), X, self.fill) - self.mean) * self.per_unit
        Z[~block.present] = 0.0
        return Z

    def take(self, columns: NDArray[np.intp]) -> Scaler:
        """Some of the features, by position."""
        return Scaler(self.fill[columns], self.mean[columns], self.per_unit[columns])


def depth_free(block: Block) -> Floats:
    """The block's values (n, p); counts as log2 of counts per million and one, each patient by their own total."""
    if block.kind != "counts":
        return block.values
    total = np.nansum(block.values, axis=1, keepdims=True)
    logged: Floats = np.log2(1 + 1e6 * block.values / np.where(total > 0, total, 1.0))
    return logged
