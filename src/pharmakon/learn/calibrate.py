"""Scores into probabilities that mean what they say, and a table that shows whether they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pharmakon.core.errors import UsageError

Floats = NDArray[np.float64]


class VennAbers:
    """Inductive Venn-Abers prediction (Vovk & Petej 2014): two probabilities, one of which is calibrated.

    p0 and p1 are the isotonic fits at the score, were its label 0 or 1; p = p1 / (1 - p0 + p1) lies between them. All
    three never fall as the score rises, so ranking is kept (up to ties). The distance p1 - p0 tells how much
    calibration data there is. Both are step functions of the score: stored as such, nothing is approximated.
    """

    def fit(self, scores: ArrayLike, labels: ArrayLike) -> Self:
        """Learn from scores (n,), any scale, and labels 0 or 1 (n,); scores must not be those of training rows."""
        score, label = np.asarray(scores, dtype=np.float64), (np.asarray(labels) > 0.5).astype(np.float64)
        if score.shape != label.shape or not len(score) or not np.isfinite(score).all():
            raise UsageError("calibration needs finite scores, a label for each, and at least one")
        knots, place, weight = np.unique(score, return_inverse=True, return_counts=True)
        ones = np.bincount(place, weights=label)
        upper = _with_a_one(weight, ones)
        # Adding a zero is adding a one, seen in the mirror that swaps labels and directions.
        lower = 1 - _with_a_one(weight[::-1], (weight - ones)[::-1])[::-1]
        # p0 holds from its knot upwards, 0 below the first; p1 up to its knot, 1 above the last.
        starts = np.diff(lower, prepend=0.0) > 0
        ends = np.diff(upper, append=1.0) > 0
        self.low_knots_, self.low_ = knots[starts], lower[starts]
        self.high_knots_, self.high_ = knots[ends], upper[ends]
        return self

    def predict(self, scores: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Probabilities p, p0, p1 (m,) with p0 <= p <= p1; NaN for a NaN score."""
        score = np.asarray(scores, dtype=np.float64)
        p0 = np.append(0.0, self.low_)[np.searchsorted(self.low_knots_, score, side="right")]
        p1 = np.append(self.high_, 1.0)[np.searchsorted(self.high_knots_, score, side="left")]
        unknown = np.isnan(score)
        p0, p1 = np.where(unknown, np.nan, p0), np.where(unknown, np.nan, p1)
        return p1 / (1 - p0 + p1), p0, p1

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The steps of p0 and p1."""
        return {
            "low_knots": self.low_knots_,
            "low": self.low_,
            "high_knots": self.high_knots_,
            "high": self.high_,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        self = cls()
        self.low_knots_, self.low_ = arrays["low_knots"], arrays["low"]
        self.high_knots_, self.high_ = arrays["high_knots"], arrays["high"]
        return self


@dataclass(frozen=True, slots=True)
class Reliability:
    """Rows grouped by predicted probability: what was said (`predicted`), what happened (`observed`), how often."""

    predicted: Floats
    observed: Floats
    count: NDArray[np.int64]

    @property
    def error(self) -> float:
        """Expected calibration error: mean |predicted - observed| over the rows, 0 at best."""
        return float(np.average(np.abs(self.predicted - self.observed), weights=self.count))


def reliability(labels: ArrayLike, probability: ArrayLike, *, n_bins: int = 10) -> Reliability:
    """The reliability table over equally wide bins of probability; empty bins are left out."""
    label, p = np.asarray(labels, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    if label.shape != p.shape or not len(p):
        raise UsageError(f"{len(label)} labels for {len(p)} probabilities; at least one of each, please")
    bins = np.clip((p * n_bins).astype(np.int64), 0, n_bins - 1)
    _, place, count = np.unique(bins, return_inverse=True, return_counts=True)
    return Reliability(np.bincount(place, weights=p) / count, np.bincount(place, weights=label) / count, count)


def _with_a_one(weight: NDArray[Any], ones: NDArray[Any]) -> Floats:
    """The isotonic fit at each knot i, refitted with one more label 1 there (k,): all k refits in O(k).

    The fit is the slope of the greatest convex minorant of the points (cumulated weight, cumulated ones). A one added
    at knot i moves the points from i on by (1, 1); or, just as well, those before i by (-1, -1). So as i passes from
    left to right one point a step is moved, and the minorant is mended on a stack (Vovk et al. 2015, NIPS, section 3).
    """
    x = np.concatenate([[0.0], np.cumsum(weight)]).tolist()
    y = np.concatenate([[0.0], np.cumsum(ones)]).tolist()
    last = len(x) - 1
    # The minorant with only point 0 moved, its leftmost corner on top of the stack.
    stack: list[tuple[float, float]] = []
    for point in zip(reversed(x), reversed(y), strict=True):
        while len(stack) > 1 and _turn(point, stack[-1], stack[-2]) <= 0:
            stack.pop()
        stack.append(point)
    stack.append((-1.0, -1.0))
    while len(stack) > 2 and _turn(stack[-1], stack[-2], stack[-3]) <= 0:
        del stack[-2]
    fit = np.empty(last)
    for i in range(1, last + 1):
        (x0, y0), (x1, y1) = stack[-1], stack[-2]
        fit[i - 1] = (y1 - y0) / (x1 - x0)
        moved = (x[i] - 1.0, y[i] - 1.0)
        if _turn((x0, y0), moved, (x1, y1)) <= 0:
            continue  # on or above the minorant
        stack.pop()
        while len(stack) > 1 and _turn(moved, stack[-1], stack[-2]) <= 0:
            stack.pop()
        stack.append(moved)
    return np.minimum(np.maximum.accumulate(fit), 1.0)


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Positive where a, b, c turn left: b is a corner of the minorant."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
