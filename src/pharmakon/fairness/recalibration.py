"""Risks that mean the same in every group: each group's own logistic recalibration, drawn towards that of all.

A group of n people has its own intercept and slope by n / (n + 100) and everybody's by the rest, so that a small group
is not fitted to its noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pharmakon.core.types import Floats
from pharmakon.learn.glm_loss import sigmoid
from pharmakon.learn.logistic import fit_logistic

from .groups import Groups

EDGE = 1e-6
PULL = 100.0
"""People for whom everybody's line counts."""


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Intercept and slope on the logit of the risk: of everybody, and by level."""

    everybody: tuple[float, float]
    levels: dict[str, tuple[float, float]]

    @classmethod
    def fit(cls, risk: Floats, y: Floats, groups: Groups) -> Recalibration:
        """From risks and outcomes (n,) of people other than those it will be judged on."""
        score = logit(risk)
        everybody = _line(score, y) or (0.0, 1.0)
        found = {}
        for i, level in enumerate(groups.levels):
            rows = groups.code == i
            own = _line(score[rows], y[rows])
            if own is None:
                continue
            share = rows.sum() / (rows.sum() + PULL)
            found[level] = tuple(float(share * a + (1 - share) * b) for a, b in zip(own, everybody, strict=True))
        return cls(everybody, {level: (line[0], line[1]) for level, line in found.items()})

    def apply(self, risk: Floats, groups: Groups) -> Floats:
        """Recalibrated risks (n,); a level that was not there gets everybody's line."""
        lines = np.array([self.levels.get(level, self.everybody) for level in groups.levels])
        at = lines[groups.code]
        return np.asarray(sigmoid(at[:, 0] + at[:, 1] * logit(risk)), np.float64)


def logit(risk: Floats) -> Floats:
    """Log odds; risks of 0 and 1 are taken a millionth inwards."""
    inside = np.clip(risk, EDGE, 1 - EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside), np.float64)


def _line(score: Floats, y: Floats) -> tuple[float, float] | None:
    """None where it does not exist, or where higher risks would mean lower ones."""
    if len(y) < 3:
        return None
    intercept, slope = fit_logistic(np.column_stack([np.ones(len(y)), score]), y)[0].tolist()
    return (intercept, slope) if np.isfinite(slope) and slope > 0 else None
