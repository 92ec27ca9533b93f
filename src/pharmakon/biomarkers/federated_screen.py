"""Every feature alone against the outcome, over hospitals that share sums and no rows.

Six sums a feature are enough for the linear model of the feature on the outcome with the hospital as covariate: within
each hospital, deviations from its own means multiply as they would in the pooled design (the theorem of Frisch, Waugh
and Lovell), so the summed products give the pooled coefficient and its residual sum of squares exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.moderated import Moderated, moderate
from pharmakon.core.types import Floats

SUMS = ("patients", "total", "squares", "within squares", "within outcome", "within products")
"""The rows of what `feature_sums` gives."""


def feature_sums(values: Floats, outcome: Floats) -> Floats:
    """The sums (6, p) of one hospital's values (n, p), NaN where not measured, and its outcome (n,), all known."""
    there = np.isfinite(values)
    n = there.sum(axis=0).astype(np.float64)
    x, y = np.where(there, values, 0.0), np.where(there, outcome[:, None], 0.0)
    some = np.maximum(n, 1)
    dx = np.where(there, x - x.sum(axis=0) / some, 0.0)
    dy = np.where(there, y - y.sum(axis=0) / some, 0.0)
    return np.stack(
        [n, x.sum(axis=0), (x**2).sum(axis=0), (dx**2).sum(axis=0), (dy**2).sum(axis=0), (dx * dy).sum(axis=0)]
    )


@dataclass(frozen=True, slots=True)
class Screen:
    """What the sums say: effects as `fit_moderated` gives them; mean and 1 / SD (0: constant) by feature (p,)."""

    effects: Moderated
    mean: Floats
    per_unit: Floats

    def best(self, number: int, among: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The columns with the smallest p values, in their order; all of those `among` (p,) where `number` is 0."""
        usable = np.flatnonzero(among & (self.per_unit > 0) & np.isfinite(self.effects.t))
        if not number or number >= len(usable):
            return usable
        order = np.lexsort((-np.abs(self.effects.t[usable]), self.effects.p[usable]))
        return np.sort(usable[order[:number]])


def screen(sums: Floats, hospitals: int) -> Screen:
    """From the sums (6, p) over all hospitals, each of which has values of every feature."""
    n, total, squares, xx, yy, xy = sums
    some = np.maximum(n, 1)
    mean = total / some
    spread = np.sqrt(np.maximum(squares / some - mean**2, 0.0))
    varies = spread > 1e-6 * np.maximum(1.0, np.abs(mean))  # a difference of large squares is no finer than this
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.where(yy > 0, xy / yy, np.nan)
        left = np.where(varies, np.maximum(xx - xy * effect, 0.0), np.nan)
        unscaled = np.where(yy > 0, 1 / yy, np.nan)
    count = np.round(n).astype(np.int64)
    effects = moderate(effect, unscaled, left, count, count - hospitals - 1)
    return Screen(effects, mean, np.where(varies, 1 / np.where(varies, spread, 1.0), 0.0))
