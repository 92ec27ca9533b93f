"""Chemical weapons and their precursors, by the treaty's own families: what is recognised is never designed.

The Chemical Weapons Convention lists families, not only compounds. tables/scheduled.toml holds a pattern for each, and
how large the groups on it may be, which no SMARTS can say: that is counted here.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rdkit import Chem
from rdkit.Chem import Mol
from rdkit.Chem.MolStandardize import rdMolStandardize

from pharmakon.core.errors import RefusedGoal

LARGEST = {"small": 3, "alkyl": 10}
"""Carbons of a group; a small one has no ring, so it is methyl, ethyl, propyl or isopropyl."""
TREATY = "Chemical Weapons Convention"
RELATED = "related"
"""The schedule, so to say, of what is in none."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An entry that a molecule belongs to: "1A(1)" and what it is; `exempt` says why a goal may name the molecule."""

    schedule: str
    name: str
    exempt: str = ""

    @property
    def words(self) -> str:
        """What it is and who says so; what only shares a reactive group is on nobody's list."""
        source = "the reactive group of nerve agents" if self.schedule == RELATED else f"{self.schedule}, {TREATY}"
        return f"{self.name} ({source})"


def scheduled(mol: Mol | None) -> list[Scheduled]:
    """The entries that a molecule, or any part of a mixture, belongs to.

    Salts, isotopes, stereo and P+-O-, P+-OH or P->O drawn for P=O do not hide it.
    """
    if mol is None:
        return []
    mol = _redrawn(mol)
    parts = [mol] if len(Chem.GetMolFrags(mol)) == 1 else Chem.GetMolFrags(mol, asMols=True)
    return [
        Scheduled(entry.schedule, entry.name, _exempt().get(_plain(part), ""))
        for part in parts
        for entry in _candidates(part)
        if entry.matches(part)
    ]


def is_scheduled(mol: Mol | None) -> bool:
    """Whether a molecule belongs to an entry, exempt or not: such a one is never designed."""
    return bool(scheduled(mol))


def refuse(smiles: str, role: str, *, exempt: bool = False) -> None:
    """RefusedGoal where a molecule that somebody gave, "as a start", is scheduled; `exempt` lets those pass."""
    for found in scheduled(Chem.MolFromSmiles(smiles)):
        if not (exempt and found.exempt):
            raise RefusedGoal(f"{smiles} {role} is refused: {found.words}")


def digest_of(smiles: str) -> str:
    """What a record may say of a withheld molecule: the SHA-256 of its SMILES."""
    return hashlib.sha256(smiles.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Entry:
    schedule: str
    name: str
    query: Mol
    groups: dict[int, str]
    """What the query's atoms of these indices begin."""
    part: bool
    marked: bool
    """Whether the query has phosphorus or arsenic."""
    fewest: int
    most: int
    """Heavy atoms of a molecule that can match."""

    def matches(self, mol: Mol) -> bool:
        """Whether the query is there with groups of the right size, and, unless a part will do, nothing else."""
        return any(self._fits(mol, match) for match in mol.GetSubstructMatches(self.query, uniquify=False))

    def _fits(self, mol: Mol, match: tuple[int, ...]) -> bool:
        seen = set(match)
        for place, size in self.groups.items():
            group = _group(mol, match[place], set(match))
            if group is None or len(group) > LARGEST[size]:
                return False
            if size == "small" and any(mol.GetAtomWithIdx(i).IsInRing() for i in group):
                return False
            seen |= group
        return self.part or len(seen) == mol.GetNumHeavyAtoms()


def _group(mol: Mol, first: int, core: set[int]) -> set[int] | None:
    """The saturated hydrocarbon that begins with an atom of the core and leaves it; None where it is anything else."""
    group, waiting = {first}, [first]
    while waiting:
        atom = mol.GetAtomWithIdx(waiting.pop())
        if atom.GetAtomicNum() != 6:
            return None
        for bond in atom.GetBonds():
            other = bond.GetOtherAtomIdx(atom.GetIdx())
            if mol.GetAtomWithIdx(other).GetAtomicNum() == 1:  # written out: an isotope
                continue
            if other in core:
                if atom.GetIdx() != first and other != first:
                    return None
            elif bond.GetBondType() != Chem.BondType.SINGLE:
                return None
            elif other not in group:
                group.add(other)
                waiting.append(other)
    return group


def _candidates(mol: Mol) -> Iterator[_Entry]:
    """The entries worth a search: for nearly every molecule none, or few."""
    heavy, marked = mol.GetNumHeavyAtoms(), mol.HasSubstructMatch(_MARKED)
    return (e for e in _entries() if e.fewest <= heavy <= e.most and (marked or not e.marked))


_MARKED = Chem.MolFromSmarts("[#15,#33]")
_APART = Chem.MolFromSmarts("[#15,#16;+]-[#8,#16;D1;$([-]),$([+0;!H0])]")
_DATIVE = Chem.MolFromSmarts("[#15,#16]->[#8,#16;D1]")


def _redrawn(mol: Mol) -> Mol:
    """The molecule with the other ways to draw a double bond to phosphorus or sulfur drawn as one."""
    apart = mol.GetSubstructMatches(_APART) + mol.GetSubstructMatches(_DATIVE)
    if not apart:
        return mol
    edited = Chem.RWMol(mol)
    for one, two in apart:
        bond, pair = edited.GetBondBetweenAtoms(one, two), (edited.GetAtomWithIdx(one), edited.GetAtomWithIdx(two))
        if pair[0].GetFormalCharge() == 1 or bond.GetBondType() == Chem.BondType.DATIVE:
            bond.SetBondType(Chem.BondType.DOUBLE)
            for atom in pair:
                atom.SetFormalCharge(0)
            pair[1].SetNumExplicitHs(0)  # of P+-OH
    return edited.GetMol() if Chem.SanitizeMol(edited, catchErrors=True) == Chem.SanitizeFlags.SANITIZE_NONE else mol


@cache
def _table() -> dict[str, Any]:
    text = files("pharmakon.chem") / "tables" / "scheduled.toml"
    return tomllib.loads(text.read_text(encoding="utf-8"))


@cache
def _entries() -> list[_Entry]:
    found = []
    for row in _table()["entry"]:
        sizes = {int(number): size for number, size in row.get("groups", {}).items()}
        for smarts in row["smarts"]:
            query = Chem.MolFromSmarts(smarts)
            numbers = {a.GetIdx(): a.GetAtomMapNum() for a in query.GetAtoms() if a.GetAtomMapNum()}
            groups = {index: sizes[number] for index, number in numbers.items()}
            fewest = query.GetNumAtoms()
            most = 10_000 if row.get("part") else fewest + sum(LARGEST[size] - 1 for size in groups.values())
            marked = any(a.GetAtomicNum() in (15, 33) for a in query.GetAtoms())
            found.append(
                _Entry(row["schedule"], row["name"], query, groups, bool(row.get("part")), marked, fewest, most)
            )
    return found


@cache
def _exempt() -> dict[str, str]:
    """Why, by plain SMILES."""
    return {_plain(Chem.MolFromSmiles(row["smiles"])): row["why"] for row in _table()["exempt"]}


def _plain(mol: Mol) -> str:
    """Canonical SMILES of the neutral molecule without isotopes and stereo."""
    plain = rdMolStandardize.Uncharger().uncharge(Chem.Mol(mol))
    for atom in plain.GetAtoms():
        atom.SetIsotope(0)
    return Chem.MolToSmiles(Chem.RemoveHs(plain), isomericSmiles=False)
