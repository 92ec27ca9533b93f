"""What a group is large enough to show: the smallest gap to the others that would be found four times in five."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .groups import Groups, too_small

POWER, LEVEL = 0.8, 0.05
ASSUMED = {"auc": 0.75, "rate": 0.8}
"""What is taken for the overall value where there are no predictions."""
WANTED = 100
"""Events, and as many without, that a validation wants (Vergouwe et al., J. Clin. Epidemiol. 2005, 58, 475)."""


@dataclass(frozen=True, slots=True)
class Power:
    """One group's size, and the smallest gaps between it and the rest that its size can show (80 %, two-sided 5 %)."""

    column: str
    level: str
    n: int
    events: int
    others: int
    """Without the event."""
    prevalence_gap: float
    rate_gap: float
    """Of a true-positive rate."""
    auc_gap: float
    small: str = ""

    @property
    def enough(self) -> bool:
        """Whether it has what a validation wants."""
        return self.events >= WANTED and self.others >= WANTED


def detectable(groups: Groups, y: np.ndarray[tuple[int], np.dtype[np.float64]], **expected: float) -> list[Power]:
    """For each level, given outcomes (n,) of 0 and 1. `expected` are the overall `auc` and `rate` where known."""
    from scipy.special import ndtri

    reach = float(ndtri(1 - LEVEL / 2) + ndtri(POWER))
    at = ASSUMED | {name: value for name, value in expected.items() if np.isfinite(value)}
    n, k = groups.count().astype(float), groups.count(y > 0.5).astype(float)
    found = []
    for i, level in enumerate(groups.levels):
        here, there = (k[i], n[i] - k[i]), (k.sum() - k[i], (n - k).sum() - (n[i] - k[i]))
        share = k.sum() / n.sum()
        rest = n.sum() - n[i]
        found.append(
            Power(
                groups.name,
                level,
                int(n[i]),
                int(here[0]),
                int(here[1]),
                _rate_gap(share, n[i], rest, reach),
                _rate_gap(at["rate"], here[0], there[0], reach),
                reach * float(np.hypot(auc_error(at["auc"], *here), auc_error(at["auc"], *there))),
                too_small(n[i], min(here)),
            )
        )
    return found


def auc_error(auc: float, events: float, others: float) -> float:
    """Standard error of an AUC (Hanley and McNeil, Radiology 1982, 143, 29)."""
    if events < 1 or others < 1:
        return np.nan
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (events - 1) * (q1 - auc**2) + (others - 1) * (q2 - auc**2)
    return float(np.sqrt(variance / (events * others)))


def _rate_gap(rate: float, n1: float, n2: float, reach: float) -> float:
    if n1 < 1 or n2 < 1:
        return np.nan
    return float(reach * np.sqrt(rate * (1 - rate) * (1 / n1 + 1 / n2)))
