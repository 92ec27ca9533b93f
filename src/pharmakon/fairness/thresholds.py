"""A threshold for each group, so that the groups are treated alike after a model that is not touched.

fairlearn's ThresholdOptimizer (Hardt, Price and Srebro, NeurIPS 2016): the best accuracy under the constraint. Where
two thresholds have to be mixed a person is called positive with a chance, not for certain, and that chance is what is
given. A gap that is allowed is used up: the rule is mixed with the one threshold for all as far as that gap lets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

from .classification import Judged, by_group
from .groups import Groups

Constraint = Literal["equalised odds", "equal opportunity", "demographic parity"]
BOUND = 0.02
"""Largest gap that is allowed where it is learnt."""
STEPS = tuple(i / 50 for i in range(51))
_RATES = {
    "equalised odds": ("tpr", "fpr"),
    "equal opportunity": ("tpr",),
    "demographic parity": ("selection_rate",),
}
_NAMES = {
    "equalised odds": "equalized_odds",
    "equal opportunity": "true_positive_rate_parity",
    "demographic parity": "demographic_parity",
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A rule by group that was learnt."""

    optimizer: Any
    levels: tuple[str, ...]
    share: float = 1.0
    """Of the rule; the rest is one threshold for all."""
    threshold: float = 0.5

    @classmethod
    def fit(
        cls,
        risk: Floats,
        y: Floats,
        groups: Groups,
        *,
        constraint: Constraint = "equalised odds",
        allowed: float = BOUND,
        threshold: float = 0.5,
    ) -> Thresholds:
        """From risks and outcomes (n,) of people other than those it will be judged on, to a gap that is allowed.

        Raises DataError where a group has one outcome only: there is no threshold for it then.
        """
        from fairlearn.postprocessing import ThresholdOptimizer

        positive, n = groups.count(y > 0.5), groups.count()
        for level, k, total in zip(groups.levels, positive, n, strict=True):
            if k in (0, total):
                raise DataError(f"{groups.name} {level}: everybody has the same outcome, so no threshold can be learnt")
        rule = ThresholdOptimizer(
            estimator=_given(),
            constraints=_NAMES[constraint],
            objective="accuracy_score",
            prefit=True,
            predict_method="predict_proba",
            grid_size=1000,
        )
        words = np.array(groups.levels)[groups.code]
        rule.fit(risk[:, None], y.astype(int), sensitive_features=words)
        whole = cls(rule, groups.levels)
        plain, alike = (risk >= threshold).astype(float), whole.apply(risk, groups)
        share = next(s for s in STEPS if s == 1 or _gap(s * alike + (1 - s) * plain, y, groups, constraint) <= allowed)
        return cls(rule, groups.levels, float(share), threshold)

    def apply(self, risk: Floats, groups: Groups) -> Floats:
        """The chance (n,) to be called positive. DataError for a level that was not there."""
        if others := [level for level in groups.levels if level not in self.levels]:
            raise DataError(f"{groups.name} {others[0]}: no threshold was learnt for this group")
        words = np.array(groups.levels)[groups.code]
        chance = self.optimizer._pmf_predict(risk[:, None], sensitive_features=words)  # noqa: SLF001
        return np.asarray(self.share * chance[:, 1] + (1 - self.share) * (risk >= self.threshold), np.float64)


def _gap(called: Floats, y: Floats, groups: Groups, constraint: Constraint) -> float:
    """The largest gap of the rates that the constraint is about."""
    rates = by_group(Judged(y, y, called), groups.code, len(groups.levels))(np.ones((1, len(y))))
    return max(float(np.ptp(rates[name][0, :-1])) for name in _RATES[constraint])


def _given() -> Any:
    """An estimator whose probabilities are its only column."""
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
        def __init__(self) -> None:
            self.classes_ = np.array([0, 1])
            self.fitted_ = True

        def fit(self, X: Floats, y: Floats) -> Given:
            return self

        def predict_proba(self, X: Floats) -> Floats:
            return np.column_stack([1 - X[:, 0], X[:, 0]])

        def predict(self, X: Floats) -> Floats:
            return (X[:, 0] >= 0.5).astype(int)

    return Given()
