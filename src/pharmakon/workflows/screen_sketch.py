"""What a screen remembers of rows that it does not keep: counts, spreads, distinct molecules, a sample, the best.

Each sketch has a size that does not grow with the rows, and merging two gives what one sketch of all rows would have
been, in whichever order: so shards can be worked on anywhere and put together at the end.
"""

from __future__ import annotations

import base64
import heapq
import math
import zlib
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

BINS = 100
PRECISION = 14
"""Bits that choose a register of `Distinct`: 16,384 registers of a byte, a standard error of 0.8 %."""
FEW = 20
"""Of so many hits one, and fewer, are put in their places one by one."""


class Hit(NamedTuple):
    """A ranked row. `file` counts the inputs from 0, `row` the file's rows from 1; `values` go with the terms."""

    score: float
    smiles: str
    file: int
    row: int
    id: str
    values: tuple[float, ...] = ()
    outside: str = ""
    """The models whose domain it lies outside of, joined by "; "."""

    def place(self) -> tuple[float, str, int, int]:
        """What hits are ordered by: the better score, then the SMILES, then where it stands. No two are equal."""
        return -self.score, self.smiles, self.file, self.row


class Best:
    """The first `size` hits, in order."""

    def __init__(self, size: int, hits: Iterable[Hit] = ()) -> None:
        self.size = size
        self.hits = sorted(hits, key=Hit.place)[:size]

    def merge(self, other: Best) -> None:
        """Take in another's."""
        if len(other.hits) * FEW > len(self.hits):
            self.hits = sorted([*self.hits, *other.hits], key=Hit.place)  # two runs: as fast as merging
        else:
            for hit in other.hits:
                insort(self.hits, hit, key=Hit.place)
        del self.hits[self.size :]

    def taken(self, plain: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """Of hits in order, as JSON has them, the first ones: those that merging would take in."""
        if len(self.hits) < self.size:
            return plain
        return plain[: bisect_left(plain, self.hits[-1].place(), key=lambda one: (-one[0], *one[1:4]))]


@dataclass(slots=True)
class Histogram:
    """How many values lie in each of BINS equal bins of a fixed range, below it, above it, and how many are NaN."""

    low: float
    high: float
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(BINS, np.int64))
    below: int = 0
    above: int = 0
    missing: int = 0

    def add(self, values: Floats | Sequence[float]) -> None:
        """Count values."""
        array = np.asarray(values, np.float64)
        known = array[~np.isnan(array)]
        inside = known[(known >= self.low) & (known <= self.high)]
        self.counts += np.histogram(inside, BINS, (self.low, self.high))[0]
        self.below += int((known < self.low).sum())
        self.above += int((known > self.high).sum())
        self.missing += len(array) - len(known)

    def merge(self, other: Histogram) -> None:
        """Take in another's, of the same range."""
        self.counts = self.counts + other.counts
        self.below, self.above = self.below + other.below, self.above + other.above
        self.missing += other.missing

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        rest = {"below": self.below, "above": self.above, "missing": self.missing}
        return {"low": self.low, "high": self.high, "counts": self.counts.tolist(), **rest}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """What `plain` gave."""
        return cls(**plain | {"counts": np.array(plain["counts"], np.int64)})


class Distinct:
    """About how many different texts were seen: a HyperLogLog with Ertl's estimator, which needs no corrections.

    Flajolet et al., AofA 2007; Ertl, arXiv:1702.01284 (2017). Standard error 1.04 / sqrt(2 ** PRECISION).
    """

    def __init__(self) -> None:
        self.registers = np.zeros(1 << PRECISION, np.uint8)

    def add(self, texts: Iterable[str]) -> None:
        """See texts."""
        rest = 64 - PRECISION
        for text in texts:
            number = _hash(text)
            place, tail = number >> rest, number & ((1 << rest) - 1)
            rank = rest - tail.bit_length() + 1
            self.registers[place] = max(self.registers[place], rank)

    def merge(self, other: Distinct) -> None:
        """Take in another's."""
        self.registers = np.maximum(self.registers, other.registers)

    def count(self) -> int:
        """The estimate."""
        m, q = 1 << PRECISION, 64 - PRECISION
        ranks = np.bincount(self.registers, minlength=q + 2).tolist()
        if ranks[0] == m:
            return 0
        z = m * _tau(1.0 - ranks[q + 1] / m)
        for k in range(q, 0, -1):
            z = 0.5 * (z + ranks[k])
        z += m * _sigma(ranks[0] / m)
        return round(m * m / (2.0 * math.log(2.0) * z))

    def plain(self) -> str:
        """As text."""
        return base64.b64encode(zlib.compress(self.registers.tobytes(), 6)).decode()

    @classmethod
    def of(cls, plain: str) -> Self:
        """What `plain` gave."""
        made = cls()
        made.registers = np.frombuffer(zlib.decompress(base64.b64decode(plain)), np.uint8).copy()
        return made


class Scaffolds:
    """A sample of scaffolds, each as likely as any other however many molecules it has, with the best hit of each.

    Those of the `size` smallest hashes (bottom-k; Cohen & Kaplan, PODC 2007), which also say how many there are.
    """

    def __init__(self, size: int, seed: int, kept: dict[int, Hit] | None = None) -> None:
        self.size, self.seed, self.kept = size, seed, kept or {}

    def add(self, scaffold: str, hit: Hit) -> None:
        """See a molecule."""
        self._take(_hash(scaffold, key=str(self.seed)), hit)
        if len(self.kept) > 2 * self.size:
            self._cut()

    def merge(self, other: Scaffolds) -> None:
        """Take in another's, of the same size and seed."""
        for number, hit in other.kept.items():
            self._take(number, hit)
        self._cut()

    def hits(self) -> list[Hit]:
        """The sample, the best first."""
        self._cut()
        return sorted(self.kept.values(), key=Hit.place)

    def count(self) -> int:
        """About how many scaffolds were seen; exact where all are kept. Standard error 1 / sqrt(size)."""
        self._cut()
        if len(self.kept) < self.size:
            return len(self.kept)
        return round((self.size - 1) * 2.0**64 / max(self.kept))

    def plain(self) -> list[list[Any]]:
        """As JSON has it."""
        self._cut()
        return [[number, *hit] for number, hit in sorted(self.kept.items())]

    @classmethod
    def of(cls, plain: Iterable[Sequence[Any]], *, size: int, seed: int) -> Self:
        """What `plain` gave."""
        return cls(size, seed, {number: hit_of(rest) for number, *rest in plain})

    def _take(self, number: int, hit: Hit) -> None:
        held = self.kept.get(number)
        if held is None or hit.place() < held.place():
            self.kept[number] = hit

    def _cut(self) -> None:
        if len(self.kept) > self.size:
            self.kept = {number: self.kept[number] for number in heapq.nsmallest(self.size, self.kept)}


def hit_of(plain: Sequence[Any]) -> Hit:
    """A hit as JSON gives it back."""
    score, smiles, file, row, id, values, outside = plain
    return Hit(score, smiles, file, row, id, tuple(values), outside)


def _hash(text: str, *, key: str = "") -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8, key=key.encode()).digest(), "big")


def _sigma(x: float) -> float:
    if x == 1.0:
        return math.inf
    y, z, before = 1.0, x, -1.0
    while z != before:
        x *= x
        before = z
        z += x * y
        y += y
    return z


def _tau(x: float) -> float:
    if x in (0.0, 1.0):
        return 0.0
    y, z, before = 1.0, 1.0 - x, -1.0
    while z != before:
        x = math.sqrt(x)
        before = z
        y *= 0.5
        z -= (1.0 - x) ** 2 * y
    return z / 3.0
