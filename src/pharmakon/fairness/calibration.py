"""Whether risks mean the same in every group: intercept, slope, observed to expected, and calibration error by group.

Intercept and slope are those of a logistic model of the outcome on the logit of the risk (Cox, Biometrika 1958, 45,
562), the intercept with the slope held at 1; the line's own, beside its slope, is `line_intercept`. The calibration
error is over bins of equal numbers of people. A sample of the bootstrap takes one Newton step from the fit to the data
(Moulton and Zeger, Comput. Stat. Data Anal. 1991, 11, 53), so that everything is sums over people.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats
from pharmakon.learn.glm_loss import sigmoid
from pharmakon.learn.logistic import fit_logistic

from .classification import Judged

METRICS = ("observed_expected", "intercept", "slope", "line_intercept", "ece")
BINS, FEWEST_OF_BIN = 10, 20
EDGE = 1e-6


def by_group(judged: Judged, code: NDArray[np.intp], levels: int) -> Callable[[Floats], dict[str, Floats]]:
    """What turns counts (b, n) into calibration by name, each (b, levels + 1): the levels, then everybody."""
    parts = [np.flatnonzero(code == level) for level in range(levels)]
    groups = [_One(judged, rows) for rows in (*parts, np.arange(len(code)))]

    def metrics(counts: Floats) -> dict[str, Floats]:
        found = [group(counts) for group in groups]
        return {name: np.stack([one[name] for one in found], axis=1) for name in METRICS}

    return metrics


class _One:
    """The calibration of one group, as sums over its people."""

    def __init__(self, judged: Judged, rows: NDArray[np.intp]) -> None:
        self.rows = rows[np.argsort(judged.risk[rows], kind="stable")]
        y, risk = judged.y[self.rows], judged.risk[self.rows]
        weight = np.ones(len(rows)) if judged.weight is None else judged.weight[self.rows]
        clipped = np.clip(risk, EDGE, 1 - EDGE)
        score = np.log(clipped) - np.log1p(-clipped)
        self.shift = _fitted(np.ones((len(rows), 1)), y, weight, offset=score)
        self.line = _fitted(np.column_stack([np.ones(len(rows)), score]), y, weight)
        columns = [np.ones(len(rows)), y, risk]
        chance = sigmoid(score + self.shift[0])
        columns += [y - chance, chance * (1 - chance)]
        chance = sigmoid(self.line[0] + self.line[1] * score)
        spread = chance * (1 - chance)
        columns += [y - chance, (y - chance) * score, spread, spread * score, spread * score**2]
        bins = int(np.clip(len(rows) // FEWEST_OF_BIN, 1, BINS))
        edge = np.linspace(0, len(rows), bins + 1).astype(np.intp)
        for low, high in itertools.pairwise(edge):
            inside = np.zeros(len(rows))
            inside[low:high] = (y - risk)[low:high]
            columns.append(inside)
        self.table = np.column_stack(columns) * weight[:, None]

    def __call__(self, counts: Floats) -> dict[str, Floats]:
        sums = counts[:, self.rows] @ self.table
        n, hits, said, g, v, g0, g1, a, b, c = sums[:, :10].T
        one_class = (hits <= 0) | (hits >= n)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = {
                "observed_expected": hits / said,
                "intercept": self.shift[0] + g / v,
                "slope": self.line[1] + (a * g1 - b * g0) / (a * c - b * b),
                "line_intercept": self.line[0] + (c * g0 - b * g1) / (a * c - b * b),
                "ece": np.abs(sums[:, 10:]).sum(axis=1) / n,
            }
        for name in ("intercept", "slope", "line_intercept"):
            found[name] = np.where(one_class, np.nan, found[name])
        return found


def _fitted(X: Floats, y: Floats, weight: Floats, *, offset: Floats | None = None) -> Floats:
    """Coefficients of a logistic model; NaN where there are none."""
    if len(y) < X.shape[1]:
        return np.full(X.shape[1], np.nan)
    return fit_logistic(X, y, weight=weight, offset=offset)[0]
