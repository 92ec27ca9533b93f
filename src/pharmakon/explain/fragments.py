"""A molecule as a chemist says it: its rings and groups by name, every atom in exactly one of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rdkit import Chem
from rdkit.Chem import Mol


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part with a name ("pyrimidine ring", "carboxylic acid"), or its SMILES where it has none. Atoms are indices."""

    name: str
    atoms: tuple[int, ...]


def fragments(mol: Mol) -> list[Fragment]:
    """Ring systems (with their =O and =S), then functional groups, then what is left, each connected piece one part.

    A name that occurs more than once is told apart by the number of its first atom, counted from 1.
    """
    found = [Fragment(_ring_name(mol, atoms), tuple(sorted(atoms))) for atoms in _ring_systems(mol)]
    free = set(range(mol.GetNumAtoms())).difference(*(part.atoms for part in found))
    for name, query in _groups():
        for match in mol.GetSubstructMatches(query):
            if free.issuperset(match):
                found.append(Fragment(name, tuple(sorted(match))))
                free.difference_update(match)
    found += [Fragment(_rest_name(mol, atoms), tuple(sorted(atoms))) for atoms in _connected(mol, free)]
    names = [part.name for part in found]
    return [
        part if names.count(part.name) == 1 else Fragment(f"{part.name} at atom {part.atoms[0] + 1}", part.atoms)
        for part in found
    ]


def _ring_systems(mol: Mol) -> list[set[int]]:
    """Rings that share an atom are one system. An atom held to a ring by a double bond belongs to it: it changes it."""
    systems: list[set[int]] = []
    for ring in mol.GetRingInfo().AtomRings():
        joined = set(ring)
        apart = []
        for other in systems:
            if other & joined:
                joined |= other
            else:
                apart.append(other)
        systems = [*apart, joined]
    inside = set().union(*systems)
    for system in systems:
        for index in list(system):
            for bond in mol.GetAtomWithIdx(index).GetBonds():
                other = bond.GetOtherAtom(mol.GetAtomWithIdx(index))
                lone = other.GetDegree() == 1 and other.GetIdx() not in inside
                if lone and bond.GetBondType() == Chem.BondType.DOUBLE:
                    system.add(other.GetIdx())
    return sorted(systems, key=min)


def _ring_name(mol: Mol, atoms: set[int]) -> str:
    text = _outline(mol, atoms)
    return _rings().get(text, f"ring {text}")


def _rest_name(mol: Mol, atoms: set[int]) -> str:
    here = [mol.GetAtomWithIdx(i) for i in atoms]
    if all(atom.GetAtomicNum() == 6 and not atom.GetIsAromatic() for atom in here):
        bonds = [mol.GetBondBetweenAtoms(i, j) for i in atoms for j in atoms if i < j]
        if all(bond is None or bond.GetBondType() == Chem.BondType.SINGLE for bond in bonds):
            return "methyl group" if len(atoms) == 1 and here[0].GetDegree() == 1 else "alkyl part"
    return f"part {_outline(mol, atoms)}"


def _outline(mol: Mol, atoms: Iterable[int]) -> str:
    """The SMILES of some atoms without what hangs on them: the same for a ring however it is substituted."""
    text = Chem.MolFragmentToSmiles(mol, sorted(atoms), isomericSmiles=False)
    return text.replace("[nH]", "n")


def _connected(mol: Mol, atoms: set[int]) -> list[set[int]]:
    pieces, left = [], set(atoms)
    while left:
        piece, edge = set(), {min(left)}
        while edge:
            piece |= edge
            reached = {n.GetIdx() for i in edge for n in mol.GetAtomWithIdx(i).GetNeighbors()}
            edge = (reached & left) - piece
        left -= piece
        pieces.append(piece)
    return pieces


@cache
def _rings() -> dict[str, str]:
    named = {}
    for row in _table("rings.csv"):
        mol = Chem.MolFromSmiles(row["smiles"])
        named[_outline(mol, range(mol.GetNumAtoms()))] = row["name"]
    return named


@cache
def _groups() -> list[tuple[str, Mol]]:
    return [(row["name"], Chem.MolFromSmarts(row["smarts"])) for row in _table("groups.csv")]


def _table(name: str) -> list[dict[str, str]]:
    text = files("pharmakon.explain").joinpath("tables", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
