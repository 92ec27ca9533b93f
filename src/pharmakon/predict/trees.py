"""Gradient-boosted trees beside the kernel: trained by LightGBM, served from plain arrays."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats, Kind

from .features import Features
from .flat_trees import FlatTrees, shortened


class BoostedTrees:
    """LightGBM on hashed counts and descriptors (Ke et al., NeurIPS 2017).

    Regression minimises the squared error of `y`; classification gives the probability of class 1.
    Learned: `trees_`.
    """

    def __init__(
        self,
        *,
        kind: Kind = "regression",
        n_trees: int = 500,
        n_leaves: int = 31,
        learning_rate: float = 0.05,
        random_state: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.kind: Kind = kind
        self.n_trees = n_trees
        self.n_leaves = n_leaves
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, features: Features, y: Floats) -> Self:
        """Grow the trees on every molecule of `features`; `y` has shape (n,)."""
        import lightgbm

        table = features.dense
        data = lightgbm.Dataset(table, label=y, params={"max_bin": 63, "verbose": -1, "feature_pre_filter": False})
        parameters = {
            "objective": "binary" if self.kind == "classification" else "regression",
            "num_leaves": self.n_leaves,
            "learning_rate": self.learning_rate,
            "feature_fraction": 0.15,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "min_data_in_leaf": 5 if len(y) < 2_000 else 15,
            "lambda_l2": 1.0,
            "max_bin": 63,
            "seed": self.random_state,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": self.n_jobs,
            "verbose": -1,
        }
        booster = lightgbm.train(parameters, data, num_boost_round=self.n_trees)
        self.trees_ = _flat(booster.dump_model()["tree_info"])
        return self

    def predict(self, features: Features) -> Floats:
        """Values (probabilities for a classification) of shape (n,); NaN for missing molecules."""
        return self.link(self.trees_.total(features))

    def link(self, total: Floats) -> Floats:
        """What the sum of the trees means."""
        return 1.0 / (1.0 + np.exp(-total)) if self.kind == "classification" else total

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `predict` needs."""
        return self.trees_.to_arrays()

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], *, kind: Kind) -> Self:
        """The inverse of `to_arrays`."""
        trees = cls(kind=kind)
        trees.trees_ = FlatTrees.from_arrays(arrays)
        return trees


def _flat(grown: list[dict[str, Any]]) -> FlatTrees:
    nodes: list[tuple[int, float, int, int]] = []
    leaves: list[float] = []

    def add(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            leaves.append(node["leaf_value"])
            return -len(leaves)
        here = len(nodes)
        nodes.append((node["split_feature"], node["threshold"], 0, 0))
        left, right = add(node["left_child"]), add(node["right_child"])
        nodes[here] = (node["split_feature"], node["threshold"], left, right)
        return here

    roots = [add(tree["tree_structure"]) for tree in grown]
    columns = list(zip(*nodes, strict=True)) if nodes else [(), (), (), ()]
    return FlatTrees(
        roots=np.array(roots, dtype=np.int32),
        feature=np.array(columns[0], dtype=np.int16),
        threshold=np.array(columns[1], dtype=np.float64),
        left=np.array(columns[2], dtype=np.int32),
        right=np.array(columns[3], dtype=np.int32),
        leaf=shortened(np.array(leaves)),
    )
