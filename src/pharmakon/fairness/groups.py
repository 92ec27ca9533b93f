"""Groups of people: a column as levels, age as bands, columns crossed, and which cells are too small to tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats

FEWEST, FEWEST_EVENTS = 30, 10
"""People in a cell, and of each outcome in it, below which nothing is told of it."""
UNKNOWN = "unknown"
"""The level of those of whom it is not known. It is shown, and never part of a gap."""
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Groups:
    """A column of n people as levels: `code` (n,) is the place of each one's level in `levels`."""

    name: str
    levels: tuple[str, ...]
    code: NDArray[np.intp]

    @classmethod
    def of(cls, name: str, labels: Sequence[Any] | NDArray[Any], *, order: Sequence[str] = ()) -> Groups:
        """From labels (n,), "" for one that is not known. Levels come as in `order`, others sorted, unknown last."""
        words = [str(label) or UNKNOWN for label in labels]
        found = set(words)
        levels = [level for level in order if level in found and level != UNKNOWN]
        levels += sorted(found - {*levels, UNKNOWN})
        levels += [UNKNOWN] if UNKNOWN in found else []
        place = {level: i for i, level in enumerate(levels)}
        return cls(name, tuple(levels), np.array([place[word] for word in words], np.intp))

    def __len__(self) -> int:
        return len(self.code)

    def take(self, rows: NDArray[Any]) -> Groups:
        """Some of the people, by position or mask; levels that none of them has are left out."""
        order = self.levels
        return Groups.of(self.name, [order[c] for c in self.code[rows]], order=order)

    def count(self, mask: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """People of each level, of those in the mask where one is given; (levels,)."""
        code = self.code if mask is None else self.code[mask]
        return np.bincount(code, minlength=len(self.levels)).astype(np.int64)


def crossed(columns: Sequence[Groups]) -> Groups:
    """The intersections of columns that somebody is in, such as "female × Black"; unknown where one is not known."""
    if not columns:
        raise UsageError("no columns to cross")
    words = [[g.levels[c] for c in g.code] for g in columns]
    labels = ["" if UNKNOWN in cell else " × ".join(cell) for cell in zip(*words, strict=True)]
    order = reduce(lambda a, b: [f"{x} × {y}" if x else y for x in a for y in b], [g.levels for g in columns], [""])
    return Groups.of(" × ".join(g.name for g in columns), labels, order=order)


def banded(name: str, values: Floats, starts: Sequence[float]) -> Groups:
    """Numbers (n,) as bands that begin at `starts`, such as 0-17, 18-64 and 65+ of (0, 18, 65).

    NaN is unknown; what lies below the first start has a band of its own.
    """
    starts = sorted(starts)
    names = [_band(a, b) for a, b in zip(starts, [*starts[1:], math.inf], strict=True)]
    below = f"below {starts[0]:g}"
    place = np.searchsorted(np.asarray(starts, np.float64), values, side="right") - 1
    labels = ["" if math.isnan(v) else below if p < 0 else names[p] for v, p in zip(values, place, strict=True)]
    return Groups.of(name, labels, order=[below, *names])


def renamed(groups: Groups, words: Mapping[str, str]) -> Groups:
    """The levels by other words; levels that come to one word are one level."""
    names = [words.get(level, level) for level in groups.levels]
    return Groups.of(groups.name, [names[c] for c in groups.code], order=list(dict.fromkeys(names)))


def too_small(n: float, events: float | None = None) -> str:
    """Why nothing can be told of a cell of n people with so many of the rarer outcome; "" where something can."""
    if n < FEWEST:
        return f"{CANNOT_TELL}: {n:,.0f} people, fewer than {FEWEST}"
    if events is not None and events < FEWEST_EVENTS:
        return f"{CANNOT_TELL}: {events:,.0f} of the rarer outcome, fewer than {FEWEST_EVENTS}"
    return ""


def _band(start: float, end: float) -> str:
    if math.isinf(end):
        return f"{start:g}+"
    return f"{start:g}-{end - 1:g}" if float(end).is_integer() else f"{start:g} to {end:g}"
