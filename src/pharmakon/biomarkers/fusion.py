"""Scores of several blocks into one calibrated risk, whichever blocks a patient has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pharmakon.biomarkers.cox_loss import CoxLoss
from pharmakon.biomarkers.losses import loss_of
from pharmakon.biomarkers.outcome import Outcome, OutcomeKind
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.elastic_net import elastic_net_path
from pharmakon.learn.glm_loss import sigmoid

Pattern = tuple[str, ...]
FEWEST = 20
"""Patients with all blocks of a pattern, below which no weights are learnt for it."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of block scores, never negative, and what turns their sum into a risk."""

    blocks: Pattern
    weights: Floats
    intercept: float
    hazard: float = np.nan
    """Survival: the cumulated hazard of score 0 at the horizon."""

    def score(self, scores: Mapping[str, Floats]) -> Floats:
        """The linear score (n,) from each block's (n,)."""
        total: Floats = np.column_stack([scores[name] for name in self.blocks]) @ self.weights + self.intercept
        return total

    def risk(self, score: Floats, kind: OutcomeKind) -> Floats:
        """Probability of the class, or of the event by the horizon; a number as it is."""
        if kind == "binary":
            return sigmoid(score)
        risk: Floats = score if kind == "continuous" else -np.expm1(-self.hazard * np.exp(score))
        return risk


def fit_fusions(scores: Mapping[str, Floats], outcome: Outcome, *, horizon: float) -> dict[Pattern, Fusion]:
    """A fusion for every set of blocks that enough patients have, from out-of-fold scores (n,), NaN without the block.

    One block alone is calibrated by it. A negative weight would bet against a block's own model, which noise can seem
    to ask for (Breiman, Machine Learning 1996, stacked regressions): such a block is left out.
    """
    fusions: dict[Pattern, Fusion] = {}
    for size in range(1, len(scores) + 1):
        for blocks in combinations(scores, size):
            Z = np.column_stack([scores[name] for name in blocks])
            rows = np.flatnonzero(np.isfinite(Z).all(axis=1))
            there = outcome.take(rows)
            if len(rows) < FEWEST or there.events < 2:
                continue
            weights, intercept = _weights(Z[rows], there)
            hazard = np.nan
            if there.event is not None:
                times, cumulated = CoxLoss(there.value, there.event).baseline(intercept + Z[rows] @ weights)
                hazard = float(np.append(0.0, cumulated)[np.searchsorted(times, horizon, side="right")])
            fusions[blocks] = Fusion(blocks, weights, intercept, hazard)
    if not fusions:
        raise DataError(f"no block has {FEWEST} patients with a known outcome, two of them events")
    return fusions


def best_pattern(available: Pattern, fusions: Mapping[Pattern, Fusion]) -> Pattern | None:
    """The largest fitted set of blocks among the available ones; None without any."""
    fitting = [blocks for blocks in fusions if set(blocks) <= set(available)]
    return max(fitting, key=len, default=None)


def _weights(Z: Floats, outcome: Outcome) -> tuple[Floats, float]:
    """Weights (b,) of at least 0, and the intercept."""
    weights = np.zeros(Z.shape[1])
    kept = np.flatnonzero(Z.std(axis=0) > 1e-12)
    loss = loss_of(outcome)
    while True:
        path = elastic_net_path(Z[:, kept], loss, alpha=0.0, lambdas=np.array([1e-3])) if len(kept) else None
        if path is None:
            return weights, _constant(outcome)
        found = path.coefficients[0]
        if (found >= 0).all():
            weights[kept] = found
            return weights, float(path.intercepts[0])
        kept = np.delete(kept, np.argmin(found))


def _constant(outcome: Outcome) -> float:
    """The score of everybody when nothing tells them apart."""
    if outcome.kind == "survival":
        return 0.0
    mean = float(outcome.value.mean())
    return mean if outcome.kind == "continuous" else float(np.log(mean / (1 - mean)))
