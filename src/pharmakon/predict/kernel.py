"""The multi-view MinMax kernel: how similar two molecules are, seen six ways, and ridge regression on it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.fingerprints import VIEWS
from pharmakon.core.types import Floats
from pharmakon.learn.kernel_ridge import KernelRidge
from pharmakon.learn.minmax import MinMax
from pharmakon.learn.support_vector import SupportVector

from .features import Features

_STEP = 0.1  # z-scores are kept in steps of 0.1 in one byte, so a descriptor costs a model file under a byte a molecule
_LIMIT = 127


class DescriptorSpace:
    """Standardised descriptors and a Gaussian kernel on them.

    `width` multiplies the median squared distance of the training molecules.
    Learned: `mean_`, `scale_` (d,), `codes_` (n, d) int8, `gamma_`.
    """

    def __init__(self, *, width: float = 1.0) -> None:
        self.width = width

    def fit(self, table: NDArray[np.float32]) -> Self:
        """Remember the training molecules, shape (n, d)."""
        self.mean_ = table.mean(axis=0, dtype=np.float64).astype(np.float32)
        scale = table.std(axis=0, dtype=np.float64)
        self.scale_ = np.where(scale > 1e-6, scale, np.inf).astype(np.float32)
        self.codes_ = self._encode(table)
        sample = self.codes_[:: max(1, len(table) // 500)]
        distances = _squared_distances(sample, sample)
        self.gamma_ = 1.0 / (self.width * max(float(np.median(distances)), 1e-6))
        return self

    def transform(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Similarity in (0, 1] of m molecules to the training molecules, shape (m, n)."""
        return self._similarity(self._encode(table))

    def kept(self) -> NDArray[np.float32]:
        """Similarity of the training molecules to each other, shape (n, n)."""
        return self._similarity(self.codes_)

    def _similarity(self, codes: NDArray[np.int8]) -> NDArray[np.float32]:
        similarity: NDArray[np.float32] = np.exp(np.float32(-self.gamma_) * _squared_distances(codes, self.codes_))
        return similarity

    def _encode(self, table: NDArray[np.float32]) -> NDArray[np.int8]:
        z = np.nan_to_num((table - self.mean_) / self.scale_)
        codes: NDArray[np.int8] = np.clip(np.rint(z / _STEP), -_LIMIT, _LIMIT).astype(np.int8)
        return codes

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `transform` needs."""
        return {"mean": self.mean_, "scale": self.scale_, "codes": self.codes_, "gamma": np.array(self.gamma_)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        space = cls()
        space.mean_, space.scale_, space.codes_ = arrays["mean"], arrays["scale"], arrays["codes"]
        space.gamma_ = float(arrays["gamma"])
        return space


def _squared_distances(left: NDArray[np.int8], right: NDArray[np.int8]) -> NDArray[np.float32]:
    """Between rows of codes, in standard deviations; (m, n).

    Products of whole numbers this small are exact in float32 whatever the order BLAS sums them in, so a molecule's
    kernel does not depend on the batch it arrives in.
    """
    a, b = left.astype(np.float32), right.astype(np.float32)
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2.0 * (a @ b.T)
    distances: NDArray[np.float32] = np.maximum(squares, 0.0) * np.float32(_STEP**2)
    return distances


class MultiViewKernel:
    """Kernel ridge regression on the mean of several MinMax kernels and a weighted descriptor kernel.

    MinMax on counts: Ralaivola et al., Neural Networks 2005. Each view sees another side of a molecule (radius-2 and
    -3 neighbourhoods, pharmacophoric atoms, pairs, torsions, paths); their mean beats each of them on activity cliffs.
    With `support`, a support vector machine is fitted on the same kernel beside the ridge.
    Learned: `views_`, `space_`, `ridge_`, `support_`.
    """

    def __init__(
        self,
        *,
        views: tuple[str, ...] = VIEWS,
        descriptor_weight: float = 0.5,
        alpha: float = 0.1,
        min_count: int = 1,
        support: bool = False,
    ) -> None:
        self.views = views
        self.descriptor_weight = descriptor_weight
        self.alpha = alpha
        self.min_count = min_count
        self.support = support

    def index(self, features: Features) -> Self:
        """Remember the training molecules, before any target is known."""
        self.views_ = {view: MinMax(min_count=self.min_count).fit(features.counts(view)) for view in self.views}
        self.space_ = DescriptorSpace().fit(features.descriptors)
        return self

    def gram(self, features: Features) -> NDArray[np.float32]:
        """Similarity of m molecules to the n training molecules, shape (m, n), in [0, 1]."""
        total = np.float32(self.descriptor_weight) * self.space_.transform(features.descriptors)
        for view, kernel in self.views_.items():
            total += kernel.transform(features.counts(view))
        total /= np.float32(len(self.views_) + self.descriptor_weight)
        return total

    def own_gram(self, features: Features) -> NDArray[np.float32]:
        """The training molecules among themselves, shape (n, n), with ones on the diagonal."""
        return self.mixed(*self.own_parts(features))

    def own_parts(self, features: Features) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The two halves of `own_gram`: the sum over the fingerprints, and the descriptors; each (n, n)."""
        prints = np.zeros((len(features), len(features)), np.float32)
        for kernel in self.views_.values():
            prints += kernel.gram()
        return prints, self.space_.transform(features.descriptors)

    def kept_gram(self) -> NDArray[np.float32]:
        """The same as `own_gram`, from what is kept of the training molecules, (n, n): 8 s for 4,600."""
        prints = np.zeros((len(self.space_.codes_), len(self.space_.codes_)), np.float32)
        for kernel in self.views_.values():
            prints += kernel.gram()
        return self.mixed(prints, self.space_.kept())

    def mixed(self, prints: NDArray[np.float32], space: NDArray[np.float32]) -> NDArray[np.float32]:
        """The kernel of the two halves at the present `descriptor_weight`."""
        total = np.float32(self.descriptor_weight) * space
        total += prints
        total /= np.float32(len(self.views_) + self.descriptor_weight)
        return total

    def fit(self, features: Features, y: Floats) -> Self:
        """Index the molecules and solve for `y`, shape (n,)."""
        return self.index(features).solve(self.own_gram(features), y)

    def solve(self, gram: NDArray[np.float32], y: Floats) -> Self:
        """Solve for `y` when the training molecules' own gram matrix (n, n) is at hand."""
        self.ridge_ = KernelRidge(alpha=self.alpha).fit(gram, y)
        self.support_ = SupportVector().fit(gram, y) if self.support else None
        return self

    def predict(self, features: Features) -> Floats:
        """The ridge's values, shape (m,); NaN for missing molecules."""
        return self.members(features)[:, 0]

    def members(self, features: Features) -> Floats:
        """Values of the ridge and, where there is one, of the support vector machine, shape (m, 1 or 2)."""
        out = np.full((len(features), 1 + (self.support_ is not None)), np.nan)
        known = features.known
        if known.any():
            gram = self.gram(features)[known]
            out[known, 0] = self.ridge_.predict(gram)
            if self.support_ is not None:
                out[known, 1] = self.support_.predict(gram)
        return out

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `predict` needs, names prefixed by the part they belong to."""
        arrays = {f"space.{name}": array for name, array in self.space_.to_arrays().items()}
        for view, kernel in self.views_.items():
            arrays |= {f"{view}.{name}": array for name, array in kernel.to_arrays().items()}
        arrays["dual"] = self.ridge_.dual_coef_
        arrays["intercept"] = np.array(self.ridge_.intercept_)
        arrays["descriptor_weight"] = np.array(self.descriptor_weight)
        arrays["alpha"] = np.array(self.alpha)
        if self.support_ is not None:
            arrays["support"] = self.support_.dual_coef_
            arrays["support_intercept"] = np.array(self.support_.intercept_)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        parts: dict[str, dict[str, NDArray[Any]]] = {}
        for name, array in arrays.items():
            part, _, field = name.partition(".")
            if field:
                parts.setdefault(part, {})[field] = array
        views = tuple(view for view in parts if view != "space")
        kernel = cls(views=views, descriptor_weight=float(arrays["descriptor_weight"]), alpha=float(arrays["alpha"]))
        kernel.space_ = DescriptorSpace.from_arrays(parts["space"])
        kernel.views_ = {view: MinMax.from_arrays(parts[view]) for view in views}
        kernel.ridge_ = KernelRidge(alpha=kernel.alpha)
        kernel.ridge_.dual_coef_ = arrays["dual"]
        kernel.ridge_.intercept_ = arrays["intercept"]
        kernel.support = "support" in arrays
        kernel.support_ = None
        if kernel.support:
            kernel.support_ = SupportVector()
            kernel.support_.dual_coef_ = arrays["support"]
            kernel.support_.intercept_ = float(arrays["support_intercept"])
        return kernel
