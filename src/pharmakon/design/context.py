"""Arms exchanged in context: what is put in was seen, in real molecules, on an atom with the same surroundings.

An arm is the smaller side of an acyclic single bond. Its context is the surroundings of the atom that it hangs on, as
far as RADIUS bonds, without the arm. tables/arms.npz lists which arms hang where in ZINC and ChEMBL
(recipes/context.py). What chemists have made often in a place can mostly be made there again. The idea is that of
CReM (Polishchuk, J. Cheminform. 12, 28, 2020).
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.design.fragment import Fragment, attach, fragment, put
from pharmakon.design.graph import Operator, atoms_of, cuts, pick, weighted

Hashes = NDArray[np.uint64]

RADIUS = 2
"""Bonds from the atom that the arm hangs on to the farthest atom that counts.

At 2, 87 % of the arms of held-out molecules hang in surroundings that the table knows, at 3, 63 %; at both, all
children of sane parents were sane."""
LARGEST = 10
"""Heavy atoms of an arm at most."""


# ---------------------------------------------------------------- surroundings


def mix(numbers: Hashes) -> Hashes:
    """Scatter whole numbers over 64 bits (the finaliser of splitmix64), alike on every machine."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


@lru_cache(maxsize=64)
def atom_codes(mol: Mol) -> NDArray[np.uint64]:
    """Per atom: element with charge, hydrogens, bonds to heavy atoms, and whether it is in a ring: (atoms, 4)."""
    rows = [
        (a.GetAtomicNum() + 128 * (a.GetFormalCharge() + 8), a.GetTotalNumHs(), a.GetDegree(), a.IsInRing())
        for a in atoms_of(mol)
    ]
    return np.array(rows, np.uint64)


def contexts(mol: Mol, *, radius: int = RADIUS) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """A number for the surroundings of every atom: without each of its neighbours, and without a hydrogen of it.

    The first is (atoms, atoms): [core, first] is what surrounds `core` without the side of `first`, of use where they
    are bonded outside a ring. The second is per atom. Both are the same where the arm hangs in place of the hydrogen.
    """
    orders = (2 * Chem.GetAdjacencyMatrix(mol, useBO=True)).astype(np.uint64)
    bonded = (orders > 0).astype(np.uint64)
    element, hydrogens, degree, ring = atom_codes(mol).T
    own = mix(element + (hydrogens << np.uint64(16)) + (degree << np.uint64(20)) + (ring << np.uint64(24)))
    seen = own[:, None] + mix(orders)
    # told[i, j] is what j hears from i: i itself and whatever lies behind it, but nothing of j.
    told = bonded * mix(seen)
    for _ in range(radius - 1):
        told = bonded * mix(seen + mix(told.sum(axis=0)[:, None] - told.T))
    heard = told.sum(axis=0)
    root = element + (hydrogens << np.uint64(16))
    at_bonds = mix(mix(root)[:, None] + heard[:, None] - told.T)
    at_hydrogens = mix(mix(root - (np.uint64(1) << np.uint64(16))) + heard)
    return _short(at_bonds), _short(at_hydrogens)


def _short(hashes: Hashes) -> NDArray[np.uint32]:
    return (hashes >> np.uint64(32)).astype(np.uint32)


def arms(mol: Mol) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The arms of a molecule: the atom that stays and the arm's first, (arms, 2), and whose atoms, (arms, atoms)."""
    bonds = cuts(mol)
    pairs = np.array([*bonds, *(b[::-1] for b in bonds)], np.intp).reshape(-1, 2)
    distance = Chem.GetDistanceMatrix(mol)
    inside = distance[pairs[:, 1]] < distance[pairs[:, 0]]
    size = inside.sum(axis=1)
    small = (size <= LARGEST) & (2 * size <= mol.GetNumAtoms())
    return pairs[small], inside[small]


# ---------------------------------------------------------------- the table


class Table(NamedTuple):
    """Contexts in ascending order; the arms of context i are those from begins[i] to begins[i + 1]."""

    contexts: NDArray[np.uint32]
    begins: NDArray[np.uint32]
    arms: NDArray[np.uint16]
    weights: NDArray[np.uint8]
    smiles: tuple[str, ...]

    def rows(self, wanted: NDArray[np.uint32]) -> NDArray[np.intp]:
        """Where contexts stand in the table; -1 for those that do not."""
        found = np.minimum(np.searchsorted(self.contexts, wanted), len(self.contexts) - 1)
        return np.where(self.contexts[found] == wanted, found, -1)


@lru_cache(maxsize=1)
def table() -> Table:
    """The shipped table, read when it is first needed."""
    with (files("pharmakon.design") / "tables" / "arms.npz").open("rb") as file, np.load(file) as held:
        smiles = tuple(held["smiles"].tobytes().decode("ascii").split())
        return Table(held["contexts"], held["begins"], held["arms"], held["weights"], smiles)


@lru_cache(maxsize=4096)
def _arms_of(row: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The arms of a context, and their cumulative weights."""
    held = table()
    span = slice(int(held.begins[row]), int(held.begins[row + 1]))
    return tuple(held.arms[span].tolist()), tuple(accumulate(held.weights[span].tolist()))


@lru_cache(maxsize=4096)
def _arm(number: int) -> Fragment:
    return fragment(table().smiles[number])


def arms_seen(row: int) -> tuple[str, ...]:
    """The arms that were seen in a context of the table, as SMILES."""
    return tuple(table().smiles[number] for number in _arms_of(row)[0])


class Places(NamedTuple):
    """Where a molecule can be edited, and the table's row: arms as (core, first, row), hydrogens as (core, row)."""

    arms: tuple[tuple[int, int, int], ...]
    hydrogens: tuple[tuple[int, int], ...]


@lru_cache(maxsize=2048)
def places(mol: Mol) -> Places:
    """The arms and hydrogens of a molecule whose contexts are in the table. Cached: parents are used many times."""
    at_bonds, at_hydrogens = contexts(mol)
    pairs, _ = arms(mol)
    open_ = np.array([a.GetIdx() for a in atoms_of(mol) if a.GetTotalNumHs()], np.intp)
    cut_rows, open_rows = table().rows(at_bonds[pairs[:, 0], pairs[:, 1]]), table().rows(at_hydrogens[open_])
    return Places(
        tuple((*pair, row) for pair, row in zip(pairs.tolist(), cut_rows.tolist(), strict=True) if row >= 0),
        tuple((core, row) for core, row in zip(open_.tolist(), open_rows.tolist(), strict=True) if row >= 0),
    )


# ---------------------------------------------------------------- edits


def replace_arm_in_context(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """An arm gives way to another that was seen in the same surroundings."""
    known = places(mol).arms
    if not known:
        return None
    core, first, row = pick(known, random)
    return put(mol, [(first, core)], _arm(weighted(*_arms_of(row), random)))


def grow_in_context(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A hydrogen gives way to an arm that was seen in the same surroundings."""
    known = places(mol).hydrogens
    if not known:
        return None
    core, row = pick(known, random)
    return attach(mol, core, _arm(weighted(*_arms_of(row), random)))


OPERATORS: dict[str, Operator] = {
    "replace_arm_in_context": replace_arm_in_context,
    "grow_in_context": grow_in_context,
}
