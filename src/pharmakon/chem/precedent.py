"""Ring systems that chemists have made before: a new molecule on known rings is far easier to believe."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from rdkit import Chem
from rdkit.Chem import Mol


def ring_systems(mol: Mol) -> list[str]:
    """A key for each set of rings that share atoms: its atoms and bonds, without substituents and stereo."""
    return [_key(mol, tuple(sorted(atoms))) for atoms in _fused(mol)]


def unprecedented(mol: Mol, *, least: int = 20) -> list[str]:
    """The ring systems seen fewer than `least` times in the reference (`tables/ring_systems.csv` says what that is)."""
    known = _counts()
    return [key for key in ring_systems(mol) if known.get(key, 0) < least]


def _fused(mol: Mol) -> list[set[int]]:
    systems: list[set[int]] = []
    for ring in mol.GetRingInfo().AtomRings():
        touching = [system for system in systems if not system.isdisjoint(ring)]
        for system in touching:
            systems.remove(system)
        systems.append(set(ring).union(*touching))
    return systems


def _key(mol: Mol, atoms: tuple[int, ...]) -> str:
    # A nitrogen is written with its hydrogen only where it has no substituent: both are the same ring.
    return Chem.MolFragmentToSmiles(mol, atoms, isomericSmiles=False).replace("[nH]", "n")


@cache
def _counts() -> dict[str, int]:
    path = files("pharmakon.chem") / "tables" / "ring_systems.csv"
    with path.open(encoding="utf-8") as stream:
        return {row["ring_system"]: int(row["count"]) for row in csv.DictReader(stream)}
