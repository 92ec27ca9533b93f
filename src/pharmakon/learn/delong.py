"""Intervals of an AUC, and of the difference of two AUCs of the same rows, without resampling.

DeLong et al., Biometrics 1988, 44, 837; from midranks as Sun & Xu, IEEE Signal Process. Lett. 2014, 21, 1389. Rows are
taken for independent: several of one patient make the intervals too narrow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pharmakon.core.errors import UsageError
from pharmakon.learn.interval import NORMAL, Interval

Floats = NDArray[np.float64]


def delong(y: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats]:
    """AUCs (m,) of m scores (m, n) for one truth (n,) of 0 and 1, and their covariance (m, m).

    The covariance is NaN where a class has fewer than two members, the AUC where it has none.
    """
    from scipy.stats import rankdata

    y, scores = np.asarray(y, dtype=np.float64), np.atleast_2d(np.asarray(scores, dtype=np.float64))
    if scores.shape[1:] != y.shape or not np.isfinite(scores).all():
        raise UsageError(f"a score for each of {len(y)} rows is needed; got {scores.shape}, or some are missing")
    positive = y > 0.5
    n1, n0 = int(positive.sum()), int((~positive).sum())
    m = len(scores)
    if not n1 or not n0:
        return np.full(m, np.nan), np.full((m, m), np.nan)
    every = rankdata(scores, axis=1)
    # Of each positive the share of negatives below it, of each negative the share of positives above it; ties half.
    above = (every[:, positive] - rankdata(scores[:, positive], axis=1)) / n0
    below = 1 - (every[:, ~positive] - rankdata(scores[:, ~positive], axis=1)) / n1
    if min(n1, n0) < 2:
        return above.mean(axis=1), np.full((m, m), np.nan)
    covariance: Floats = np.cov(above).reshape(m, m) / n1 + np.cov(below).reshape(m, m) / n0
    return above.mean(axis=1), covariance


def auc_interval(y: ArrayLike, score: ArrayLike) -> Interval:
    """An AUC with its interval, cut at 0 and 1; no ends where the classes are parted without error: nothing varies."""
    auc, covariance = delong(y, score)
    found = _interval(float(auc[0]), float(covariance[0, 0]))
    return Interval(found.value, max(found.low, 0.0), min(found.high, 1.0)) if np.isfinite(found.low) else found


def auc_difference(y: ArrayLike, score: ArrayLike, other: ArrayLike) -> Interval:
    """How much the AUC of `score` is above that of `other` in the same rows; paired."""
    auc, covariance = delong(y, np.array([score, other], dtype=np.float64))
    return _interval(float(auc[0] - auc[1]), float(np.array([1, -1]) @ covariance @ np.array([1, -1])))


def _interval(value: float, variance: float) -> Interval:
    if not variance > 1e-15:
        return Interval(value)
    half = NORMAL * float(np.sqrt(variance))
    return Interval(value, value - half, value + half)
