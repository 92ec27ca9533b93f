"""Substructures that stay: a SMARTS pattern, and a molecule that has it.

Every SMARTS without a choice in it is a SMILES too, to RDKit, but what its bracket atoms leave open is then missing:
`[#6]C(=O)[#7]` is a radical. So a text that reads as one is taken for the pattern that it is.
"""

from __future__ import annotations

from collections.abc import Collection

from rdkit import Chem, rdBase
from rdkit.Chem import BondType, Mol

from pharmakon.core.errors import ConfigError
from pharmakon.design.graph import DOUBLE, SINGLE, TRIPLE, atoms_of, bonds_of, finish, flat

FILLS = 3
"""Hydrogens of an atom at most that give way to methyls, where a pattern wants fewer of them."""


def written(text: str) -> Mol | None:
    """The molecule that a text is the SMILES of; None of one that leaves an atom or a bond open."""
    with rdBase.BlockLogs():
        mol = flat(text)
    if mol is None or any(not atom.GetAtomicNum() or atom.GetNumRadicalElectrons() for atom in atoms_of(mol)):
        return None
    return None if any(bond.HasQuery() for bond in bonds_of(mol)) else mol


def as_smarts(text: str) -> str:
    """A pattern as it was meant: a SMILES that as SMARTS does not match itself, such as a Kekulé form, is rewritten.

    "" of a text that is neither.
    """
    with rdBase.BlockLogs():
        pattern, mol = Chem.MolFromSmarts(text), written(text)
    if mol is not None and (pattern is None or not mol.HasSubstructMatch(pattern)):
        return Chem.MolToSmiles(mol)
    return text if pattern is not None else ""


def example(smarts: str) -> str:
    """A molecule that has a pattern, as SMILES: the pattern itself where it is one; "" where none can be drawn."""
    pattern = Chem.MolFromSmarts(smarts)
    whole = written(smarts)
    mol = whole if whole is not None and whole.HasSubstructMatch(pattern) else drawn(pattern)
    return Chem.MolToSmiles(mol) if mol is not None else ""


def drawn(pattern: Mol) -> Mol | None:
    """A molecule with the first element and bond that each part of a pattern names, hydrogens as they come.

    Where an aromatic ring needs a hydrogen on a nitrogen that the pattern leaves open, it is given one. None where
    the molecule does not have the pattern after all.
    """
    bare = _bare(pattern)
    nitrogens = [a.GetIdx() for a in bare.GetAtoms() if a.GetIsAromatic() and a.GetAtomicNum() == 7]
    with rdBase.BlockLogs():
        for place in (None, *nitrogens):
            edited = Chem.RWMol(bare)
            if place is not None:
                edited.GetAtomWithIdx(place).SetNumExplicitHs(1)
            mol = _filled(finish(edited), pattern)
            if mol is not None and mol.HasSubstructMatch(pattern):
                return mol
    return None


def refuse_elements(smarts: str, *, allowed: Collection[str] | None = None) -> None:
    """ConfigError where a pattern names an element that is not among the `allowed` ones.

    Without these, one that has no ordinary valence: nothing can be built on it.
    """
    table = Chem.GetPeriodicTable()
    for number in sorted({atom.GetAtomicNum() for atom in Chem.MolFromSmarts(smarts).GetAtoms()} - {0}):
        symbol = table.GetElementSymbol(number)
        if number == 1:
            raise ConfigError(f"{smarts!r} has a hydrogen as an atom of its own; write it as a count, such as [NH]")
        if table.GetDefaultValence(number) < 1 if allowed is None else symbol not in allowed:
            raise ConfigError(f"{smarts!r} asks for {symbol}, an element that the search cannot make molecules of")


def _bare(pattern: Mol) -> Mol:
    Chem.FastFindRings(pattern)
    edited = Chem.RWMol()
    for atom in pattern.GetAtoms():
        new = Chem.Atom(atom.GetAtomicNum() or 6)
        new.SetFormalCharge(atom.GetFormalCharge())
        new.SetIsAromatic(atom.GetIsAromatic())
        edited.AddAtom(new)
    for bond in pattern.GetBonds():
        ends = bond.GetBeginAtom(), bond.GetEndAtom()
        aromatic = bond.IsInRing() and all(atom.GetIsAromatic() for atom in ends)
        order = bond.GetBondType() if bond.GetBondType() in (DOUBLE, TRIPLE) else SINGLE
        edited.AddBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), BondType.AROMATIC if aromatic else order)
    return edited.GetMol()


def _filled(mol: Mol | None, pattern: Mol) -> Mol | None:
    """The molecule with methyls in place of hydrogens on the atoms that are not yet what the pattern wants."""
    for _ in range(FILLS):
        if mol is None or mol.HasSubstructMatch(pattern):
            break
        edited = Chem.RWMol(mol)
        for atom in pattern.GetAtoms():
            place = edited.GetAtomWithIdx(atom.GetIdx())
            if not atom.Match(mol.GetAtomWithIdx(atom.GetIdx())) and place.GetTotalNumHs():
                place.SetNumExplicitHs(max(0, place.GetNumExplicitHs() - 1))
                edited.AddBond(place.GetIdx(), edited.AddAtom(Chem.Atom(6)), SINGLE)
        mol = finish(edited)
    return mol
