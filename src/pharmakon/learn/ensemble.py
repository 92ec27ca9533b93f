"""How much to trust each member of a blend, from predictions it made for rows it had not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pharmakon.core.errors import UsageError

Floats = NDArray[np.float64]


def blend_weights(out_of_fold: ArrayLike, y: ArrayLike, *, shrink: float = 0.3) -> Floats:
    """Weights (k,), none negative, summing to 1, for the members' out-of-fold predictions (n, k).

    Least squares by NNLS, then a part `shrink` of equal weights, because few rows choose between similar members
    mostly by luck. For probabilities and labels 0/1 the same least squares is the Brier loss. Rows with a NaN are left
    out; equal weights where nothing is left to learn from or no member helps.
    """
    from scipy.optimize import nnls

    members, target = np.asarray(out_of_fold, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if members.ndim != 2 or target.shape != members.shape[:1] or not members.shape[1]:
        raise UsageError(f"predictions {members.shape} and values {target.shape} do not fit; want (n, k) and (n,)")
    if not 0 <= shrink <= 1:
        raise UsageError(f"shrink lies between 0 (free) and 1 (equal weights), not {shrink}")
    known = np.isfinite(members).all(axis=1) & np.isfinite(target)
    equal = np.full(members.shape[1], 1 / members.shape[1])
    if not known.any():
        return equal
    # A unit shared by all members and y would cancel: scale to keep the solver's tolerances meaningful.
    unit = float(np.abs(target[known]).max()) or 1.0
    found, _ = nnls(members[known] / unit, target[known] / unit)
    if not found.sum() > 0:
        return equal
    weights: Floats = (1 - shrink) * found / found.sum() + shrink * equal
    return weights
