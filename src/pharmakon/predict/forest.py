"""Extremely randomised trees: for small sets, where boosting follows its noise and a mean of many trees does not."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats, Kind

from .features import HASHED_BITS, HASHED_VIEWS, Features
from .flat_trees import FlatTrees, shortened

COUNTED = HASHED_BITS * len(HASHED_VIEWS)
"""The first columns that trees see are counts."""


class Forest:
    """Extra-trees (Geurts et al., Machine Learning 2006) on hashed counts and descriptors, grown by scikit-learn.

    Regression gives the mean of `y`; classification the mean share of class 1. Learned: `trees_`.
    """

    def __init__(
        self, *, kind: Kind = "regression", n_trees: int = 200, leaf: int = 2, random_state: int = 0, n_jobs: int = 1
    ) -> None:
        self.kind: Kind = kind
        self.n_trees = n_trees
        self.leaf = leaf
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, features: Features, y: Floats) -> Self:
        """Grow the trees on every molecule of `features`; `y` has shape (n,)."""
        from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

        # With one class only, a classifier's leaves have one share, that of the class there is, whichever it be.
        two = self.kind == "classification" and 0 < np.count_nonzero(y > 0.5) < len(y)
        grower: Any = ExtraTreesClassifier if two else ExtraTreesRegressor
        forest = grower(
            n_estimators=self.n_trees,
            max_features=0.08,
            min_samples_leaf=self.leaf,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
        )
        forest.fit(features.dense, y > 0.5 if two else (y > 0.5).astype(float) if self.kind == "classification" else y)
        self.trees_ = _flat([tree.tree_ for tree in forest.estimators_])
        return self

    def predict(self, features: Features) -> Floats:
        """Values (shares of class 1 for a classification) of shape (n,); NaN for missing molecules."""
        return self.link(self.trees_.total(features))

    def link(self, total: Floats) -> Floats:
        """What the sum of the trees means."""
        return np.clip(total, 0.0, 1.0) if self.kind == "classification" else total  # shortened leaves sum to 1.0002

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `predict` needs; a child is kept as its distance, which deflate finds small."""
        arrays = self.trees_.to_arrays()
        return arrays | {side: _distance(arrays[side]) for side in ("left", "right")}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], *, kind: Kind) -> Self:
        """The inverse of `to_arrays`."""
        forest = cls(kind=kind)
        forest.trees_ = FlatTrees.from_arrays(
            arrays | {side: _child(arrays[side].astype(np.int32)) for side in ("left", "right")}
        )
        return forest


def _flat(grown: list[Any]) -> FlatTrees:
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in FlatTrees.__slots__}
    nodes = leaves = 0
    for tree in grown:
        inner = tree.children_left >= 0
        # A node's number among all nodes, or -1 minus its number among all leaves.
        number = np.where(inner, nodes + np.cumsum(inner) - 1, -leaves - np.cumsum(~inner))
        parts["roots"].append(number[:1])
        parts["feature"].append(tree.feature[inner])
        parts["threshold"].append(_rounded(tree.threshold[inner], tree.feature[inner]))
        parts["left"].append(number[tree.children_left[inner]])
        parts["right"].append(number[tree.children_right[inner]])
        parts["leaf"].append(tree.value[~inner, 0, -1] / len(grown))
        nodes, leaves = nodes + int(inner.sum()), leaves + int((~inner).sum())
    whole = {name: np.concatenate(part) for name, part in parts.items()}
    return FlatTrees(
        roots=whole["roots"].astype(np.int32),
        feature=whole["feature"].astype(np.int16),
        threshold=shortened(whole["threshold"]),
        left=whole["left"].astype(np.int32),
        right=whole["right"].astype(np.int32),
        leaf=shortened(whole["leaf"]),
    )


def _rounded(threshold: NDArray[np.float64], feature: NDArray[np.int64]) -> NDArray[np.float64]:
    """A threshold between two counts says the same anywhere between them; half-way is quickest to write down."""
    counted: NDArray[np.float64] = np.where(feature < COUNTED, np.floor(threshold) + 0.5, threshold)
    return counted


def _distance(child: NDArray[np.int32]) -> NDArray[np.int32]:
    """Twice the distance to a child that splits; one more than twice that to a leaf."""
    node = np.arange(len(child))
    away: NDArray[np.int32] = np.where(child >= 0, 2 * (child - node), 2 * (-1 - child - node) + 1).astype(np.int32)
    return away


def _child(distance: NDArray[np.int32]) -> NDArray[np.int32]:
    """The inverse of `_distance`."""
    number = (distance >> 1) + np.arange(len(distance), dtype=np.int32)
    child: NDArray[np.int32] = np.where(distance & 1, -1 - number, number).astype(np.int32)
    return child
