"""Intervals of shares and of their differences, without resampling, and q-values of several tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pharmakon.core.types import Floats
from pharmakon.learn.interval import NORMAL, Interval


def wilson(events: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Ends of a share's 95 % interval (E. B. Wilson, J. Am. Stat. Assoc. 1927, 22, 209); NaN for none of none."""
    k, n = np.asarray(events, np.float64), np.asarray(n, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        middle = (p + NORMAL**2 / (2 * n)) / (1 + NORMAL**2 / n)
        half = NORMAL / (1 + NORMAL**2 / n) * np.sqrt(p * (1 - p) / n + NORMAL**2 / (4 * n**2))
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    return np.where(k == 0, np.where(n > 0, 0.0, np.nan), low), np.where((k == n) & (n > 0), 1.0, high)


def share(events: float, n: float) -> Interval:
    """A share with Wilson's interval."""
    low, high = wilson(events, n)
    return Interval(events / n if n else np.nan, float(low), float(high))


def difference(k1: float, n1: float, k2: float, n2: float) -> tuple[Interval, float]:
    """The difference of two shares with Newcombe's interval (Stat. Med. 1998, 17, 873, method 10), and Fisher's p."""
    from scipy.stats import fisher_exact

    if not n1 or not n2:
        return Interval(np.nan), np.nan
    a, b = share(k1, n1), share(k2, n2)
    d = a.value - b.value
    low = d - np.hypot(a.value - a.low, b.high - b.value)
    high = d + np.hypot(a.high - a.value, b.value - b.low)
    p = float(fisher_exact(np.array([[k1, n1 - k1], [k2, n2 - k2]], np.int64)).pvalue)
    return Interval(d, float(low), float(high)), p


def q_values(p: ArrayLike) -> Floats:
    """Benjamini and Hochberg's (J. R. Stat. Soc. B 1995, 57, 289); NaN stays NaN and does not count; (m,)."""
    p = np.asarray(p, np.float64)
    known = np.isfinite(p)
    tested = p[known]
    order = np.argsort(-tested, kind="stable")
    stepped = np.minimum.accumulate(tested[order] * len(tested) / np.arange(len(tested), 0, -1))
    q = np.full(len(p), np.nan)
    found = np.empty(len(tested))
    found[order] = np.minimum(stepped, 1.0)
    q[known] = found
    return q
