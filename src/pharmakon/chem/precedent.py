"""Ring systems that chemists have made before: a new molecule on known rings is far easier to believe."""

from __future__ import annotations

import csv
from functools import cache, lru_cache
from importlib.resources import files

from rdkit import Chem
from rdkit.Chem import Mol, RWMol

Ring = tuple[tuple[tuple[int, int, bool], ...], tuple[tuple[int, int, Chem.BondType], ...]]
"""Atoms as (atomic number, charge, whether aromatic), bonds as (atom, atom, order)."""


def ring_systems(mol: Mol) -> list[str]:
    """A SMILES for each set of rings that share atoms, written without substituents, stereo and isotopes."""
    return [_smiles(ring) for ring in _rings(mol)]


def unprecedented(mol: Mol, *, least: int = 20) -> list[str]:
    """The ring systems seen fewer than `least` times in the reference (`tables/ring_systems.csv` says what that is)."""
    known = _counts()
    return [key for key in ring_systems(mol) if known.get(key, 0) < least]


def _rings(mol: Mol) -> list[Ring]:
    info = mol.GetRingInfo()
    systems: list[tuple[set[int], set[int]]] = []
    for atoms, bonds in zip(map(set, info.AtomRings()), map(set, info.BondRings()), strict=True):
        for system in [system for system in systems if not system[0].isdisjoint(atoms)]:
            systems.remove(system)
            atoms |= system[0]
            bonds |= system[1]
        systems.append((atoms, bonds))
    return [_ring(mol, *system) for system in systems]


def _ring(mol: Mol, atoms: set[int], bonds: set[int]) -> Ring:
    place = {index: i for i, index in enumerate(sorted(atoms))}
    inside = map(mol.GetAtomWithIdx, place)
    between = map(mol.GetBondWithIdx, sorted(bonds))
    return (
        tuple((atom.GetAtomicNum(), atom.GetFormalCharge(), atom.GetIsAromatic()) for atom in inside),
        tuple((place[b.GetBeginAtomIdx()], place[b.GetEndAtomIdx()], b.GetBondType()) for b in between),
    )


@lru_cache(maxsize=65536)
def _smiles(ring: Ring) -> str:
    # Written of the ring alone: MolFragmentToSmiles looks at the hydrogens that substituents leave, and so has several
    # spellings of one ring. Cached, since a search sees the same rings again and again.
    mol, (atoms, bonds) = RWMol(), ring
    for number, charge, aromatic in atoms:
        atom = Chem.Atom(number)
        atom.SetFormalCharge(charge)
        atom.SetIsAromatic(aromatic)
        mol.AddAtom(atom)
    for one, other, order in bonds:
        mol.AddBond(one, other, order)
    mol.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(mol)
    return Chem.MolToSmiles(mol)


@cache
def _counts() -> dict[str, int]:
    path = files("pharmakon.chem") / "tables" / "ring_systems.csv"
    with path.open(encoding="utf-8") as stream:
        return {row["ring_system"]: int(row["count"]) for row in csv.DictReader(stream)}
