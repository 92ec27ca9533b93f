"""How good predictions are, as (truth, prediction) -> number. A metric that is not defined for its data is NaN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.core.random import stream

Floats = NDArray[np.float64]
Metric = Callable[[ArrayLike, ArrayLike], float]


def rmse(y: ArrayLike, p: ArrayLike) -> float:
    """Root mean squared error."""
    y, p = _pair(y, p)
    return float(np.sqrt(np.mean((y - p) ** 2)))


def mae(y: ArrayLike, p: ArrayLike) -> float:
    """Mean absolute error."""
    y, p = _pair(y, p)
    return float(np.mean(np.abs(y - p)))


def rae(y: ArrayLike, p: ArrayLike) -> float:
    """Relative absolute error: the mean absolute error over that of y's mean. NaN for a constant y."""
    y, p = _pair(y, p)
    spread = np.sum(np.abs(y - y.mean()))
    return np.nan if _constant(y) else float(np.sum(np.abs(y - p)) / spread)


def r2(y: ArrayLike, p: ArrayLike) -> float:
    """Share of variance explained; negative when worse than the mean. NaN for a constant y."""
    y, p = _pair(y, p)
    spread = np.sum((y - y.mean()) ** 2)
    return np.nan if _constant(y) else float(1 - np.sum((y - p) ** 2) / spread)


def spearman(y: ArrayLike, p: ArrayLike) -> float:
    """Rank correlation, ties sharing their mean rank. NaN where either is constant."""
    y, p = _pair(y, p)
    a, b = _ranks(y), _ranks(p)
    a, b = a - a.mean(), b - b.mean()
    spread = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / spread) if spread > 0 else np.nan


def _constant(y: Floats) -> bool:
    """Whether nothing varies but by rounding: the mean of equal numbers need not be that number."""
    return bool(np.ptp(y) <= 1e-12 * max(1.0, float(np.abs(y).max())))


def auroc(y: ArrayLike, p: ArrayLike) -> float:
    """The chance that a positive scores above a negative, ties counting half. NaN with one class only."""
    y, p = _pair(y, p)
    positive = y > 0.5
    n1 = int(positive.sum())
    n0 = len(y) - n1
    if not n0 or not n1:
        return np.nan
    return float((_ranks(p)[positive].sum() - n1 * (n1 + 1) / 2) / (n0 * n1))


def auprc(y: ArrayLike, p: ArrayLike) -> float:
    """Average precision: precision at each threshold, weighted by the recall it adds. NaN with one class only."""
    y, p = _pair(y, p)
    order = np.argsort(-p, kind="stable")
    positive, score = y[order] > 0.5, p[order]
    if positive.all() or not positive.any():
        return np.nan
    last = np.append(score[1:] != score[:-1], True)  # tied scores are one threshold
    found = np.cumsum(positive)[last]
    precision = found / (np.flatnonzero(last) + 1)
    return float(np.sum(np.diff(found, prepend=0) * precision) / found[-1])


def brier(y: ArrayLike, p: ArrayLike) -> float:
    """Mean squared error of probabilities."""
    y, p = _pair(y, p)
    return float(np.mean((y - p) ** 2))


def mcc(y: ArrayLike, p: ArrayLike, *, threshold: float = 0.5) -> float:
    """Matthews correlation of p >= threshold with y; 0 where a row or column of the table is empty."""
    y, p = _pair(y, p)
    truth, called = y > 0.5, p >= threshold
    tp, tn = np.sum(truth & called), np.sum(~truth & ~called)
    fp, fn = np.sum(~truth & called), np.sum(truth & ~called)
    spread = np.sqrt(float(tp + fp) * float(tp + fn) * float(tn + fp) * float(tn + fn))
    return float((float(tp) * float(tn) - float(fp) * float(fn)) / spread) if spread > 0 else 0.0


def coverage(y: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of truths inside their interval, ends included."""
    y, low, high = (np.asarray(a, dtype=np.float64) for a in (y, low, high))
    return float(np.mean((low <= y) & (y <= high)))


def width(low: ArrayLike, high: ArrayLike) -> float:
    """Mean length of the intervals."""
    return float(np.mean(np.asarray(high, dtype=np.float64) - np.asarray(low, dtype=np.float64)))


REGISTRY: dict[str, Metric] = {
    "rmse": rmse,
    "mae": mae,
    "rae": rae,
    "r2": r2,
    "spearman": spearman,
    "auroc": auroc,
    "auprc": auprc,
    "brier": brier,
    "mcc": mcc,
}

LOWER_IS_BETTER = frozenset({"rmse", "mae", "rae", "brier"})


def bootstrap(
    metric: str | Metric, y: ArrayLike, p: ArrayLike, *, n: int = 1000, random_state: int = 0
) -> tuple[float, float, float]:
    """The metric and the ends of its 95 % percentile interval over n resamples of the rows.

    A resample in which the metric is not defined (AUROC with one class only) is skipped; without any left, the ends
    are NaN.
    """
    if isinstance(metric, str):
        if metric not in REGISTRY:
            raise UnknownName("metric", metric, REGISTRY)
        metric = REGISTRY[metric]
    y, p = _pair(y, p)
    generator = stream(random_state, "bootstrap")
    values = np.empty(n)
    for i in range(n):
        rows = generator.integers(len(y), size=len(y))
        values[i] = metric(y[rows], p[rows])
    values = values[np.isfinite(values)]
    low, high = np.percentile(values, [2.5, 97.5]) if len(values) else (np.nan, np.nan)
    return metric(y, p), float(low), float(high)


def _pair(y: Any, p: Any) -> tuple[Floats, Floats]:
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    if y.shape != p.shape or y.ndim != 1 or not len(y):
        raise UsageError(f"a metric needs as many predictions as truths, at least one; got {y.shape} and {p.shape}")
    return y, p


def _ranks(x: Floats) -> Floats:
    """1 ... n, ties sharing their mean."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    mean: Floats = (last - (count - 1) / 2).astype(np.float64)
    return mean[place]
