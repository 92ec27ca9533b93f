"""The best full-domain generalisation, found in the lattice of all of them and proven to be the best.

A node says to which level each column is generalised. Joining classes never makes one smaller, so where too many rows
would have to be suppressed for k at a node, there would be at everything below it (predictive tagging, as in Flash:
Kohlmayer et al., PASSAT 2012); and no node loses less than a bound that grows upwards, so the search goes by that bound
and ends where it passes the best found. What is skipped cannot be better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats, Progress, silent

from .anonymity import Sensitive, count_classes
from .hierarchy import Codes, Hierarchy
from .loss import MEANINGS, Loss, LossName

LARGEST = 5_000_000
"""Nodes of a lattice; more would need levels to be left out."""
Node = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The best node, its loss, the class of each row (n,), -1 where it is suppressed, and what the search took."""

    node: Node
    loss: float
    classes: Codes
    suppressed: int
    nodes: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class _Look:
    """What a node comes to. `hopeless`: suppression for k and distinct diversity alone is too much."""

    classes: Codes
    sizes: Floats
    kept: NDArray[np.bool_]
    suppressed: float
    hopeless: bool


class Search:
    """The lattice of n rows with leaves (n, columns), what is asked, and how many rows may be suppressed at most.

    `limit` is a share of the rows, `matter` (columns,) how much each column matters to the loss. Raises DataError for a
    lattice of more than LARGEST nodes.
    """

    def __init__(
        self,
        hierarchies: Sequence[Hierarchy],
        leaves: Codes,
        *,
        k: int,
        sensitive: Sequence[Sensitive] = (),
        limit: float = 0.0,
        loss: LossName = "ncp",
        matter: Sequence[float] | None = None,
    ) -> None:
        self.hierarchies, self.k = list(hierarchies), k
        self.heights = [h.height for h in hierarchies]
        size = int(np.prod([h + 1 for h in self.heights], dtype=np.float64))
        if size > LARGEST:
            raise DataError(f"{size:,} ways to generalise are too many to search: take levels out of the hierarchies")
        # Rows that are alike in every column concerned are looked at once.
        columns = np.column_stack([leaves, *(s.codes for s in sensitive)])
        rows, self._back, counts = np.unique(columns, axis=0, return_inverse=True, return_counts=True)
        self._leaves = np.ascontiguousarray(rows[:, : leaves.shape[1]])
        self._codes = [np.ascontiguousarray(rows[:, leaves.shape[1] + i]) for i in range(len(sensitive))]
        self._weights = counts.astype(np.float64)
        self.sensitive = list(sensitive)
        self.rows = len(leaves)
        self._most = limit * self.rows + 1e-9
        self._matter = matter
        self.loss = Loss(loss, hierarchies, self._leaves, self._weights, matter=matter)

    def best(self, *, progress: Progress = silent) -> Found:
        """The node of least loss. Raises DataError where not even the highest node does what is asked."""
        nodes = np.indices([h + 1 for h in self.heights]).reshape(len(self.heights), -1).T
        least = self.loss.least(nodes)
        order = np.lexsort((nodes.sum(axis=1), least))
        out = np.zeros(len(nodes), dtype=bool)
        loss, at, looked = np.inf, None, 0
        for done, i in enumerate(order):
            if self.loss.bounds and least[i] >= loss:
                break
            if out[i]:
                continue
            progress(done, len(nodes), "searching the lattice")
            node: Node = tuple(int(level) for level in nodes[i])
            look = self._look(node)
            looked += 1
            if look.hopeless:
                top, more = self._highest_hopeless(node)
                looked += more
                out |= (nodes <= np.array(top)).all(axis=1)
                continue
            if look.suppressed <= self._most:
                here = self.loss.of(node, look.classes, look.sizes, look.kept)
                if here < loss:
                    loss, at = here, node
            if not self.loss.bounds and self.loss.floor(node, look.sizes) >= loss:
                out |= (nodes >= nodes[i]).all(axis=1)
        if at is None:
            raise DataError(
                "not even hiding every quasi-identifier does what is asked: the table as a whole is too small or not "
                "diverse enough, or too few rows may be suppressed"
            )
        found = self.at(at)
        return Found(at, loss, found.classes, found.suppressed, len(nodes), looked)

    def at(self, node: Node) -> Found:
        """What a node comes to, whether or not it does what is asked within the limit."""
        look = self._look(node)
        loss = self.loss.of(node, look.classes, look.sizes, look.kept)
        classes = np.where(look.kept, np.cumsum(look.kept) - 1, -1)[look.classes][self._back]
        return Found(node, loss, classes, round(look.suppressed), 1, 1)

    def losses(self, node: Node) -> dict[str, float]:
        """Every loss at a node, by name."""
        look = self._look(node)
        found = {}
        for name in MEANINGS:
            loss = Loss(name, self.hierarchies, self._leaves, self._weights, matter=self._matter)
            found[str(name)] = loss.of(node, look.classes, look.sizes, look.kept)
        return found

    def rows_alike(self) -> Codes:
        """The class of each row (n,) as measured, before anything is generalised."""
        classes, _ = self._classes((0,) * len(self.heights))
        return classes[self._back]

    def allowed(self, node: Node) -> bool:
        """Whether a node does what is asked within the limit."""
        return self._look(node).suppressed <= self._most

    def _look(self, node: Node) -> _Look:
        classes, size = self._classes(node)
        sizes = np.bincount(classes, weights=self._weights, minlength=size).astype(np.float64)
        kept = sizes >= self.k
        counted = [
            count_classes(classes, codes, s.values, self._weights)
            for s, codes in zip(self.sensitive, self._codes, strict=True)
        ]
        for s, counts in zip(self.sensitive, counted, strict=True):
            if s.merges_safely:
                kept &= s.fits(counts, counts.sum(axis=0))
        lost = self.rows - float(sizes[kept].sum())
        hopeless = lost > self._most
        if not hopeless and not all(s.merges_safely for s in self.sensitive):
            kept = self._settled(kept, counted)
            lost = self.rows - float(sizes[kept].sum())
        return _Look(classes, sizes, kept, lost, hopeless)

    def _settled(self, kept: NDArray[np.bool_], counted: Sequence[Floats]) -> NDArray[np.bool_]:
        """Classes that do what is asked of the table that is released: suppression changes what t is measured from."""
        while kept.any():
            left = kept.copy()
            for s, counts in zip(self.sensitive, counted, strict=True):
                left[kept] &= s.fits(counts[kept], counts[kept].sum(axis=0))
            if (left == kept).all():
                break
            kept = left
        return kept

    def _classes(self, node: Node) -> tuple[Codes, int]:
        """The class of each distinct row, numbered from 0, and how many there are."""
        key = np.zeros(len(self._leaves), dtype=np.int64)
        size = 1
        for j, (hierarchy, level) in enumerate(zip(self.hierarchies, node, strict=True)):
            width = len(hierarchy.labels[level])
            if size * width > 2**62:
                _, key = np.unique(key, return_inverse=True)
                size = int(key.max()) + 1
            key = key * width + hierarchy.maps[level][self._leaves[:, j]]
            size *= width
        if size > 8 * len(key):
            _, key = np.unique(key, return_inverse=True)
            return key, int(key.max()) + 1
        present = np.bincount(key, minlength=size) > 0
        return (np.cumsum(present) - 1)[key], int(present.sum())

    def _highest_hopeless(self, node: Node) -> tuple[Node, int]:
        """The highest hopeless node on a path from this one upwards, and how many nodes were looked at."""
        path = [node]
        while path[-1] != tuple(self.heights):
            here = path[-1]
            above = [(*here[:j], here[j] + 1, *here[j + 1 :]) for j in range(len(here)) if here[j] < self.heights[j]]
            path.append(above[int(np.argmin(self.loss.least(np.array(above))))])
        low, high, looked = 0, len(path), 0  # path[low] is hopeless, path[high] is not
        while high - low > 1:
            middle = (low + high) // 2
            looked += 1
            if self._look(path[middle]).hopeless:
                low = middle
            else:
                high = middle
        return path[low], looked
