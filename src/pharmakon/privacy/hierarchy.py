"""Generalisation hierarchies: what a value becomes, level by level, until nothing of it is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import ConfigError, DataError, UnknownName
from pharmakon.core.excerpt import excerpt

Codes = NDArray[np.int64]
ALL = "*"
"""What stands for any value; suppressed cells show it too."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The values of one column at each level; level 0 is as measured.

    `labels[l]` are the distinct values of level l and `maps[l]`, of shape (leaves,), which of them each leaf becomes.
    A level joins whole groups of the level below, never parts: otherwise more generalisation could make a class
    smaller, and the search of the lattice would be wrong.
    """

    name: str
    labels: tuple[tuple[str, ...], ...]
    maps: tuple[Codes, ...]

    @property
    def leaves(self) -> int:
        """How many values there are as measured."""
        return len(self.labels[0])

    @property
    def height(self) -> int:
        """The highest level."""
        return len(self.maps) - 1

    def penalty(self, level: int) -> NDArray[np.float64]:
        """What each leaf loses at a level, (leaves,): the normalised certainty penalty, 0 as measured, 1 when gone.

        The other leaves that its value may also mean, as a share of all others (Xu et al., KDD 2006; for categories the
        same as Iyengar's generalised information loss, KDD 2002).
        """
        if self.leaves == 1:
            return np.full(1, float(level > 0))
        sizes = np.bincount(self.maps[level])
        lost: NDArray[np.float64] = (sizes[self.maps[level]] - 1) / (self.leaves - 1)
        return lost

    def encode(self, values: Sequence[str]) -> Codes:
        """Values as leaves, (n,). Raises DataError for one that the hierarchy does not have."""
        known = {label: i for i, label in enumerate(self.labels[0])}
        if strangers := sorted({v for v in values if v not in known}):
            shown = f"{len(strangers)} values of the table ({', '.join(repr(excerpt(v, 30)) for v in strangers[:5])})"
            raise DataError(f"the hierarchy of {self.name!r} lacks {shown}; add a row for each")
        return np.array([known[v] for v in values], dtype=np.int64)


def from_rows(name: str, rows: Sequence[Sequence[str]]) -> Hierarchy:
    """A hierarchy as ARX and anjana write it: one row a value, its generalisations after it.

    A level that hides everything is added at the end where there is none. Raises DataError where rows have different
    lengths, a value stands twice or a level parts what the one below has joined.
    """
    if not rows or not rows[0]:
        raise DataError(f"the hierarchy of {name!r} is empty")
    width = len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise DataError(f"the hierarchy of {name!r}, row {number}: {len(row)} levels where the first has {width}")
    leaves = [row[0] for row in rows]
    if len(set(leaves)) < len(leaves):
        twice = next(v for v in leaves if leaves.count(v) > 1)
        raise DataError(f"the hierarchy of {name!r} has {twice!r} twice")
    columns = [list(column) for column in zip(*rows, strict=True)]
    if len(set(columns[-1])) > 1:
        columns.append([ALL] * len(rows))
    labels, maps = [], []
    for column in columns:
        names = tuple(dict.fromkeys(column))
        place = {label: i for i, label in enumerate(names)}
        labels.append(names)
        maps.append(np.array([place[v] for v in column], dtype=np.int64))
    for level in range(1, len(maps)):
        below, above = maps[level - 1], maps[level]
        joined = np.unique(np.stack((below, above), axis=1), axis=0)
        if len(joined) > len(labels[level - 1]):
            parted = int(joined[np.flatnonzero(np.diff(joined[:, 0]) == 0)[0], 0])
            raise DataError(
                f"the hierarchy of {name!r}: level {level} parts what level {level - 1} joins "
                f"({labels[level - 1][parted]!r}); each level must be made of whole groups of the one below"
            )
    return Hierarchy(name, tuple(labels), tuple(maps))


def from_intervals(name: str, values: Sequence[str], widths: Sequence[float], *, origin: float = 0.0) -> Hierarchy:
    """Numbers in intervals of growing width, counted from `origin`; each width a multiple of the one before.

    An empty value keeps a group of its own until the last level. Raises ConfigError for widths that do not fit into
    one another and DataError for a value that is no number.
    """
    steps = list(widths)
    if not steps or min(steps) <= 0:
        raise ConfigError(f"the intervals of {name!r} need widths above 0")
    for small, large in pairwise(steps):
        if abs(large / small - round(large / small)) > 1e-9 or large <= small:
            raise ConfigError(f"the intervals of {name!r}: {large:g} is no multiple of {small:g}")
    rows = []
    for value in _ordered(name, set(values)):
        row = [value]
        for width in steps:
            if value == "":
                row.append("")
                continue
            low = origin + np.floor((float(value) - origin) / width + 1e-12) * width
            row.append(f"[{low:g}, {low + width:g})")
        rows.append([*row, ALL])
    return from_rows(name, rows)


def from_prefixes(name: str, values: Sequence[str], kept: Sequence[int]) -> Hierarchy:
    """Codes by their first characters, fewer at each level: ICD-10 codes, postcodes. `kept` falls, such as (3, 1)."""
    if not kept or list(kept) != sorted(set(kept), reverse=True) or kept[-1] < 1:
        raise ConfigError(f"the prefixes of {name!r} are numbers of characters that fall, such as [3, 1]")
    rows = [[v, *(v[:n] + ALL if len(v) > n else v for n in kept), ALL] for v in sorted(set(values))]
    return from_rows(name, rows)


def from_groups(name: str, values: Sequence[str], groups: Mapping[str, Sequence[str]]) -> Hierarchy:
    """One level of named groups: {"group": ["value", ...]}; a value in none stays what it is."""
    where: dict[str, str] = {}
    for group, members in groups.items():
        for member in members:
            if where.setdefault(member, group) != group:
                raise ConfigError(f"{member!r} is in two groups of {name!r}: {where[member]!r} and {group!r}")
    if strangers := [v for v in where if v not in set(values)]:
        raise UnknownName(f"value of {name}", strangers[0], sorted(set(values)))
    return from_rows(name, [[v, where.get(v, v), ALL] for v in sorted(set(values))])


def flat(name: str, values: Sequence[str]) -> Hierarchy:
    """Two levels: the value, and nothing."""
    return from_rows(name, [[v, ALL] for v in sorted(set(values))])


def _ordered(name: str, values: set[str]) -> list[str]:
    try:
        return sorted(values, key=lambda v: (v == "", float(v) if v else 0.0))
    except ValueError:
        wrong = next(v for v in sorted(values) if v and not _is_number(v))
        raise DataError(f"{name!r} is to be put into intervals, and {excerpt(wrong, 30)!r} is no number") from None


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
