"""How alike two tumours are for the purpose of drug response: one kernel over expression, mutations and copy number.

Every gene counts by how much it goes with the responses of the training lines, all drugs together, as seen in the
training lines alone; the kernel is a Gaussian of that weighted distance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

from .profiles import COPY_NUMBER, EXPRESSION, KINDS, MUTATION, Profiles

SCALE: Mapping[str, float] = {EXPRESSION: 1.0, MUTATION: 2.5, COPY_NUMBER: 0.5}
"""What a standard deviation of expression and copy number counts, and a mutation: 0 or 1 is not standardised, so that a
rare one does not outweigh everything."""
GAMMA = 0.75
"""The kernel of two lines at the median distance is exp(-GAMMA)."""
POWER = 0.25
"""Weight of a gene: its mean squared correlation with the drugs, what chance gives taken away, to this power."""
CHANCE = 0.6
FURTHEST = 5.0
"""Standardised values are cut here: an amplification of forty copies is an amplification."""
_POINTS = 16


class CellKernel:
    """Similarity of profiles to the training lines. Genes of a query must be in the model's order (`aligned`)."""

    def fit(self, profiles: Profiles, responses: Floats) -> Self:
        """Learn from n lines and their responses (n, m), without gaps, column means taken away or not."""
        self.genes_ = {kind: profiles.genes[kind] for kind in KINDS if kind in profiles.genes}
        self.mean_, self.spread_ = {}, {}
        for kind in self.genes_:
            known = np.isfinite(profiles.values[kind])
            count = np.maximum(known.sum(axis=0), 1)
            mean = np.where(known, profiles.values[kind], 0).sum(axis=0) / count
            square = np.where(known, (profiles.values[kind] - mean) ** 2, 0).sum(axis=0) / count
            spread = np.ones_like(mean) if kind == MUTATION else np.sqrt(square)
            self.mean_[kind], self.spread_[kind] = mean, np.where(spread > 1e-9, spread, 1.0)
        plain = self._standardised(profiles)
        relevance = _squared_correlation(plain, responses) - CHANCE / len(plain)
        relevance = np.maximum(relevance, 1e-6)
        self.weight_ = (relevance / relevance.mean()) ** POWER
        self.lines_ = plain * self.weight_
        distance = _distances(self.lines_, self.lines_)
        self.median_ = float(np.median(distance)) or 1.0
        self._centre(np.exp(-GAMMA * distance / self.median_))
        return self

    def gram(self) -> Floats:
        """The kernel (n, n) of the training lines, centred, of mean diagonal 1."""
        return self._centred(self.similarity_of(self.lines_))

    def cross(self, profiles: Profiles) -> Floats:
        """The kernel (k, n) of k profiles with the training lines."""
        return self._centred(self.similarity_of(self.features(profiles)))

    def features(self, profiles: Profiles) -> Floats:
        """Standardised, weighted values (k, p), all kinds side by side; a missing gene is an average one, 0."""
        found: Floats = self._standardised(profiles) * self.weight_
        return found

    def similarity_of(self, features: Floats) -> Floats:
        """Likeness (k, n) with the training lines, 0 to 1, before centring."""
        found: Floats = np.exp(-GAMMA * _distances(features, self.lines_) / self.median_)
        return found

    def pushes(self, features: Floats, coefficients: Floats) -> Floats:
        """How much each feature moves each prediction away from that of an average line; (p,), (n, m) to (p, m).

        Integrated gradients (Sundararajan et al., ICML 2017) along the line from the average profile: they add up to
        the prediction's difference from the average profile's.
        """
        centred = (coefficients - coefficients.mean(axis=0)) / self.size_
        places, shares = np.polynomial.legendre.leggauss(_POINTS)
        rate = 2 * GAMMA / self.median_
        total = np.zeros((len(features), coefficients.shape[1]))
        for place, share in zip((places + 1) / 2, shares / 2, strict=True):
            here = place * features
            weighted = self.similarity_of(here[None])[0][:, None] * centred
            total += share * rate * (self.lines_.T @ weighted - here[:, None] * weighted.sum(axis=0))
        found: Floats = features[:, None] * total
        return found

    def names(self) -> list[tuple[str, str]]:
        """Gene and kind of each feature, in the order of `features`."""
        return [(gene, kind) for kind, genes in self.genes_.items() for gene in genes]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `from_arrays` needs."""
        arrays: dict[str, NDArray[Any]] = {
            "lines": self.lines_.astype(np.float32),
            "weight": self.weight_,
            "median": np.array(self.median_),
        }
        for kind, genes in self.genes_.items():
            arrays |= {
                f"{kind}_genes": np.array(genes, dtype=np.str_),
                f"{kind}_mean": self.mean_[kind],
                f"{kind}_spread": self.spread_[kind],
            }
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The kernel that `to_arrays` described."""
        self = cls()
        kinds = [kind for kind in KINDS if f"{kind}_genes" in arrays]
        self.genes_ = {kind: tuple(map(str, arrays[f"{kind}_genes"])) for kind in kinds}
        self.mean_ = {kind: arrays[f"{kind}_mean"] for kind in kinds}
        self.spread_ = {kind: arrays[f"{kind}_spread"] for kind in kinds}
        self.lines_, self.weight_ = arrays["lines"].astype(np.float64), arrays["weight"]
        self.median_ = float(arrays["median"])
        self._centre(self.similarity_of(self.lines_))
        return self

    def _standardised(self, profiles: Profiles) -> Floats:
        blocks = []
        for kind in self.genes_:
            scaled = (profiles.values[kind] - self.mean_[kind]) / self.spread_[kind]
            blocks.append(SCALE[kind] * np.clip(np.nan_to_num(scaled, nan=0.0), -FURTHEST, FURTHEST))
        return np.hstack(blocks)

    def _centre(self, similarity: Floats) -> None:
        self.column_ = similarity.mean(axis=0)
        self.all_ = float(similarity.mean())
        self.size_ = float(np.diag(similarity).mean()) - self.all_

    def _centred(self, similarity: Floats) -> Floats:
        found: Floats = similarity - similarity.mean(axis=1, keepdims=True) - self.column_ + self.all_
        return found / self.size_


def _distances(a: Floats, b: Floats) -> Floats:
    """Squared Euclidean distances (k, n)."""
    squares: Floats = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.maximum(squares, 0.0)


def _squared_correlation(x: Floats, y: Floats) -> Floats:
    """Mean over the columns of y of the squared correlation with each column of x; (p,)."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    x = x / np.maximum(np.sqrt((x**2).sum(axis=0)), 1e-9)
    y = y / np.maximum(np.sqrt((y**2).sum(axis=0)), 1e-9)
    found: Floats = ((x.T @ y) ** 2).mean(axis=1)
    return found
