"""A random forest on bits: grown by scikit-learn, kept as flat arrays, followed with NumPy."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

Packed = NDArray[np.uint8]


class BitForest:
    """Random forest (Breiman, Machine Learning 2001) for two classes; the answer is the mean share of class 1.

    Learned: `roots_`, the first node of each tree; `bit_`, the bit a node asks for, -1 at a leaf; `absent_` and
    `present_`, the nodes that follow; `share_`, the share of class 1 among a node's rows.
    """

    def __init__(self, *, n_trees: int = 100, random_state: int = 0, n_jobs: int = 1) -> None:
        self.n_trees = n_trees
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, packed: Packed, y: Floats) -> Self:
        """Grow the trees on packed bits, shape (n, bits // 8), and labels 0 or 1, shape (n,)."""
        from scipy.sparse import csc_matrix
        from sklearn.ensemble import RandomForestClassifier

        grower: Any = RandomForestClassifier(
            n_estimators=self.n_trees, random_state=self.random_state, n_jobs=self.n_jobs
        )
        grower.fit(csc_matrix(np.unpackbits(packed, axis=1), dtype=np.float32), np.asarray(y) > 0.5)
        one = list(grower.classes_).index(True)
        trees = [estimator.tree_ for estimator in grower.estimators_]
        sizes = [tree.node_count for tree in trees]
        starts = np.cumsum([0, *sizes[:-1]])
        self.roots_ = starts.astype(np.int32)
        leaf = np.concatenate([tree.children_left < 0 for tree in trees])
        self.bit_ = np.where(leaf, -1, np.concatenate([tree.feature for tree in trees])).astype(np.int16)
        self.absent_ = np.concatenate([t.children_left + start for t, start in zip(trees, starts, strict=True)]).astype(
            np.int32
        )
        self.present_ = np.concatenate(
            [t.children_right + start for t, start in zip(trees, starts, strict=True)]
        ).astype(np.int32)
        weights = np.concatenate([tree.value[:, 0, :] for tree in trees])
        self.share_ = (weights[:, one] / weights.sum(axis=1)).astype(np.float32)
        return self

    def predict_proba(self, packed: Packed) -> Floats:
        """The probability of class 1 for each row, shape (n,)."""
        table = np.unpackbits(packed, axis=1)
        node = np.tile(self.roots_, (len(table), 1))
        row = np.arange(len(table))[:, None]
        while (self.bit_[node] >= 0).any():
            bit = self.bit_[node]
            after = np.where(table[row, bit] == 1, self.present_[node], self.absent_[node])
            node = np.where(bit >= 0, after, node)
        mean: Floats = self.share_[node].mean(axis=1, dtype=np.float64)
        return mean

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `predict_proba` needs."""
        return {name: getattr(self, f"{name}_") for name in ("roots", "bit", "absent", "present", "share")}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        forest = cls(n_trees=len(arrays["roots"]))
        for name, array in arrays.items():
            setattr(forest, f"{name}_", array)
        return forest
