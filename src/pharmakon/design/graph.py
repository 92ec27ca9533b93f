"""Molecular graphs to cut and edit: what may come out, and how it is made a molecule again."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from numpy.random import Generator
from rdkit import Chem
from rdkit.Chem import Atom, Bond, BondType, Mol, RWMol

Operator = Callable[[Mol, Mol, Generator], Mol | None]
T = TypeVar("T")

MAX_VALENCE = {"B": 3, "C": 4, "N": 3, "O": 2, "F": 1, "P": 5, "S": 6, "Cl": 1, "Br": 1, "I": 1}
CAN_BE_CHARGED = {"N", "O", "S"}
_BRACKET = re.compile(r"\[\d*([A-Z][a-z]?|[a-z]{1,2})@{0,2}(?:H\d?)?([+-]\d*)?\]")
_ORGANIC = re.compile(r"Cl|Br|[BCNOPSFIbcnops](?![^\[]*\])")
SINGLE, DOUBLE, TRIPLE = BondType.SINGLE, BondType.DOUBLE, BondType.TRIPLE
ORDERS = {1: SINGLE, 2: DOUBLE, 3: TRIPLE}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may be at all; taste and objectives come later."""

    min_atoms: int = 8
    max_atoms: int = 60
    max_charge: int = 1
    elements: frozenset[str] = frozenset(MAX_VALENCE)

    def allow(self, mol: Mol, smiles: str) -> bool:
        """Whether size, elements and charge are inside the limits. They are read off the SMILES: ten times faster."""
        if not self.min_atoms <= mol.GetNumHeavyAtoms() <= self.max_atoms:
            return False
        total = 0
        found = set(_ORGANIC.findall(smiles))
        for symbol, charge in _BRACKET.findall(smiles):
            found.add(symbol)
            if charge:
                if symbol.upper() not in CAN_BE_CHARGED:
                    return False
                total += int(charge[1:] or 1) * (1 if charge[0] == "+" else -1)
        return abs(total) <= self.max_charge and self.elements.issuperset(s.capitalize() for s in found)


def flat(smiles: str) -> Mol | None:
    """A molecule without stereo or atom maps, or None where the text is not one connected molecule."""
    mol = Chem.MolFromSmiles(smiles)
    if mol is None or not mol.GetNumAtoms() or len(Chem.GetMolFrags(mol)) > 1:
        return None
    Chem.RemoveStereochemistry(mol)
    for atom in atoms_of(mol) if ":" in smiles else ():
        atom.SetAtomMapNum(0)
    return mol


def atoms_of(mol: Mol) -> Iterator[Atom]:
    """The atoms by index.

    RDKit's own iterator asks for their number three times for each, and a search is made of such loops.
    """
    return map(mol.GetAtomWithIdx, range(mol.GetNumAtoms()))


def bonds_of(mol: Mol) -> Iterator[Bond]:
    """The bonds by index."""
    return map(mol.GetBondWithIdx, range(mol.GetNumBonds()))


def finish(edited: RWMol) -> Mol | None:
    """Sanitise an edited graph; None where it is no molecule or has come apart."""
    mol = edited.GetMol()
    if Chem.SanitizeMol(mol, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return None
    return mol if len(Chem.GetMolFrags(mol)) == 1 else None


def pick(items: Sequence[T], random: Generator) -> T:
    """One item, uniformly."""
    return items[int(random.random() * len(items))]


def weighted(items: Sequence[T], cumulative: Sequence[float], random: Generator) -> T:
    """One item, by cumulative weights."""
    return items[min(bisect(cumulative, random.random() * cumulative[-1]), len(items) - 1)]


@lru_cache(maxsize=2048)
def kekule(mol: Mol) -> Mol:
    """The Kekulé form with hydrogens left implicit: what the edits start from. Cached: parents are used many times."""
    editable = RWMol(mol)
    Chem.Kekulize(editable, clearAromaticFlags=True)
    for atom in atoms_of(editable):
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)
    editable.UpdatePropertyCache(strict=False)
    prepared: Mol = editable.GetMol()
    return prepared


@lru_cache(maxsize=2048)
def open_atoms(mol: Mol) -> tuple[int, ...]:
    """Atoms of a Kekulé form that carry a hydrogen."""
    return tuple(a.GetIdx() for a in atoms_of(mol) if a.GetTotalNumHs() > 0)


@lru_cache(maxsize=2048)
def cuts(mol: Mol) -> tuple[tuple[int, int], ...]:
    """The acyclic single bonds, as (atom, atom): where a molecule can be taken in two."""
    return tuple(
        (b.GetBeginAtomIdx(), b.GetEndAtomIdx())
        for b in bonds_of(mol)
        if b.GetBondType() == SINGLE and not b.IsInRing()
    )


def keep_part(edited: RWMol, atom: int) -> RWMol:
    """Drop every fragment but the one that holds `atom`."""
    stay: set[int] = next(set(f) for f in Chem.GetMolFrags(edited) if atom in f)
    edited.BeginBatchEdit()
    for index in range(edited.GetNumAtoms()):
        if index not in stay:
            edited.RemoveAtom(index)
    edited.CommitBatchEdit()
    return edited
