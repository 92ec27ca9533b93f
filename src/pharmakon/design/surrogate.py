"""A Gaussian process over evaluated molecules: what is worth a scorer call.

No kernel suits every objective: fingerprints follow structure, composition follows formula, logP and size. So each batch
draws one of KERNELS, and what one kernel overlooks another finds. Hyperparameters are fixed: on a few hundred points their
fit is noise (Tripp et al., arXiv 2406.07709).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from rdkit.Chem import Mol, rdMolDescriptors

from pharmakon.chem.fingerprints import COLUMNS, counts
from pharmakon.core.types import Floats
from pharmakon.learn import cholesky
from pharmakon.learn.gaussian import GaussianProcess
from pharmakon.learn.minmax import MinMax

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

COMPOSITION = "composition"
KERNELS: dict[str, Mapping[str, float]] = {
    "ecfp": {"ecfp6": 1.0},
    "ecfp+composition": {"ecfp6": 0.5, COMPOSITION: 0.5},
    "fingerprints": {"ecfp6": 0.4, "fcfp4": 0.3, "atom_pair": 0.3},
    "all": {"ecfp6": 0.3, "fcfp4": 0.2, "atom_pair": 0.2, COMPOSITION: 0.3},
}
"""Weights of views; they sum to 1, so every molecule's kernel with itself is 1."""

ELEMENTS = ("C", "H", "N", "O", "F", "P", "S", "Cl", "Br")
_FORMULA = re.compile(r"([A-Z][a-z]?)(\d*)")


class Views:
    """Views of a list of molecules, each computed when first asked for and kept as the list grows."""

    def __init__(self, mols: Sequence[Mol] = ()) -> None:
        self.mols = list(mols)
        self._counts: dict[str, csr_matrix] = {}
        self._composition: Floats = np.empty((0, len(ELEMENTS) + 7))

    def __len__(self) -> int:
        return len(self.mols)

    @classmethod
    def joined(cls, parts: Sequence[Views]) -> Views:
        """One after the other; what has been computed is kept."""
        from scipy.sparse import vstack

        whole = cls([mol for part in parts for mol in part.mols])
        for view in parts[0]._counts if parts else ():
            whole._counts[view] = vstack([part.counts(view) for part in parts], format="csr")
        if parts and len(parts[0]._composition):
            whole._composition = np.concatenate([part.composition() for part in parts])
        return whole

    def prepare(self, kernel: str) -> Views:
        """Compute what a kernel needs, here and now."""
        for view in KERNELS[kernel]:
            self.composition() if view == COMPOSITION else self.counts(view)
        return self

    def counts(self, view: str) -> csr_matrix:
        """Feature counts of all molecules."""
        from scipy.sparse import csr_matrix, vstack

        have = self._counts.get(view, csr_matrix((0, COLUMNS), dtype=np.uint16))
        if have.shape[0] < len(self.mols):
            have = vstack([have, counts(self.mols[have.shape[0] :], view)], format="csr")
            self._counts[view] = have
        return have

    def composition(self) -> Floats:
        """What the molecules are made of, shape (n, 16)."""
        if len(self._composition) < len(self.mols):
            new = [_composition(mol) for mol in self.mols[len(self._composition) :]]
            self._composition = np.concatenate([self._composition, np.array(new)])
        return self._composition


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

    def fit(self, known: Views, rows: Sequence[int], y: Floats) -> Surrogate:
        """Learn from `rows` of the known molecules, whose (transformed) scores are `y`."""
        self._rows = np.asarray(rows)
        self._minmax = {v: MinMax().fit(known.counts(v)[self._rows]) for v in KERNELS[self.kernel] if v != COMPOSITION}
        if COMPOSITION in KERNELS[self.kernel]:
            points = known.composition()[self._rows]
            self._center, self._scale = points.mean(axis=0), np.maximum(points.std(axis=0), 1e-3)
            self._points = (points - self._center) / self._scale
        self.process_ = GaussianProcess(noise=self.noise, dtype=np.float32).fit(self._cross(known, self._rows), y)
        return self

    def predict(self, views: Views) -> tuple[Floats, Floats, NDArray[np.float32]]:
        """Mean and deviation of the score of each molecule, and the kernel rows they came from."""
        cross = self._cross(views, np.arange(len(views)))
        return *self.process_.predict(cross), cross

    def _cross(self, views: Views, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        total = np.zeros((len(rows), len(self._rows)), np.float32)
        for view, weight in KERNELS[self.kernel].items():
            if view == COMPOSITION:
                points = (views.composition()[rows] - self._center) / self._scale
                total += np.float32(weight) * _rbf(points, self._points)
            else:
                total += np.float32(weight) * self._minmax[view].transform(views.counts(view)[rows])
        return total


def _rbf(a: Floats, b: Floats) -> NDArray[np.float32]:
    """exp(-mean squared difference)."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.exp(-np.maximum(squares, 0) / a.shape[1]).astype(np.float32)
