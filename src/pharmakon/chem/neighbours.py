"""Exact nearest neighbours among millions of fingerprints: most of them are ruled out by bounds, and none by luck.

Two bounds on the Tanimoto similarity of A and B bits decide what has to be compared. By their numbers it is at most
min/max (Swamidass & Baldi, J. Chem. Inf. Model. 2007, 47, 302), so with the rows in order of B whole ranges are not
looked at. And two fingerprints folded by exclusive or differ in at most as many bits as the whole ones (Baldi,
Hirschberg & Nasr, J. Chem. Inf. Model. 2008, 48, 1367): an eighth of the words, or a quarter, leaves few to compare.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NARROW, WIDE = 4, 8
"""64-bit words of a folded fingerprint: the narrow one is read in half the time, and tells less."""
UNRELATED, TELLING = 0.8, 0.8
"""The share of their bits in which unrelated molecules differ; and the share of the folded bits in which they would
differ below which the narrow form rules out nearly all of them. They decide how fast an answer is, not what it is."""
ROWS = 8192
"""Rows looked at in one go: their folded words, 512 KB, stay in the processor's cache."""
FEW = 256
"""Rows compared in full in one go."""
GROUP = 32
"""Queries of about one size that go through the rows together."""
Words = NDArray[np.uint64]


def as_words(packed: NDArray[np.uint8]) -> Words:
    """Packed bits, (n, bits / 8), as words, (n, bits / 64); the bits are a multiple of 512."""
    return np.ascontiguousarray(packed).view(np.uint64)


def ones_of(words: Words) -> NDArray[np.int64]:
    """How many bits of each row are set."""
    ones: NDArray[np.int64] = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return ones


def folded(words: Words) -> Words:
    """The rows folded by exclusive or, narrow, then wide; one row a word, one column a molecule: (NARROW + WIDE, n)."""
    wide = np.bitwise_xor.reduce(words.reshape(len(words), -1, WIDE), axis=1)
    return np.ascontiguousarray(np.concatenate([wide[:, :NARROW] ^ wide[:, NARROW:], wide], axis=1).T)


def levels_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the rows with 0, 1, 2 ... bits begin, from how many there are of each; one more than `counts`."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


@dataclass(frozen=True)
class Neighbours:
    """Fingerprints in order of how many of their bits are set; arrays may be memory-mapped.

    `words` (n, bits / 64); `fold` (NARROW + WIDE, n), see `folded`; `levels` (bits + 2,), see `levels_of`; `order`
    (n,), the index of each row as it was given. Of rows with equally many bits the first given comes first.
    """

    words: Words
    fold: Words
    levels: NDArray[np.int64]
    order: NDArray[np.unsignedinteger]

    @classmethod
    def of(cls, packed: NDArray[np.uint8]) -> Neighbours:
        """Of packed bits in memory, (n, bits / 8)."""
        words = as_words(packed)
        ones = ones_of(words)
        order = np.argsort(ones, kind="stable")
        counts = np.bincount(ones, minlength=packed.shape[1] * 8 + 1)
        return cls(words[order], folded(words[order]), levels_of(counts), order.astype(np.uint32))

    def __len__(self) -> int:
        return len(self.order)

    def search(
        self, packed: NDArray[np.uint8], k: int, *, at_least: float = 0.0
    ) -> list[tuple[NDArray[np.float64], NDArray[np.int64]]]:
        """The k most similar rows of each query (m, bits / 8): similarities, best first, and indices as given.

        Equals go by index. Fewer than k are found where fewer have a similarity of `at_least`, and above 0.
        """
        queries = as_words(packed)
        states = [_Query(words, k, at_least) for words in queries]
        alike = sorted(states, key=lambda state: state.ones)
        for start in range(0, len(alike), GROUP):
            self._search(alike[start : start + GROUP])
        return [(state.similarity, state.index) for state in states]

    def _search(self, group: list[_Query]) -> None:
        work = _Work()
        for level in self._nearest_first(group[len(group) // 2].ones):
            live = [state for state in group if state.bound(level) >= state.floor]
            stop = int(self.levels[level + 1])
            for start in range(int(self.levels[level]), stop, ROWS) if live else ():
                end = min(start + ROWS, stop)
                fold, words, order = self.fold[:, start:end], self.words[start:end], self.order[start:end]
                for state in live:
                    state.look(level, fold, words, order, work)

    def _nearest_first(self, ones: int) -> Iterator[int]:
        """The numbers of bits that rows have, those nearest to a query's first: they allow the highest similarity."""
        levels = (np.flatnonzero(np.diff(self.levels[1:])) + 1).tolist()
        yield from sorted(levels, key=lambda level: (-min(ones, level) / max(ones, level, 1), level))


class _Work:
    """Room for the intermediate results of one block of rows."""

    def __init__(self) -> None:
        self.words = np.empty((WIDE, ROWS), np.uint64)
        self.counts = np.empty((WIDE, ROWS), np.uint8)
        self.total = np.empty(ROWS, np.uint8)

    def differing(self, fold: Words, query: Words) -> NDArray[np.uint8]:
        """In how many folded bits each column differs from a query.

        A sum beyond 255 wraps: such a column is compared in vain, and none is missed.
        """
        k, n = fold.shape
        words, counts, total = self.words[:k, :n], self.counts[:k, :n], self.total[:n]
        np.bitwise_xor(fold, query, out=words)
        np.bitwise_count(words, out=counts)
        np.add.reduce(counts, axis=0, dtype=np.uint8, out=total)
        return total


class _Query:
    """A query, what was found for it by now, and the similarity below which nothing matters any more."""

    def __init__(self, words: Words, k: int, at_least: float) -> None:
        self.words, self.k, self.floor = words, k, at_least
        self.fold = folded(words[None, :])
        self.ones = int(np.bitwise_count(words).sum())
        self.similarity, self.index = np.zeros(0, np.float64), np.zeros(0, np.int64)

    def bound(self, level: int) -> float:
        """The highest similarity to a row with so many bits; below 0 where nothing can be alike."""
        return min(self.ones, level) / max(self.ones, level) if self.ones else -1.0

    def look(self, level: int, fold: Words, words: Words, order: NDArray[np.unsignedinteger], work: _Work) -> None:
        """Take what is near enough of a block of rows with `level` bits each."""
        if (most := self._most(level)) < 0:
            return
        part = slice(NARROW) if most < self._telling(level) else slice(NARROW, None)
        differing = work.differing(fold[part], self.fold[part])
        near = np.flatnonzero(differing <= min(most, 255))
        if len(near) > FEW:  # the likeliest first: each few raise the floor for the others
            near = near[np.argsort(differing[near], kind="stable")]
        for start in range(0, len(near), FEW):
            if differing[near[start]] > self._most(level):
                return
            few = near[start : start + FEW]
            shared = np.bitwise_count(words[few] & self.words).sum(axis=1, dtype=np.int64)
            similarity = shared / (self.ones + level - shared)
            high = np.flatnonzero((similarity >= self.floor) & (shared > 0))
            if len(high):
                self._take(similarity[high], order[few[high]].astype(np.int64))

    def _most(self, level: int) -> int:
        """The most bits in which a row may differ and reach the floor; below 0 where none can."""
        both = self.ones + level
        # The fewest common bits; the slack is for the rounding of this line, not of a similarity.
        common = max(1, math.ceil(self.floor * both / (1.0 + self.floor) - 1e-6))
        return both - 2 * common if common <= min(self.ones, level) else -1

    def _telling(self, level: int) -> float:
        """In how many narrow bits unrelated molecules of these sizes differ, less a margin."""
        bits = 64 * NARROW
        return TELLING * bits / 2 * (1 - math.exp(-2 * UNRELATED * (self.ones + level) / bits))

    def _take(self, similarity: NDArray[np.float64], index: NDArray[np.int64]) -> None:
        similarity, index = np.concatenate([self.similarity, similarity]), np.concatenate([self.index, index])
        best = np.lexsort((index, -similarity))[: self.k]
        self.similarity, self.index = similarity[best], index[best]
        if len(best) == self.k:
            self.floor = float(self.similarity[-1])
