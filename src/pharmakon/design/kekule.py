"""Kekulé SMILES: how the language model spells molecules, with double bonds where SMILES has aromatic atoms.

A text of aromatic atoms can be written whose double bonds no longer find a place, and nothing on the way shows it. In a
Kekulé text each bond stands where it is, so what may follow depends on what stands to the left.
"""

from __future__ import annotations

import re

from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.parse import to_mol
from pharmakon.core.errors import UsageError

_ATOM = re.compile(r"\[\d*([A-Za-z]*)[^\]]*\]?|Br|Cl|[A-Za-z]")


def kekulized(smiles: str) -> str:
    """The Kekulé text of a canonical SMILES, one for each molecule; what cannot be read stays as it is."""
    mol = to_mol(smiles)
    return _written(mol) if mol is not None else smiles


def kekulized_start(smiles: str) -> str:
    """The Kekulé text that molecules begin with which have a group on its last atom, `c1ccccc1C(=O)` say.

    What names no aromatic atom stays as it is, be it a molecule or not. Raises UsageError for another start that is no
    molecule, or whose text cannot end with its last atom.
    """
    if not any((found[1] or found[0])[0].islower() for found in _ATOM.finditer(smiles)):
        return smiles
    mol = to_mol(f"{smiles}*")  # an atom that holds the place where the text goes on
    if mol is not None:
        for root in range(mol.GetNumAtoms() - 1):
            if (text := _written(mol, root)).endswith("*"):
                return text[:-1]
    raise UsageError(
        f"{smiles[:60]!r} is no group that a molecule can begin with: end with the atom that bears the rest, or write "
        "its bonds, C1=CC=CC=C1 for c1ccccc1"
    )


def _written(mol: Mol, root: int = -1) -> str:
    # Not canonical: the order of atoms, that of the canonical text, decides where the double bonds are put.
    mol = Chem.Mol(mol)
    Chem.Kekulize(mol, clearAromaticFlags=True)
    return str(Chem.MolToSmiles(mol, canonical=False, rootedAtAtom=root))
