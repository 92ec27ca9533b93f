"""Least squares of many features on one design, each with the patients that it has a value for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

WIDTH = 2048
"""Features at once."""
SINGULAR = 1e-9


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """p fits of k coefficients. NaN where a feature's own patients cannot tell the coefficients apart."""

    coefficient: Floats
    """Shape (p, k)."""
    unscaled: Floats
    """Variance of each coefficient over the residual variance, shape (p, k)."""
    squares: Floats
    """Residual sum of squares, shape (p,)."""
    n: NDArray[np.int64]
    """Patients with a value, shape (p,)."""
    df: NDArray[np.int64]
    """Residual degrees of freedom, shape (p,); 0 or less where there are no more patients than coefficients."""


def fit_least_squares(values: Floats, design: Floats, names: Sequence[str]) -> LeastSquares:
    """Fit each column of values (n, p), NaN where not measured, to a complete design (n, k) with named columns.

    Raises DataError where the design has missing values or one of its columns is a combination of others.
    """
    values, design = np.asarray(values, np.float64), np.asarray(design, np.float64)
    refuse_aliased(design, names)
    # In an orthonormal design, the normal equations of a feature with every value are the identity, and those of one
    # that lacks a few are near it: as exact as a QR for each feature, and one product for all.
    Q, R = np.linalg.qr(design)
    back = np.linalg.inv(R)
    pieces = [_fit(values[:, i : i + WIDTH], Q, back) for i in range(0, values.shape[1], WIDTH)]
    if not pieces:
        pieces = [_fit(values, Q, back)]
    return LeastSquares(*(np.concatenate(piece) for piece in zip(*pieces, strict=True)))


def refuse_aliased(design: Floats, names: Sequence[str]) -> None:
    """Raises DataError naming the columns (n, k) that are combinations of the ones before them."""
    if not np.isfinite(design).all():
        gaps = ", ".join(name for name, column in zip(names, design.T, strict=True) if not np.isfinite(column).all())
        raise DataError(f"{gaps}: the design has missing values; leave out those patients or fill them in")
    if len(design) < design.shape[1]:
        raise DataError(f"{len(design)} patients cannot carry a design of {design.shape[1]} columns")
    scale = np.sqrt((design**2).sum(axis=0))
    unit = design / np.where(scale > 0, scale, 1.0)
    rest = np.abs(np.diag(np.linalg.qr(unit, mode="r")))
    aliased = [name for name, left in zip(names, rest, strict=True) if left < 1e-8]
    if aliased:
        raise DataError(
            f"{', '.join(aliased)}: in this design a combination of the columns before it, so its effect cannot be "
            "told from theirs; leave one out"
        )


def _fit(
    values: Floats, Q: Floats, back: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    n, k = Q.shape
    present = np.isfinite(values)
    y = np.where(present, values, 0.0)
    product = Q.T @ y
    count = present.sum(axis=0)
    complete = count == n
    turned = product.copy()
    unscaled = np.repeat((back**2).sum(axis=1)[None], values.shape[1], axis=0)
    partial = np.flatnonzero(~complete)
    if len(partial):
        outer = (Q[:, :, None] * Q[:, None, :]).reshape(n, k * k)
        normal = (present[:, partial].T.astype(np.float64) @ outer).reshape(-1, k, k)
        good = np.linalg.eigvalsh(normal)[:, 0] > SINGULAR
        normal[~good] = np.eye(k)
        inverse = np.linalg.inv(normal)
        turned[:, partial] = np.where(good, np.einsum("pab,bp->ap", inverse, product[:, partial]), np.nan)
        spread = np.einsum("ia,pab,ib->pi", back, inverse, back, optimize=True)
        unscaled[partial] = np.where(good[:, None], spread, np.nan)
    residual = np.where(present, y - Q @ turned, 0.0)
    squares = np.where(np.isfinite(turned[0]), (residual**2).sum(axis=0), np.nan)
    return (back @ turned).T, unscaled, squares, count, count - k
