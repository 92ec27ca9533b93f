"""Molecules as graphs of numbers: what a message-passing network sees, made with NumPy.

Atoms are points, and each bond two arrows, one in either direction, that lie side by side: arrow i's reverse is i ^ 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import Atom, Bond, BondStereo, BondType, HybridizationType, Mol

ELEMENTS = (5, 6, 7, 8, 9, 14, 15, 16, 17, 34, 35, 53)
"""Elements told apart; any other is "another"."""
_ELEMENT = {number: place for place, number in enumerate(ELEMENTS)}
_HYBRIDS = {HybridizationType.SP: 0, HybridizationType.SP2: 1, HybridizationType.SP3: 2, HybridizationType.SP3D: 3}
_HYBRIDS[HybridizationType.SP3D2] = 3
_HANDS = {"R": 1, "S": 2}
_ORDERS = {BondType.SINGLE: 0, BondType.DOUBLE: 1, BondType.TRIPLE: 2, BondType.AROMATIC: 3}
_SIDES = {BondStereo.STEREOE: 1, BondStereo.STEREOTRANS: 1, BondStereo.STEREOZ: 2, BondStereo.STEREOCIS: 2}

# How many values each fact of an atom, and of a bond, may have.
_ATOM_FACTS = {
    "element": len(ELEMENTS) + 1,
    "degree": 7,
    "charge": 5,
    "hydrogens": 5,
    "hybridisation": 5,
    "aromatic": 2,
    "smallest_ring": 7,
    "chirality": 3,
}
_BOND_FACTS = {"order": 5, "conjugated": 2, "in_ring": 2, "stereo": 3}
ATOM_WIDTH, BOND_WIDTH = sum(_ATOM_FACTS.values()), sum(_BOND_FACTS.values())


@dataclass(frozen=True, slots=True)
class Graph:
    """One molecule of a atoms and b bonds."""

    atoms: NDArray[np.uint8]
    """(a, ATOM_WIDTH) of 0 and 1."""
    bonds: NDArray[np.uint8]
    """(2b, BOND_WIDTH) of 0 and 1; each bond twice."""
    source: NDArray[np.int32]
    """(2b,) the atom where an arrow starts."""
    target: NDArray[np.int32]
    """(2b,) the atom where it ends."""


def featuriser() -> dict[str, object]:
    """What the numbers are: a network that learnt from others is refused."""
    return {"elements": list(ELEMENTS), "atom": _ATOM_FACTS, "bond": _BOND_FACTS}


def graph(mol: Mol) -> Graph:
    """One molecule as numbers; its stereochemistry must have been assigned, as reading a SMILES does."""
    smallest: dict[int, int] = {}
    for ring in mol.GetRingInfo().AtomRings():
        for index in ring:
            smallest[index] = min(smallest.get(index, len(ring)), len(ring))
    atoms = [(*_facts(atom), min(smallest.get(atom.GetIdx(), 2), 8) - 2, _hand(atom)) for atom in mol.GetAtoms()]
    ends = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in mol.GetBonds()]
    arrows = np.array([pair for one, other in ends for pair in ((one, other), (other, one))], np.int32).reshape(-1, 2)
    bonds = [facts for bond in mol.GetBonds() for facts in [_bond(bond)] * 2]
    return Graph(_one_hot(atoms, _ATOM_FACTS), _one_hot(bonds, _BOND_FACTS), arrows[:, 0], arrows[:, 1])


def _facts(atom: Atom) -> tuple[int, ...]:
    return (
        _ELEMENT.get(atom.GetAtomicNum(), len(ELEMENTS)),
        min(atom.GetTotalDegree(), 6),
        min(max(atom.GetFormalCharge(), -2), 2) + 2,
        min(atom.GetTotalNumHs(), 4),
        _HYBRIDS.get(atom.GetHybridization(), 4),
        int(atom.GetIsAromatic()),
    )


def _hand(atom: Atom) -> int:
    return _HANDS.get(atom.GetProp("_CIPCode"), 0) if atom.HasProp("_CIPCode") else 0


def _bond(bond: Bond) -> tuple[int, ...]:
    order, side = _ORDERS.get(bond.GetBondType(), 4), _SIDES.get(bond.GetStereo(), 0)
    return order, int(bond.GetIsConjugated()), int(bond.IsInRing()), side


def _one_hot(facts: Sequence[Sequence[int]], widths: dict[str, int]) -> NDArray[np.uint8]:
    sizes = list(widths.values())
    place = np.array(facts, np.intp).reshape(-1, len(sizes)) + np.cumsum([0, *sizes[:-1]])
    hot = np.zeros((len(place), sum(sizes)), np.uint8)
    np.put_along_axis(hot, place, 1, axis=1)
    return hot


@dataclass(frozen=True, slots=True)
class Joined:
    """Many molecules in flat arrays, atom after atom: what training takes batches from."""

    atoms: NDArray[np.uint8]
    bonds: NDArray[np.uint8]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    n_atoms: NDArray[np.int64]
    """(n,) atoms of each molecule."""
    n_arrows: NDArray[np.int64]
    """(n,) arrows of each; `source` and `target` count from a molecule's own first atom."""

    @classmethod
    def of(cls, found: Sequence[Graph]) -> Joined:
        """All of them, one after the other."""
        return cls(
            np.concatenate([one.atoms for one in found]),
            np.concatenate([one.bonds for one in found]),
            np.concatenate([one.source for one in found]),
            np.concatenate([one.target for one in found]),
            np.array([len(one.atoms) for one in found]),
            np.array([len(one.bonds) for one in found]),
        )

    def take(self, rows: NDArray[np.intp]) -> Joined:
        """Some of the molecules, in the order asked for."""
        atoms, arrows = _spans(self.n_atoms, rows), _spans(self.n_arrows, rows)
        return Joined(
            self.atoms[atoms],
            self.bonds[arrows],
            self.source[arrows],
            self.target[arrows],
            self.n_atoms[rows],
            self.n_arrows[rows],
        )

    def each(self) -> Iterator[Graph]:
        """One molecule after the other."""
        atoms, arrows = np.cumsum(self.n_atoms), np.cumsum(self.n_arrows)
        for a, b, n, m in zip(atoms, arrows, self.n_atoms, self.n_arrows, strict=True):
            mine = slice(b - m, b)
            yield Graph(self.atoms[a - n : a], self.bonds[mine], self.source[mine], self.target[mine])


def _spans(lengths: NDArray[np.int64], rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """Where the elements of the named rows lie in an array that holds all rows one after the other."""
    length = lengths[rows]
    start = (np.cumsum(lengths) - lengths)[rows]
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    spans: NDArray[np.int64] = np.repeat(start, length) + within
    return spans
