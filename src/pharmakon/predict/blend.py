"""The default learner: kernel machines and trees, weighted by what they predict out of fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.fingerprints import VIEWS
from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Kind
from pharmakon.engine.base import Opener
from pharmakon.learn.ensemble import blend_weights
from pharmakon.learn.kernel_ridge import ALPHAS, out_of_folds
from pharmakon.learn.support_vector import SupportVector

from .features import Features
from .forest import Forest
from .growing import Ground, Grown, Plot, growing
from .kernel import MultiViewKernel
from .outputs import NETWORKS, Output, Weighted
from .scrambling import scrambled
from .trees import BoostedTrees

DESCRIPTOR_WEIGHTS = (0.5, 2.0, 6.0)
"""How much the descriptors count beside six fingerprints: little for potency, most for solubility and the like."""
TRIED = 3_000
"""Molecules on which these two are chosen."""
SMALL = 2_000
"""Up to so many molecules a forest grows beside the boosted trees: it pays on small sets only."""

MEMBERS = ("ridge", "support", "trees", "forest", *NETWORKS)
"""Every kind of member, in the order of columns and weights."""


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Predictions for molecules by models that never saw their fold. Every array has length n."""

    rows: NDArray[np.intp]
    fold: NDArray[np.intp]
    members: Floats
    """(n, k): one column a member, in the order of `Blend.names_`."""
    value: Floats
    """Blended, with weights learnt on the other folds."""


def weighed(
    members: Mapping[str, Floats], target: Floats, *, folds: Mapping[str, NDArray[np.intp]], rows: NDArray[np.intp]
) -> tuple[Floats, dict[str, OutOfFold]]:
    """Weights (k,) of out-of-fold predictions (n, k) by split, and what they say together.

    The first split chooses; a molecule's own value is weighed by what the molecules outside its fold chose.
    """
    first = next(iter(members.values()))
    found = {}
    for split, fold in folds.items():
        value = np.empty(len(target))
        for held in np.unique(fold):
            mine = fold == held
            value[mine] = members[split][mine] @ blend_weights(first[~mine], target[~mine])
        found[split] = OutOfFold(rows, fold, members[split], value)
    return blend_weights(first, target), found


class Blend(Weighted):
    """Kernel ridge and, for a regression, a support vector machine on one kernel of many views, beside trees.

    At most `max_points` molecules carry the kernel (a seeded sample); the trees use all. Class labels (0, 1) are
    regressed by the kernel and clipped; probabilities are calibrated elsewhere. Networks' outputs that are `lent` are
    members, too.
    Learned: `names_` of the k members, `weights_` (k,), `kernel_`, `grown_` (trees by name), `points_` (rows of the
    kernel), `out_of_fold_` by split name, and with `permutations` of the values `scrambled_`, their scores.
    """

    def __init__(
        self,
        *,
        kind: Kind = "regression",
        max_points: int = 5_000,
        views: tuple[str, ...] = VIEWS,
        lent: Sequence[Output] = (),
        permutations: int = 0,
        random_state: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.lent = tuple(lent)
        self.permutations = permutations
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
        tuned_on: Sequence[NDArray[np.intp]] = (),
        lent: Mapping[str, Floats] | None = None,
        opener: Opener | None = None,
        progress: Callable[[str], None] = lambda note: None,
    ) -> Self:
        """Learn from molecules and values `y` (n,); `folds` gives each split's fold of every molecule.

        The first split chooses the weights, and the kernel's settings unless folds are given to be `tuned_on`: a split
        that keeps series whole and one that does not find what serves for new chemistry and for the next analogue.
        `lent` (n, l) by split is what such networks say of molecules that they never saw. The trees grow in the workers
        of an engine that `opener` starts, or else here; they are the same.
        """
        features.dense  # noqa: B018  computed once here, sliced for every fold
        planted = self._planted(len(y), self.random_state)
        self.points_ = self._choose_points(len(y))
        everything, nothing = np.arange(len(y)), np.arange(0)
        plots = [
            Plot(np.flatnonzero(fold != held), self.points_[fold[self.points_] == held])
            for fold in folds.values()
            for held in np.unique(fold)
        ]
        with growing(Ground(features, y, planted), [*plots, Plot(everything, nothing)], opener) as grown:
            points = features.take(self.points_) if len(self.points_) < len(y) else features
            target = y[self.points_]
            progress("kernel")
            self.kernel_ = MultiViewKernel(views=self.views, support=self.kind == "regression").index(points)
            inner = {split: fold[self.points_] for split, fold in folds.items()}
            gram = self._chosen_gram(
                points, target, [fold[self.points_] for fold in tuned_on or [next(iter(folds.values()))]]
            )
            by_kernel = self._kernel_out_of_fold(gram, target, inner)
            members: dict[str, Floats] = {}
            for split, fold in inner.items():
                progress(f"trees, {split} split")
                found = {name: np.empty(len(target)) for name in planted}
                for held in np.unique(folds[split]):
                    for name, value in next(grown).value.items():
                        found[name][fold == held] = value
                columns = [*by_kernel[split], *found.values(), *(lent[split][self.points_].T if lent else [])]
                members[split] = np.column_stack(columns)
            progress("final fit")
            self.grown_ = next(grown).trees
        self.names_ = (
            "ridge",
            *(["support"] if self.kernel_.support else []),
            *planted,
            *(one.kind for one in self.lent),
        )
        self.weights_, self.out_of_fold_ = weighed(members, target, folds=inner, rows=self.points_)
        if self.permutations:
            self.scrambled_ = scrambled(
                gram,
                target,
                alpha=self.kernel_.alpha,
                kind=self.kind,
                seed=self.random_state,
                n=self.permutations,
            )
        self.kernel_.solve(gram, target)
        return self

    def grow(self, features: Features, y: Floats, *, random_state: int) -> Self:
        """Grow the trees anew from another seed; the kernel and the weights stay."""
        self.grown_ = {name: tree.fit(features, y) for name, tree in self._planted(len(y), random_state).items()}
        return self

    def _choose_points(self, n: int) -> NDArray[np.intp]:
        if n <= self.max_points:
            return np.arange(n)
        return np.sort(stream(self.random_state, "points").choice(n, self.max_points, replace=False))

    def _chosen_gram(self, points: Features, target: Floats, folds: Sequence[NDArray[np.intp]]) -> NDArray[np.float32]:
        """The kernel's matrix at the descriptor weight and ridge of least squared error out of all these folds."""
        prints, space = self.kernel_.own_parts(points)
        tried = np.arange(len(target))
        if len(target) > TRIED:
            tried = np.sort(stream(self.random_state, "tried").choice(len(target), TRIED, replace=False))
        few = np.ix_(tried, tried)
        best = np.inf
        for weight in DESCRIPTOR_WEIGHTS:
            self.kernel_.descriptor_weight = weight
            gram = self.kernel_.mixed(prints[few], space[few])
            for alpha in ALPHAS:
                found = out_of_folds(gram, target[tried], splits=[fold[tried] for fold in folds], alpha=alpha)
                error = float(np.mean([(value - target[tried]) ** 2 for value in found]))
                if error < best:
                    best, chosen = error, (weight, alpha)
        self.kernel_.descriptor_weight, self.kernel_.alpha = chosen
        return self.kernel_.mixed(prints, space)

    def _kernel_out_of_fold(
        self, gram: NDArray[np.float32], target: Floats, folds: Mapping[str, NDArray[np.intp]]
    ) -> dict[str, list[Floats]]:
        """By split, what each member that rests on the kernel says."""
        ridge = out_of_folds(gram, target, splits=list(folds.values()), alpha=self.kernel_.alpha)
        found = {split: [self._bound(value)] for split, value in zip(folds, ridge, strict=True)}
        if self.kernel_.support:
            for split, fold in folds.items():
                value = np.empty(len(target))
                for held in np.unique(fold):
                    mine, rest = np.flatnonzero(fold == held), np.flatnonzero(fold != held)
                    machine = SupportVector().fit(gram[np.ix_(rest, rest)], target[rest])
                    value[mine] = machine.predict(gram[np.ix_(mine, rest)])
                found[split].append(value)
        return found

    def _planted(self, n: int, random_state: int) -> dict[str, Grown]:
        """The trees to grow from n molecules."""
        settings: dict[str, Any] = {"kind": self.kind, "random_state": random_state, "n_jobs": self.n_jobs}
        trees: dict[str, Grown] = {"trees": BoostedTrees(**settings)}
        return trees | ({"forest": Forest(**settings)} if n <= SMALL else {})

    def _bound(self, value: Floats) -> Floats:
        return np.clip(value, 0.0, 1.0) if self.kind == "classification" else value

    def members(self, features: Features) -> Floats:
        """What each member says, shape (m, k); NaN rows for missing molecules."""
        return np.column_stack([self.kernel_members(features), self.tree_members(features)])

    def kernel_members(self, features: Features) -> Floats:
        """The members that rest on the kernel."""
        return self._bound(self.kernel_.members(features))

    def tree_members(self, features: Features) -> Floats:
        """The others."""
        others = [*self.grown_.values(), *self.lent]
        return np.column_stack([other.predict(features) for other in others])

    def to_arrays(self) -> dict[str, dict[str, NDArray[Any]]]:
        """Everything `predict` needs, by file stem, but the networks."""
        return {
            "kernel": self.kernel_.to_arrays(),
            **{name: tree.to_arrays() for name, tree in self.grown_.items()},
            "blend": {"weights": self.weights_},
        }

    @classmethod
    def from_arrays(
        cls,
        arrays: Callable[[str], dict[str, NDArray[Any]]],
        *,
        kind: Kind,
        names: tuple[str, ...],
        lent: Sequence[Output] = (),
    ) -> Self:
        """The inverse of `to_arrays`; `names` are those of the members, `lent` the networks' outputs among them."""
        blend = cls(kind=kind, lent=lent)
        blend.names_ = tuple(name for name in MEMBERS if name in names)  # a card lists them by the alphabet
        blend.kernel_ = MultiViewKernel.from_arrays(arrays("kernel"))
        kinds: dict[str, type[Grown]] = {"trees": BoostedTrees, "forest": Forest}
        blend.grown_ = {
            name: kinds[name].from_arrays(arrays(name), kind=kind) for name in blend.names_ if name in kinds
        }
        blend.weights_ = arrays("blend")["weights"]
        return blend
