"""How often something is so in each group, against everybody else: missing cells, labels, being left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pharmakon.learn.interval import Interval

from .groups import Groups, too_small
from .intervals import difference, q_values, share

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something is so in one group, and how much more often than among all others."""

    of: str
    """The column whose cells are missing, or what is counted."""
    column: str
    level: str
    n: int
    events: int
    inside: Interval
    more: Interval
    """The difference to the rest, Newcombe's interval."""
    p: float
    q: float = np.nan
    small: str = ""
    """Why it cannot be told."""

    @property
    def found(self) -> bool:
        """Whether the groups differ at a false discovery rate of 5 %."""
        return not self.small and self.q <= LEVEL


def compared(happened: Mapping[str, NDArray[np.bool_]], columns: Sequence[Groups]) -> list[Rate]:
    """For each thing that happened (n,) and each level of each column: how often, and against the rest.

    One family of tests for false discoveries (Benjamini and Hochberg); cells that are too small are not tested. Things
    that happened to nobody or everybody are left out.
    """
    rows = []
    for what, mask in happened.items():
        if not mask.any() or mask.all():
            continue
        for groups in columns:
            n, k = groups.count(), groups.count(mask)
            if len(groups.levels) < 2:
                continue
            for i, level in enumerate(groups.levels):
                small = too_small(float(n[i])) or too_small(float(n.sum() - n[i]))
                more, p = difference(int(k[i]), int(n[i]), int(k.sum() - k[i]), int(n.sum() - n[i]))
                inside = share(int(k[i]), int(n[i]))
                found = Rate(
                    what, groups.name, level, int(n[i]), int(k[i]), inside, more, np.nan if small else p, small=small
                )
                rows.append(found)
    q = q_values([row.p for row in rows]) if rows else np.empty(0)
    return [replace(row, q=float(value)) for row, value in zip(rows, q, strict=True)]
