"""ComBat that can be frozen: batch effects learnt from training rows, taken out of any rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.least_squares import fit_least_squares
from pharmakon.biomarkers.normalise import Step
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Floats

Unseen = Literal["refuse", "reference", "estimate"]
Labels = Sequence[Any] | NDArray[Any]

FEWEST = 10
"""Rows from which the location and scale of a new batch may be estimated."""


class ComBat(Step):
    """Location and scale of each batch, shrunk over features (Johnson et al., Biostatistics 2007, 8, 118).

    `unseen` says what becomes of rows of a batch that was not there in training: "refuse" raises; "reference" leaves
    them as they are, as if they were of the pooled batch; "estimate" takes location and scale from the new batch's own
    rows, at least ten of them, without any outcome. What "estimate" gives a row depends on the rows beside it.

    Covariates (n, k) keep their effects. The outcome is none of them: what keeps the outcome's differences while it
    takes out the batch's makes differences (Nygaard et al., Biostatistics 2016, 17, 29).
    """

    batches_: NDArray[np.str_]
    center_: Floats
    """Means of the pooled batch, shape (p,)."""
    slopes_: Floats
    """Effects of covariates, shape (k, p)."""
    spread_: Floats
    """SD within batches, shape (p,)."""
    shift_: Floats
    scale_: Floats
    """Of each batch in units of `spread_`, shape (b, p)."""

    def __init__(self, unseen: Unseen = "refuse") -> None:
        self.unseen = unseen

    def fit(self, X: Floats, batch: Labels | None = None, covariates: Floats | None = None) -> Self:
        """Learn from training rows (n, p) of batches (n,).

        A batch of one row has no scale of its own: it counts as unseen, unless that is refused. Raises DataError where
        it is, where no batch is larger, a feature fewer than two values in a batch, or where batch and
        covariates say the same.
        """
        labels, C = _labels(batch, len(X)), _covariates(covariates, len(X))
        names, code = np.unique(labels, return_inverse=True)
        sizes = np.bincount(code)
        if self.unseen != "refuse" and (sizes >= 2).any() and (sizes < 2).any():
            rows = sizes[code] >= 2
            return self.fit(X[rows], labels[rows], C[rows])
        if (sizes < 2).any():
            raise DataError(
                f"batch {str(names[sizes < 2][0])!r} has one row: its scale cannot be known; leave it out or pool it"
            )
        present = np.isfinite(X)
        onehot = np.eye(len(names))[code]
        counts = onehot.T @ present
        if (counts < 2).any():
            b, feature = np.argwhere(counts < 2)[0]
            raise DataError(
                f"{int((counts < 2).any(axis=0).sum())} features have fewer than two values in a batch (the first is "
                f"column {feature} in batch {str(names[b])!r}); leave them out or fill them in"
            )
        columns = [*(f"batch {name}" for name in names), *(f"covariate {j + 1}" for j in range(C.shape[1]))]
        fit = fit_least_squares(X, np.hstack([onehot, C]), columns)
        if not np.isfinite(fit.coefficient).all():
            raise DataError("in the rows that have a feature, batch and covariates say the same; leave the feature out")
        self.batches_ = names
        self.center_ = (counts / counts.sum(axis=0) * fit.coefficient[:, : len(names)].T).sum(axis=0)
        self.slopes_ = fit.coefficient[:, len(names) :].T
        spread = np.sqrt(fit.squares / fit.n)
        # A feature that does not vary within batches has no scale of its own: only its shift is taken out.
        self.spread_ = np.where(spread > 1e-10 * (1 + np.abs(self.center_)), spread, 1.0)
        Z = self._standardised(X, C)
        both = [_shrunken(Z[code == b]) for b in range(len(names))]
        self.shift_, self.scale_ = (np.stack(part) for part in zip(*both, strict=True))
        return self

    def transform(self, X: Floats, batch: Labels | None = None, covariates: Floats | None = None) -> Floats:
        """Rows (n, p) of batches (n,) without their batch's location and scale; covariates if it was fitted with some.

        Raises DataError for an unseen batch as `unseen` says.
        """
        labels = _labels(batch, len(X))
        C = _covariates(covariates, len(X))
        if C.shape[1] != len(self.slopes_):
            raise UsageError(f"fitted with {len(self.slopes_)} covariates, given {C.shape[1]}")
        Z = self._standardised(X, C)
        clean = np.array(X, dtype=np.float64)
        for name in np.unique(labels).tolist():
            rows = labels == name
            known = np.flatnonzero(self.batches_ == name)
            if len(known):
                shift, scale = self.shift_[known[0]], self.scale_[known[0]]
            elif self.unseen == "reference":
                continue
            else:
                shift, scale = self._unseen(name, Z[rows])
            # x - the batch's part: so written, a value far from 0 loses no digits.
            clean[rows] -= self.spread_ * (Z[rows] - (Z[rows] - shift) / scale)
        return clean

    def fit_transform(self, X: Floats, batch: Labels | None = None, covariates: Floats | None = None) -> Floats:
        return self.fit(X, batch, covariates).transform(X, batch, covariates)

    def _standardised(self, X: Floats, C: Floats) -> Floats:
        return (X - self.center_ - C @ self.slopes_) / self.spread_

    def _unseen(self, name: str, Z: Floats) -> tuple[Floats, Floats]:
        if self.unseen == "refuse":
            known = ", ".join(self.batches_)
            raise DataError(
                f"batch {name!r} was not there in training (known: {known}); choose what to do with it: unseen"
            )
        if (np.isfinite(Z).sum(axis=0) < FEWEST).any():
            raise DataError(
                f"batch {name!r} is new and has {len(Z)} rows; {FEWEST} values a feature are needed to estimate it"
            )
        return _shrunken(Z)


def _shrunken(Z: Floats) -> tuple[Floats, Floats]:
    """Location and scale of each feature in one batch (n, p), drawn to those of the other features; (p,) each.

    The priors are normal and inverse gamma, with their moments over features; Johnson et al., section 3.
    """
    n = np.isfinite(Z).sum(axis=0)
    mean = np.nansum(Z, axis=0) / n
    squares = np.nansum((Z - mean) ** 2, axis=0)
    variance = squares / (n - 1)
    varies = variance > 1e-20
    if varies.sum() < 2 or variance[varies].var(ddof=1) == 0 or mean[varies].var(ddof=1) == 0:
        # One feature, or all alike: nothing to draw from.
        return mean, np.sqrt(np.where(varies, variance, 1.0))
    m, s2 = variance[varies].mean(), variance[varies].var(ddof=1)
    a, b = (2 * s2 + m**2) / s2, (m * s2 + m**3) / s2
    center, width = mean[varies].mean(), mean[varies].var(ddof=1)
    shift, spread = mean, variance
    for _ in range(1000):
        new_shift = (width * n * mean + spread * center) / (width * n + spread)
        new_spread = ((squares + n * (mean - new_shift) ** 2) / 2 + b) / (n / 2 + a - 1)
        change = max(np.abs(new_shift - shift).max(), np.abs(new_spread - spread).max())
        shift, spread = new_shift, new_spread
        if change < 1e-10:
            break
    # A feature that is constant in this batch only has a shift.
    return np.where(varies, shift, mean), np.sqrt(np.where(varies, spread, 1.0))


def _labels(batch: Labels | None, n: int) -> NDArray[np.str_]:
    if batch is None or len(batch) != n:
        raise UsageError(f"ComBat needs the batch of each of {n} rows")
    return np.asarray([str(label) for label in batch], dtype=np.str_)


def _covariates(covariates: Floats | None, n: int) -> Floats:
    C = np.empty((n, 0)) if covariates is None else np.asarray(covariates, np.float64)
    if C.ndim != 2 or len(C) != n or not np.isfinite(C).all():
        raise DataError(f"covariates are a complete table of {n} rows; got shape {C.shape}")
    return C
