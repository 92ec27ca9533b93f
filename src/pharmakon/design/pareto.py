"""Several goals that are not made one: the molecules no other beats, the volume they command, the search along them.

All points are desirabilities, 0 to 1, more is better; volumes are measured from the origin, so 1 is all goals met.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.design.aggregate import RHO
from pharmakon.design.lineage import Record

__all__ = ["Scalarisation", "fronts", "hypervolume", "points_of", "spread_first", "undominated", "volumes"]

EXACT = 4
"""Goals up to which a search's volume is computed exactly."""
PLACES = 20_000


def points_of(records: Sequence[Record], keys: Sequence[str]) -> Floats:
    """The desirabilities of the goals named `keys`, shape (n, goals)."""
    rows = [[r.evaluation.parts[key].desirability for key in keys] for r in records]
    return np.array(rows, np.float64).reshape(len(records), len(keys))


# ---------------------------------------------------------------- the front


def fronts(points: Floats) -> NDArray[np.int64]:
    """The front of each point, from 1: those no other beats; those only these beat; and so on.

    One point beats another if it is no worse in every goal and better in one; equal points share a front. Sequential
    search from the best downwards (Zhang et al., IEEE Trans. Evol. Comput. 19, 201 (2015)).
    """
    number = np.zeros(len(points), np.int64)
    found: list[list[int]] = []
    for row in _best_first(points):
        place = next((k for k, rows in enumerate(found) if not _beaten(points[row], points[rows])), len(found))
        if place == len(found):
            found.append([])
        found[place].append(row)
        number[row] = place + 1
    return number


def undominated(points: Floats) -> list[int]:
    """Rows of the first front, in order."""
    kept: list[int] = []
    for row in _best_first(points):
        if not _beaten(points[row], points[kept]):
            kept.append(row)
    return sorted(kept)


def _best_first(points: Floats) -> list[int]:
    """An order in which no point is beaten by a later one."""
    return np.lexsort(-points.T[::-1]).tolist() if points.size else list(range(len(points)))


def _beaten(point: Floats, others: Floats) -> bool:
    return bool(((others >= point).all(axis=1) & (others > point).any(axis=1)).any())


def spread_first(points: Floats) -> list[int]:
    """The order in which to take points so that any number of them is spread over all: the first, then the farthest."""
    order = [0] if len(points) else []
    nearest = np.full(len(points), np.inf)
    while len(order) < len(points):
        nearest = np.minimum(nearest, np.linalg.norm(points - points[order[-1]], axis=1))
        nearest[order] = -1.0
        order.append(int(np.argmax(np.round(nearest, 9))))
    return order


# ---------------------------------------------------------------- its volume


def hypervolume(points: Floats) -> float:
    """The share of the unit cube in which some point is at least as good in every goal; exact.

    By slices: what the point that is worst in the last goal adds to all others is a volume of one dimension less
    (While, Bradstreet & Barone, IEEE Trans. Evol. Comput. 16, 86 (2012)).
    """
    points = points[undominated(points)]
    if not len(points):
        return 0.0
    if points.shape[1] == 1:
        return float(points.max())
    if points.shape[1] == 2:
        return _area(points)
    order = np.argsort(points[:, -1], kind="stable")
    return float(sum(_gain(points[row], points[order[i + 1 :]]) for i, row in enumerate(order)))


def volumes(points: Floats) -> Floats:
    """The volume after each point, in order of coming: what a search had reached after so many calls.

    Exact up to four goals. Beyond, where a front holds most molecules and exactness costs hours, it is the share of
    20,000 random places, always the same ones: right to 0.007 nineteen times in twenty.
    """
    if points.shape[1] > EXACT:
        return _sampled(points)
    kept = np.zeros((0, points.shape[1]))
    total, found = 0.0, []
    for point in points:
        if not (kept >= point).all(axis=1).any():
            total += _gain(point, kept)
            kept = np.vstack([kept[~(point >= kept).all(axis=1)], point])
        found.append(total)
    return np.array(found, np.float64)


def _sampled(points: Floats) -> Floats:
    left = stream(0, "hypervolume", points.shape[1]).random((PLACES, points.shape[1]))
    found = []
    for point in points:
        left = left[(left > point).any(axis=1)]
        found.append(1.0 - len(left) / PLACES)
    return np.array(found, np.float64)


def _gain(point: Floats, others: Floats) -> float:
    """The volume that a point commands and no other does."""
    shared = np.minimum(others, point)
    flat = len(point) > 1 and bool((shared[:, -1] == point[-1]).all())
    lost = point[-1] * hypervolume(shared[:, :-1]) if flat else hypervolume(shared)
    return float(np.prod(point) - lost)


def _area(points: Floats) -> float:
    """The volume of two goals' front: steps from the best of the first goal downwards."""
    order = np.lexsort((-points[:, 1], -points[:, 0]))
    height = np.maximum.accumulate(points[order, 1])
    return float(np.sum(points[order, 0] * np.diff(height, prepend=0.0)))


# ---------------------------------------------------------------- the search


class Scalarisation:
    """The archive's scores under other weights in each batch, so that a search goes to all parts of the front.

    Weights are drawn evenly from all that add up to 1, times the goals' own; the score falls with the augmented
    Chebyshev distance from the best of each goal, in units of the front's extent (Knowles, ParEGO, IEEE Trans. Evol.
    Comput. 10, 50 (2006)). Molecules that break a constraint keep their score, which is below all others.
    """

    def __init__(self, goals: Sequence[tuple[str, float]], *, seed: int) -> None:
        self.keys = [key for key, _ in goals]
        self.own = np.array([weight for _, weight in goals], np.float64)
        self.seed = seed

    def weights(self, batch: int) -> Floats:
        """Of each goal in a batch; they add up to 1."""
        drawn = stream(self.seed, "weights", batch).dirichlet(np.ones(len(self.own))) * self.own
        weights: Floats = drawn / drawn.sum()
        return weights

    def __call__(self, records: Sequence[Record], batch: int) -> Floats:
        """The scores of all evaluated molecules in a batch: 0 to 1, or below 0."""
        scores = np.array([r.score for r in records], np.float64)
        feasible = [i for i, r in enumerate(records) if r.evaluation.feasible]
        if not feasible:
            return scores
        points = points_of([records[i] for i in feasible], self.keys)
        front = points[undominated(points)]
        best, extent = front.max(axis=0), np.ptp(front, axis=0)
        short = (best - points) / np.where(extent > 0, extent, 1.0) * self.weights(batch)
        scores[feasible] = 1.0 / (1.0 + short.max(axis=1) + RHO * short.sum(axis=1))
        return scores
