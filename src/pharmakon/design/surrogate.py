"""A Gaussian process over evaluated molecules: what is worth a scorer call.

No kernel suits every objective: fingerprints follow structure, composition follows formula, logP and size. So each
batch draws one of KERNELS, and what one overlooks another finds. Hyperparameters are fixed: on a few hundred points
their fit is noise (Tripp et al., arXiv 2406.07709).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from rdkit.Chem import Mol, rdMolDescriptors

from pharmakon.chem.fingerprints import counts
from pharmakon.core.types import Floats
from pharmakon.learn import cholesky
from pharmakon.learn.gaussian import GaussianProcess
from pharmakon.learn.minmax import MinMax

Kernel = NDArray[np.float32]
Matrix = Any
"""A sparse or a dense array: scipy and numpy share no type."""

JITTER = 1e-3
"""Variance added to a sample's covariance so that it can be factored; near-copies make it singular."""

COMPOSITION = "composition"
KERNELS: dict[str, Mapping[str, float]] = {
    "ecfp": {"ecfp6": 1.0},
    "ecfp+composition": {"ecfp6": 0.5, COMPOSITION: 0.5},
    "fingerprints": {"ecfp6": 0.4, "fcfp4": 0.3, "atom_pair": 0.3},
    "all": {"ecfp6": 0.3, "fcfp4": 0.2, "atom_pair": 0.2, COMPOSITION: 0.3},
}
"""Weights of views; they sum to 1, so every molecule's kernel with itself is 1."""

ELEMENTS = ("C", "H", "N", "O", "F", "P", "S", "Cl", "Br")
LEAST = np.array([0.5] * len(ELEMENTS) + [0.5, 0.1, 0.2, 0.5, 0.5, 0.5, 0.02])
"""Deviations of a composition below which differences count no more: an element that no molecule had is news, but a
molecule with an atom of it is still like the same with another."""
_FORMULA = re.compile(r"([A-Z][a-z]?)(\d*)")


class Views:
    """Views of a list of molecules, each computed when first asked for and kept as the list grows."""

    def __init__(self, mols: Sequence[Mol] = (), made: Mapping[str, Matrix] | None = None) -> None:
        self.mols = list(mols)
        self._made = dict(made or {})

    def __len__(self) -> int:
        return len(self.mols)

    @classmethod
    def joined(cls, parts: Sequence[Views]) -> Views:
        """One after the other; what has been computed of all of them is kept."""
        names = [name for name in parts[0].made if all(name in part.made for part in parts)] if parts else []
        made = {name: _stacked([part.get(name) for part in parts]) for name in names}
        return cls([mol for part in parts for mol in part.mols], made)

    def take(self, rows: Sequence[int], names: Iterable[str] = ()) -> Views:
        """Some of the molecules, with what has been computed of them; the views named are computed first, and kept."""
        for name in names:
            self.get(name)
        return Views([self.mols[i] for i in rows], {n: self.get(n)[list(rows)] for n in self._made})

    @property
    def made(self) -> tuple[str, ...]:
        """The views computed so far."""
        return tuple(self._made)

    def get(self, name: str) -> Matrix:
        """One view of all molecules: sparse feature counts, or for COMPOSITION dense numbers (n, 16)."""
        have = self._made.get(name)
        done = 0 if have is None else have.shape[0]
        if have is None or done < len(self.mols):
            rest = self.mols[done:]
            new = _compositions(rest) if name == COMPOSITION else counts(rest, name)
            self._made[name] = have = new if have is None else _stacked([have, new])
        return have


def _stacked(parts: Sequence[Matrix]) -> Matrix:
    from scipy.sparse import vstack

    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else vstack(parts, format="csr")


def _compositions(mols: Sequence[Mol]) -> Floats:
    return np.array([_composition(mol) for mol in mols], np.float64).reshape(len(mols), len(ELEMENTS) + 7)


def _composition(mol: Mol) -> list[float]:
    """Atoms of each element, hydrogens, size, logP, polar surface, donors, rings, aromatic rings, saturation."""
    formula = dict(_FORMULA.findall(rdMolDescriptors.CalcMolFormula(mol)))
    return [
        *(float(formula[e] or 1) if e in formula else 0.0 for e in ELEMENTS),
        float(mol.GetNumHeavyAtoms()),
        rdMolDescriptors.CalcCrippenDescriptors(mol)[0],
        rdMolDescriptors.CalcTPSA(mol) / 10,
        float(rdMolDescriptors.CalcNumHBD(mol)),
        float(rdMolDescriptors.CalcNumRings(mol)),
        float(rdMolDescriptors.CalcNumAromaticRings(mol)),
        float(rdMolDescriptors.CalcFractionCSP3(mol)),
    ]


class Surrogate:
    """Posterior of the score given evaluated molecules, for one choice of kernel."""

    def __init__(self, kernel: str, *, noise: float = 0.01) -> None:
        self.kernel = kernel
        self.noise = noise

    def fit(self, views: Views, y: Floats) -> Self:
        """Learn that these molecules have the (transformed) scores `y`."""
        points = views.get(COMPOSITION) if COMPOSITION in KERNELS[self.kernel] else np.zeros((1, len(LEAST)))
        self._center, self._scale = points.mean(axis=0), np.maximum(points.std(axis=0), LEAST)
        self._known_side = self._side(views)
        process = GaussianProcess(noise=self.noise, dtype=np.float32)
        self.process_ = process.fit(self._cross(views, self._known_side, own=True), y)
        return self

    def predict(self, views: Views) -> tuple[Floats, Floats]:
        """Mean and deviation of the score of each molecule."""
        return self.process_.predict(self._cross(views, self._known_side))

    def sample(self, views: Views, n: int, *, random: Generator) -> Floats:
        """`n` scores of all molecules at once, drawn from the posterior, shape (n, molecules); O(molecules^3)."""
        cross = self._cross(views, self._known_side)
        side = self._side(views)
        known = cholesky.forward(self.process_.factor_, cross.T)
        covariance = self._cross(views, side, own=True).astype(np.float64) - (known.T @ known)
        lower = np.tril(cholesky.factor(covariance, diagonal=JITTER))
        mean = self.process_.predict_mean(cross)
        drawn: Floats = mean + self.process_.deviation_ * (random.standard_normal((n, len(views))) @ lower.T)
        return drawn

    def _side(self, views: Views) -> _Side:
        """What the kernel needs of the molecules on its right."""
        minmax = {v: MinMax().fit(views.get(v)) for v in KERNELS[self.kernel] if v != COMPOSITION}
        return _Side(
            len(views), minmax, self._scaled(views) if COMPOSITION in KERNELS[self.kernel] else np.empty((0, 0))
        )

    def _scaled(self, views: Views) -> Floats:
        scaled: Floats = (views.get(COMPOSITION) - self._center) / self._scale
        return scaled

    def _cross(self, views: Views, side: _Side, *, own: bool = False) -> Kernel:
        """The kernel of molecules with those of a side, shape (len(views), side.n); `own` where it is theirs."""
        total = np.zeros((len(views), side.n), np.float32)
        for view, weight in KERNELS[self.kernel].items():
            if view == COMPOSITION:
                total += np.float32(weight) * _rbf(self._scaled(views), side.points)
            else:
                minmax = side.minmax[view]
                total += np.float32(weight) * (minmax.gram() if own else minmax.transform(views.get(view)))
        return total


@dataclass(frozen=True, slots=True)
class _Side:
    n: int
    minmax: Mapping[str, MinMax]
    points: Floats


def _rbf(a: Floats, b: Floats) -> Kernel:
    """exp(-mean squared difference)."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    kernel: Kernel = np.exp(-np.maximum(squares, 0) / a.shape[1]).astype(np.float32)
    return kernel


def normal_scores(values: Floats) -> Floats:
    """Values replaced by where their ranks would lie in a normal distribution."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores: Floats = ndtri((rankdata(values) - 0.5) / len(values))
    return scores


def best_and_newest(values: Floats, n: int) -> list[int]:
    """Up to `n` positions, ascending: half of them the best, the others the last of the rest."""
    order = np.argsort(-values, kind="stable")
    return sorted([*order[: n // 2], *np.sort(order[n // 2 :])[-(n - n // 2) :]])
