"""A model that is trained under a constraint on its groups: fairlearn's ExponentiatedGradient over logistic models.

Agarwal et al., ICML 2018. The result is a mixture of models, one of which is drawn for each person; what is given is
the chance to be called positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pharmakon.core.random import stream
from pharmakon.core.types import Floats

from .groups import Groups
from .thresholds import BOUND, Constraint

ROUNDS = 30
MOST = 10_000
"""People that the constrained model is trained with; of more, so many are drawn."""


@dataclass(frozen=True, slots=True)
class Constrained:
    """A trained mixture."""

    model: Any

    @classmethod
    def fit(
        cls,
        X: Floats,
        y: Floats,
        groups: Groups,
        *,
        constraint: Constraint = "equalised odds",
        bound: float = BOUND,
        penalty: float = 1.0,
        seed: int = 0,
    ) -> Constrained:
        """From features (n, p) without gaps and outcomes (n,); the group itself is no feature unless it is among X."""
        from fairlearn.reductions import DemographicParity, EqualizedOdds, ExponentiatedGradient, TruePositiveRateParity
        from sklearn.linear_model import LogisticRegression

        kinds = {
            "equalised odds": EqualizedOdds,
            "equal opportunity": TruePositiveRateParity,
            "demographic parity": DemographicParity,
        }
        rows = np.arange(len(y))
        if len(y) > MOST:
            rows = np.sort(stream(seed, "constrained").choice(rows, size=MOST, replace=False))
        model = ExponentiatedGradient(
            LogisticRegression(C=penalty, max_iter=300, tol=1e-3),
            kinds[constraint](difference_bound=bound),
            max_iter=ROUNDS,
        )
        words = np.array(groups.levels)[groups.code[rows]]
        model.fit(X[rows], y[rows].astype(int), sensitive_features=words)
        return cls(model)

    def apply(self, X: Floats) -> Floats:
        """The chance (n,) to be called positive."""
        return np.asarray(self.model._pmf_predict(X)[:, 1], np.float64)  # noqa: SLF001
