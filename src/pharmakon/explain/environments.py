"""Morgan environments of a molecule, each with the atoms it consists of: what a fingerprint's number belongs to.

An environment is an atom with everything within so many bonds of it (Rogers & Hahn 2010). RDKit counts each set of
bonds once, however many atoms it can be seen from, so symmetric atoms lie in equal environments and no atom order
matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import GetDistanceMatrix, Mol, rdFingerprintGenerator

from pharmakon.core.errors import UsageError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Environments:
    """The environments of one molecule: their features (m,), radii (m,), and which atoms each has, (m, n_atoms)."""

    features: Integers
    radii: Integers
    atoms: NDArray[np.bool_]

    def up_to(self, radius: int) -> Environments:
        """Those of at most this radius."""
        kept = self.radii <= radius
        return Environments(self.features[kept], self.radii[kept], self.atoms[kept])

    def without(self, atoms: Sequence[int] | Integers) -> Integers:
        """The features (k,) that are left when nothing is known of some atoms."""
        return self.features[~self.atoms[:, list(atoms)].any(axis=1)]


def environments(mol: Mol, radius: int = 2) -> Environments:
    """Every environment that RDKit's Morgan fingerprint of this radius counts, once for each time it is counted."""
    told: Any = rdFingerprintGenerator.AdditionalOutput()
    told.AllocateBitInfoMap()
    _generator(radius).GetSparseCountFingerprint(mol, additionalOutput=told)
    found = [(feature, centre, reach) for feature, seen in told.GetBitInfoMap().items() for centre, reach in seen]
    features, centres, radii = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return Environments(features, radii, GetDistanceMatrix(mol)[centres] <= radii[:, None])


class Vocabulary:
    """The features that enough training molecules have, as columns; others are unknown to a model, and count nothing.

    `features` (p,) are in ascending order.
    """

    def __init__(self, features: Integers) -> None:
        self.features = np.asarray(features, dtype=np.int64)
        if (np.diff(self.features) <= 0).any():
            raise UsageError("a vocabulary's features are distinct and in ascending order")

    @classmethod
    def of(cls, molecules: Sequence[Environments], *, at_least: int = 2) -> Vocabulary:
        """The features that so many of the molecules have."""
        each = [np.unique(molecule.features) for molecule in molecules]
        features, number = np.unique(np.concatenate([*each, np.empty(0, np.int64)]), return_counts=True)
        return cls(features[number >= at_least])

    def __len__(self) -> int:
        return len(self.features)

    def columns(self, features: Integers) -> Integers:
        """The column of each feature, -1 for the unknown."""
        if not len(self):
            return np.full(len(features), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.features, features), len(self) - 1)
        return np.where(self.features[place] == features, place, -1)

    def counts(self, rows: Sequence[Integers]) -> csr_matrix:
        """How often each row's features (any number) have each column, float64, shape (len(rows), p)."""
        from scipy.sparse import csr_matrix

        lengths = [len(row) for row in rows]
        row = np.repeat(np.arange(len(rows)), lengths)
        column = self.columns(np.concatenate([*rows, np.empty(0, np.int64)]))
        known = column >= 0
        ones = np.ones(int(known.sum()))
        return csr_matrix((ones, (row[known], column[known])), shape=(len(rows), len(self)))


@cache
def _generator(radius: int) -> Any:
    return rdFingerprintGenerator.GetMorganGenerator(radius=radius)
