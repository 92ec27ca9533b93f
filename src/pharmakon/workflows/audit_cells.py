"""Intersections of groups, each with people and events, rates that are pooled over cells, and which are too small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats
from pharmakon.fairness.groups import UNKNOWN, Groups, crossed, too_small
from pharmakon.fairness.pooling import pooled_rates
from pharmakon.learn.interval import Interval

DEEPEST = 3
"""Columns that are crossed at most."""
NONE = Interval(np.nan)


@dataclass(frozen=True, slots=True)
class Cell:
    """One intersection. Pooled rates are drawn towards those of all cells; they are shown for small cells too."""

    columns: str
    cell: str
    n: int
    events: int
    prevalence: Interval
    """Share with the outcome, pooled."""
    found: Interval
    """Share of those with the outcome who are called positive, pooled."""
    small: str


def cells_of(groups: Mapping[str, Groups], label: Floats | None, called: Floats | None) -> list[Cell]:
    """The cells of the first columns crossed; none with fewer than two columns.

    `label` and `called` are (n,), 0 or 1, NaN where an outcome is not known or nobody gave a risk: who is not judged is
    not missed.
    """
    columns = [one for one in groups.values() if len(one.levels) > 1][:DEEPEST]
    if len(columns) < 2:
        return []
    cross = crossed(columns)
    n = cross.count()
    if label is None:
        return [
            Cell(cross.name, level, int(n[i]), int(n[i]), NONE, NONE, too_small(float(n[i])))
            for i, level in enumerate(cross.levels)
            if level != UNKNOWN
        ]
    events, known = cross.count(label > 0.5), cross.count(np.isfinite(label))
    told = [i for i, level in enumerate(cross.levels) if level != UNKNOWN]
    prevalence = _figures(events[told], known[told])
    found = [NONE] * len(told)
    if called is not None:
        judged, hits = cross.count((label > 0.5) & np.isfinite(called)), cross.count((label > 0.5) & (called > 0.5))
        found = _figures(hits[told], judged[told])
    rare = np.minimum(events, known - events)
    return [
        Cell(
            cross.name,
            cross.levels[i],
            int(n[i]),
            int(events[i]),
            prevalence[k],
            found[k],
            too_small(float(n[i]), float(rare[i])),
        )
        for k, i in enumerate(told)
    ]


def _figures(events: NDArray[np.int64], n: NDArray[np.int64]) -> list[Interval]:
    pooled = pooled_rates(events, n)
    return [Interval(*map(float, one)) for one in zip(pooled.rate, pooled.low, pooled.high, strict=True)]
