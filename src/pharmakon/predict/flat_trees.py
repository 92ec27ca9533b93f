"""Decision trees as flat arrays: what boosted trees and forests become once they are grown.

Importing LightGBM costs two seconds (it brings scikit-learn), too long for one molecule on the command line; grown
trees are therefore kept as arrays and followed with NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

from .features import Features

_BLOCK = 512
"""Molecules followed at a time: rows times trees stay in the cache."""


@dataclass(frozen=True, slots=True)
class FlatTrees:
    """Trees of binary splits; the answer is the sum of the leaves that a row falls into.

    `roots` are the first node of each tree; `left` and `right` the children, where a negative number is leaf -1 - i.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.floating[Any]]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    leaf: NDArray[np.floating[Any]]

    def total(self, features: Features) -> Floats:
        """The sum of the trees for each molecule, shape (n,); NaN for missing molecules."""
        table = features.dense
        out = np.full(len(features), np.nan)
        rows = np.flatnonzero(features.known)
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            out[block] = self._follow(table[block])
        return out

    def _follow(self, table: NDArray[np.float32]) -> Floats:
        """Step by step, all trees of all rows together; a pair of row and tree that has reached its leaf drops out."""
        n, n_trees = len(table), len(self.roots)
        values, width = np.ascontiguousarray(table).ravel(), table.shape[1]
        children = np.column_stack([self.left, self.right]).ravel()
        reached = np.empty(n * n_trees, self.leaf.dtype)
        pair, node = np.arange(n * n_trees, dtype=np.int32), np.tile(self.roots, n)
        first = np.repeat(np.arange(n, dtype=np.int32) * width, n_trees)  # of its row, in `values`
        while True:
            going = node >= 0
            if not going.all():
                done, left = np.flatnonzero(~going), np.flatnonzero(going)
                reached[pair.take(done)] = self.leaf.take(-1 - node.take(done))
                pair, node, first = pair.take(left), node.take(left), first.take(left)
            if not len(node):
                break
            right = values.take(first + self.feature.take(node)) > self.threshold.take(node)
            node = children.take(2 * node + right)
        total: Floats = reached.reshape(n, n_trees).sum(axis=1, dtype=np.float64)
        return total

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `total` needs."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(**arrays)


def shortened(values: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """To eleven significant bits: a file half as long, and the sum of hundreds of leaves is the same to a millionth."""
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + np.uint32(1 << 12)) & np.uint32(0xFFFFE000)).view(np.float32)
