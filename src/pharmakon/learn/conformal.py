"""Intervals and label sets that hold the truth as often as they say.

That is a theorem where new rows are exchangeable with the calibration rows (Vovk et al. 2005; Papadopoulos et al. 2002
for residuals divided by an estimated spread). Rows unlike them are not, and coverage falls there: that is what the bins
are for (Mondrian: by similarity to the training rows, or by class) and what `domain` warns of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pharmakon.core.errors import UsageError

Floats = NDArray[np.float64]
Bins = NDArray[np.int64]

FEWEST = 30
"""A bin with fewer calibration rows has no quantile of its own: it uses that of all rows."""


class NormalisedConformal:
    """Half-widths quantile * (sigma + floor), the quantile taken per bin of |residual| / (sigma + floor).

    The floor is `softening` times the median sigma: it stops a sigma near zero from making a score without bound.
    With too few rows for the level (n < 9 for 0.9) the quantile, and so the half-width, is infinite: that is honest.
    """

    def __init__(self, *, level: float = 0.9, softening: float = 0.1) -> None:
        self.level = level
        self.softening = softening

    def fit(self, residuals: ArrayLike, sigma: ArrayLike, bins: ArrayLike | None = None) -> Self:
        """Learn from |residual| of out-of-fold predictions (n,), their spread (n,) and their bins (n,)."""
        errors, spread = np.abs(np.asarray(residuals, dtype=np.float64)), np.asarray(sigma, dtype=np.float64)
        labels = _bins(bins, len(errors))
        if not (errors.shape == spread.shape == labels.shape) or not len(errors):
            raise UsageError(
                f"{len(errors)} residuals, {len(spread)} sigmas, {len(labels)} bins: one each a row, please"
            )
        if not (np.isfinite(errors).all() and np.isfinite(spread).all() and (spread >= 0).all()):
            raise UsageError("residuals must be finite and sigmas finite and not negative")
        self.floor_ = self.softening * float(np.median(spread))
        if not (spread + self.floor_ > 0).all():
            raise UsageError("a sigma of zero has no score; use softening > 0 and sigmas that are not mostly zero")
        scores = errors / (spread + self.floor_)
        self.quantile_ = _quantile(scores, self.level)
        self.bin_quantiles_ = {
            int(b): _quantile(scores[labels == b], self.level)
            for b, rows in zip(*np.unique(labels, return_counts=True), strict=True)
            if rows >= FEWEST
        }
        return self

    def half_width(self, sigma: ArrayLike, bins: ArrayLike | None = None) -> Floats:
        """Half-widths (m,) in the units of sigma; a bin that was not learnt uses the quantile of all rows."""
        spread = np.asarray(sigma, dtype=np.float64)
        quantile = _lookup(self.bin_quantiles_, self.quantile_, _bins(bins, len(spread)))
        width: Floats = quantile * (spread + self.floor_)
        return width

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; an infinite quantile is null."""
        return {
            "level": self.level,
            "softening": self.softening,
            "floor": self.floor_,
            "quantile": _finite(self.quantile_),
            "bin_quantiles": {str(b): _finite(q) for b, q in self.bin_quantiles_.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        self = cls(level=data["level"], softening=data["softening"])
        self.floor_ = float(data["floor"])
        self.quantile_ = _number(data["quantile"])
        self.bin_quantiles_ = {int(b): _number(q) for b, q in data["bin_quantiles"].items()}
        return self


class ClassConformal:
    """Sets of the labels (0, 1) that cannot be ruled out, each class with its own quantile of 1 - p(class).

    A rare class is thereby covered as often as the common one. Both labels: don't know; none: like neither.
    """

    def __init__(self, *, level: float = 0.9) -> None:
        self.level = level

    def fit(self, probability: ArrayLike, labels: ArrayLike, bins: ArrayLike | None = None) -> Self:
        """Learn from out-of-fold P(1) (n,), the labels 0 or 1 (n,) and their bins (n,)."""
        p, truth = np.asarray(probability, dtype=np.float64), np.asarray(labels) > 0.5
        binned = _bins(bins, len(p))
        if not (p.shape == truth.shape == binned.shape):
            raise UsageError(f"{len(p)} probabilities, {len(truth)} labels, {len(binned)} bins: one each a row, please")
        scores = np.where(truth, 1 - p, p)
        self.quantiles_ = [_quantile(scores[truth == c], self.level) for c in (False, True)]
        self.bin_quantiles_ = [
            {
                int(b): _quantile(scores[(truth == c) & (binned == b)], self.level)
                for b in np.unique(binned)
                if np.sum((truth == c) & (binned == b)) >= FEWEST
            }
            for c in (False, True)
        ]
        return self

    def sets(self, probability: ArrayLike, bins: ArrayLike | None = None) -> NDArray[np.bool_]:
        """Which labels are possible, (m, 2): column 0 for label 0, column 1 for label 1."""
        p = np.asarray(probability, dtype=np.float64)
        binned = _bins(bins, len(p))
        allowed = [
            _lookup(own, pooled, binned) for own, pooled in zip(self.bin_quantiles_, self.quantiles_, strict=True)
        ]
        return np.column_stack([p <= allowed[0], 1 - p <= allowed[1]])

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; an infinite quantile is null."""
        return {
            "level": self.level,
            "quantiles": [_finite(q) for q in self.quantiles_],
            "bin_quantiles": [{str(b): _finite(q) for b, q in own.items()} for own in self.bin_quantiles_],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        self = cls(level=data["level"])
        self.quantiles_ = [_number(q) for q in data["quantiles"]]
        self.bin_quantiles_ = [{int(b): _number(q) for b, q in own.items()} for own in data["bin_quantiles"]]
        return self


def _quantile(scores: Floats, level: float) -> float:
    """The ceil((n + 1) level)-th smallest score: a new exchangeable score is below it with probability >= level."""
    if not 0 < level < 1:
        raise UsageError(f"a level lies between 0 and 1, not {level}")
    rank = int(np.ceil((len(scores) + 1) * level - 1e-9))  # 0.9 * 10 is 9, whatever the float says
    return float(np.partition(scores, rank - 1)[rank - 1]) if rank <= len(scores) else float("inf")


def _lookup(own: Mapping[int, float], pooled: float, bins: Bins) -> Floats:
    if not own:
        return np.full(len(bins), pooled)
    learnt = np.array(sorted(own))
    at = np.minimum(np.searchsorted(learnt, bins), len(learnt) - 1)
    return np.where(learnt[at] == bins, np.array([own[b] for b in learnt.tolist()], np.float64)[at], pooled)


def _bins(bins: ArrayLike | None, n: int) -> Bins:
    return np.zeros(n, dtype=np.int64) if bins is None else np.asarray(bins, dtype=np.int64)


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _number(value: float | None) -> float:
    return float("inf") if value is None else float(value)
