"""The default learner: the multi-view kernel and boosted trees, weighted by what they predict out of fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.fingerprints import VIEWS
from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Kind
from pharmakon.learn.ensemble import blend_weights
from pharmakon.learn.kernel_ridge import choose_alpha, out_of_fold

from .features import Features
from .kernel import MultiViewKernel
from .trees import BoostedTrees

ALPHAS = (0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Predictions for molecules by models that never saw their fold. Every array has length n."""

    rows: NDArray[np.intp]
    fold: NDArray[np.intp]
    members: Floats
    """(n, 2): kernel, trees."""
    value: Floats
    """Blended, with weights learnt on the other folds."""


class Blend:
    """Kernel ridge regression on many views of a molecule, beside gradient-boosted trees.

    At most `max_points` molecules carry the kernel (a seeded sample); the trees use all. Class labels (0, 1) are
    regressed by the kernel and clipped; probabilities are calibrated elsewhere.
    Learned: `kernel_`, `trees_`, `weights_` (2,), `points_` (rows of the kernel), `out_of_fold_` by split name.
    """

    def __init__(
        self,
        *,
        kind: Kind = "regression",
        max_points: int = 5_000,
        views: tuple[str, ...] = VIEWS,
        random_state: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.kind: Kind = kind
        self.max_points = max_points
        self.views = views
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        features: Features,
        y: Floats,
        *,
        folds: Mapping[str, NDArray[np.intp]],
        progress: Callable[[str], None] = lambda note: None,
    ) -> Self:
        """Learn from molecules and values `y` (n,); `folds` gives each split's fold of every molecule.

        The first split chooses the ridge and the weights.
        """
        self.points_ = self._choose_points(len(y))
        points = features.take(self.points_) if len(self.points_) < len(y) else features
        target = y[self.points_]
        self.kernel_ = MultiViewKernel(views=self.views).index(points)
        progress("kernel")
        gram = self.kernel_.own_gram(points)
        first = next(iter(folds))
        inner = folds[first][self.points_]
        self.kernel_.alpha, best = choose_alpha(gram, target, folds=inner, alphas=ALPHAS)
        self.out_of_fold_: dict[str, OutOfFold] = {}
        for split, fold in folds.items():
            progress(f"trees, {split} split")
            inner = fold[self.points_]
            ridge = best if split == first else out_of_fold(gram, target, folds=inner, alpha=self.kernel_.alpha)
            members = np.column_stack([self._bound(ridge), self._trees_out_of_fold(features, y, fold)])
            if split == first:
                self.weights_ = blend_weights(members, target)
            value = np.empty(len(target))
            for held in np.unique(inner):
                mine = inner == held
                value[mine] = members[mine] @ blend_weights(members[~mine], target[~mine])
            self.out_of_fold_[split] = OutOfFold(self.points_, inner, members, value)
        progress("final fit")
        self.kernel_.solve(gram, target)
        self.trees_ = self._trees().fit(features, y)
        return self

    def _choose_points(self, n: int) -> NDArray[np.intp]:
        if n <= self.max_points:
            return np.arange(n)
        return np.sort(stream(self.random_state, "points").choice(n, self.max_points, replace=False))

    def _trees(self) -> BoostedTrees:
        return BoostedTrees(kind=self.kind, random_state=self.random_state, n_jobs=self.n_jobs)

    def _trees_out_of_fold(self, features: Features, y: Floats, fold: NDArray[np.intp]) -> Floats:
        features.dense  # noqa: B018  computed once here, sliced below
        out = np.empty(len(self.points_))
        for held in np.unique(fold):
            train = np.flatnonzero(fold != held)
            mine = fold[self.points_] == held
            model = self._trees().fit(features.take(train), y[train])
            out[mine] = model.predict(features.take(self.points_[mine]))
        return out

    def _bound(self, value: Floats) -> Floats:
        return np.clip(value, 0.0, 1.0) if self.kind == "classification" else value

    def members(self, features: Features) -> Floats:
        """What the kernel and the trees each say, shape (m, 2); NaN rows for missing molecules."""
        return np.column_stack([self._bound(self.kernel_.predict(features)), self.trees_.predict(features)])

    def predict(self, features: Features) -> Floats:
        """Blended values, shape (m,); uncalibrated scores for a classification."""
        return self.members(features) @ self.weights_

    def to_arrays(self) -> dict[str, dict[str, NDArray[Any]]]:
        """Everything `predict` needs, by file stem."""
        return {
            "kernel": self.kernel_.to_arrays(),
            "trees": self.trees_.to_arrays(),
            "blend": {"weights": self.weights_},
        }

    @classmethod
    def from_arrays(cls, arrays: Callable[[str], dict[str, NDArray[Any]]], *, kind: Kind) -> Self:
        """The inverse of `to_arrays`."""
        blend = cls(kind=kind)
        blend.kernel_ = MultiViewKernel.from_arrays(arrays("kernel"))
        blend.trees_ = BoostedTrees.from_arrays(arrays("trees"), kind=kind)
        blend.weights_ = arrays("blend")["weights"]
        return blend
