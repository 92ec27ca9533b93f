"""Shares of counted columns handed to the atoms that they were counted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """What a fingerprint counted in one molecule, once for each time: feature ids (k,), and atoms (k, n_atoms)."""

    features: Integers
    atoms: NDArray[np.bool_]

    def to_atoms(self, columns: Integers, shares: Floats, *, width: int) -> Floats:
        """Shares (c, t) of columns (c,), each of which the molecule has, as the atoms' shares (n_atoms, t).

        A column is a feature's id, folded to `width`; its share goes in equal parts to what it counts, and a part in
        equal parts to its atoms.
        """
        present, which, times = np.unique(self.features % width, return_inverse=True, return_counts=True)
        parts = self.atoms / (self.atoms.sum(axis=1) * times[which])[:, None]
        each = np.zeros((len(present), self.atoms.shape[1]))
        np.add.at(each, which, parts)
        found: Floats = each[np.searchsorted(present, columns)].T @ shares
        return found


def alike(shares: Floats, ranks: Integers) -> Floats:
    """Shares (n_atoms,) with those of atoms of one rank, which nothing tells apart, made the same number exactly."""
    _, which, times = np.unique(ranks, return_inverse=True, return_counts=True)
    found: Floats = (np.bincount(which, weights=shares) / times)[which]
    return found
