"""Metrics of risks and decisions by group, of the data and of every bootstrap sample at once.

The values are those of fairlearn's MetricFrame with scikit-learn's metrics; rows may carry weights, such as those that
make up for censoring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats

METRICS = ("auc", "tpr", "fpr", "ppv", "selection_rate", "accuracy", "brier", "prevalence")
TITLES = {
    "auc": "AUC",
    "tpr": "true-positive rate",
    "fpr": "false-positive rate",
    "ppv": "positive predictive value",
    "selection_rate": "share called positive",
    "accuracy": "accuracy",
    "brier": "Brier score",
    "prevalence": "share with the outcome",
    "intercept": "calibration intercept",
    "slope": "calibration slope",
    "line_intercept": "intercept of the line of calibration",
    "observed_expected": "observed to expected",
    "ece": "calibration error (ECE)",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "bias": "mean error",
    "within": "share within the tolerance",
    "harrell_c": "Harrell's C",
    "uno_c": "Uno's C",
    "equalised_odds": "equalised odds",
    "demographic_parity": "demographic parity",
}
HIGHER_IS_BETTER = {
    "auc": True,
    "tpr": True,
    "fpr": False,
    "ppv": True,
    "accuracy": True,
    "brier": False,
    "ece": False,
    "mae": False,
    "rmse": False,
    "within": True,
    "harrell_c": True,
    "uno_c": True,
}
"""What a worse group is; of the other metrics only the gap is told."""


@dataclass(frozen=True, slots=True)
class Judged:
    """n people with a known outcome and a risk; everything is (n,)."""

    y: Floats
    """0 or 1."""
    risk: Floats
    called: Floats
    """0 or 1, or the chance to be called positive where a rule draws lots."""
    fold: NDArray[np.intp] | None = None
    """Ranks are compared within a fold only: folds have models of their own."""
    weight: Floats | None = None

    def __post_init__(self) -> None:
        if not len(self.y) == len(self.risk) == len(self.called) or not len(self.y):
            raise UsageError("outcomes, risks and decisions must be of the same people, one at least")
        if not np.isin(self.y, (0.0, 1.0)).all():
            raise UsageError("outcomes by group are 0 and 1")


def by_group(judged: Judged, code: NDArray[np.intp], levels: int) -> Callable[[Floats], dict[str, Floats]]:
    """What turns counts (b, n) into metrics by name, each (b, levels + 1): the levels, then everybody."""
    y, called, risk = judged.y, judged.called, judged.risk
    columns = np.stack([np.ones(len(y)), y, called, y * called, (y - risk) ** 2])
    if judged.weight is not None:
        columns = columns * judged.weight
    member = np.zeros((len(y), levels))
    member[np.arange(len(y)), code] = 1.0
    table = (member[:, :, None] * columns.T[:, None, :]).reshape(len(y), -1)
    areas = _Area(judged, code, levels)
    everybody = _Area(judged, np.zeros(len(y), np.intp), 1)

    def metrics(counts: Floats) -> dict[str, Floats]:
        sums = (counts @ table).reshape(len(counts), levels, len(columns))
        sums = np.concatenate([sums, sums.sum(axis=1, keepdims=True)], axis=1)
        n, pos, sel, hit, off = (sums[:, :, j] for j in range(len(columns)))
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "auc": np.concatenate([areas(counts), everybody(counts)], axis=1),
                "tpr": hit / pos,
                "fpr": (sel - hit) / (n - pos),
                "ppv": hit / sel,
                "selection_rate": sel / n,
                "accuracy": (n - pos - sel + 2 * hit) / n,
                "brier": off / n,
                "prevalence": pos / n,
            }

    return metrics


class _Area:
    """AUCs of groups from counts: everybody's place is looked up once, so that a sample costs a running sum.

    A case stands above the controls of its group and fold with a lower risk, and half above those with the same one.
    """

    def __init__(self, judged: Judged, code: NDArray[np.intp], levels: int) -> None:
        fold = np.zeros(len(code), np.intp) if judged.fold is None else np.unique(judged.fold, return_inverse=True)[1]
        part = code * (int(fold.max()) + 1) + fold
        order = np.lexsort((judged.risk, part))
        positive = judged.y[order] > 0.5
        self.cases, self.controls = order[positive], order[~positive]
        self.weight = None if judged.weight is None else (judged.weight[self.cases], judged.weight[self.controls])
        place = {int(one): k for k, one in enumerate(np.unique(part))}
        of_case = np.array([place[int(one)] for one in part[self.cases]], np.intp)
        of_control = np.array([place[int(one)] for one in part[self.controls]], np.intp)
        start = np.searchsorted(of_control, np.arange(len(place) + 1))
        self.left, self.right = np.empty(len(self.cases), np.intp), np.empty(len(self.cases), np.intp)
        for k in range(len(place)):
            mine = of_case == k
            others = judged.risk[self.controls[start[k] : start[k + 1]]]
            self.left[mine] = start[k] + np.searchsorted(others, judged.risk[self.cases[mine]], "left")
            self.right[mine] = start[k] + np.searchsorted(others, judged.risk[self.cases[mine]], "right")
        self.tied = bool((self.left != self.right).any())
        self.begin, self.end = start[:-1], start[1:]
        self.member = np.zeros((len(self.cases), len(place)))
        self.member[np.arange(len(self.cases)), of_case] = 1.0
        self.group = np.zeros((len(place), levels))
        for one, k in place.items():
            self.group[k, one // (int(fold.max()) + 1)] = 1.0

    def __call__(self, counts: Floats) -> Floats:
        cases, controls = counts[:, self.cases], counts[:, self.controls]
        if self.weight is not None:
            cases, controls = cases * self.weight[0], controls * self.weight[1]
        below = np.zeros((len(counts), len(self.controls) + 1))
        np.cumsum(controls, axis=1, out=below[:, 1:])
        lower = below[:, self.left]
        if self.tied:
            lower = (lower + below[:, self.right]) / 2
        ones = cases @ self.member
        above = (cases * lower) @ self.member - ones * below[:, self.begin]
        pairs = ones * (below[:, self.end] - below[:, self.begin])
        with np.errstate(divide="ignore", invalid="ignore"):
            area: Floats = (above @ self.group) / (pairs @ self.group)
        return area
