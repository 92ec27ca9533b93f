"""What an edit did to a molecule: which of its atoms are gone, altered or have something new on them."""

from __future__ import annotations

from dataclasses import dataclass

from rdkit import Chem
from rdkit.Chem import Mol

ORIGIN = "_origin"
"""The property that says which atom of the start an atom is; new atoms lack it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Atoms by index, all of the start but `added`, which are the product's.

    `altered` have another element or charge, or another bond among the atoms that stay; `attached` only other hydrogens
    or neighbours. `swapped` counts the altered that are another element.
    """

    removed: frozenset[int]
    altered: frozenset[int]
    attached: frozenset[int]
    added: frozenset[int]
    swapped: int = 0

    @property
    def core(self) -> frozenset[int]:
        """Atoms of the start that are no longer what they were, whatever hangs on them."""
        return self.removed | self.altered

    @property
    def touched(self) -> frozenset[int]:
        """Every atom of the start that the edit has to do with."""
        return self.core | self.attached

    @property
    def n_atoms(self) -> int:
        """Heavy atoms removed, added or made another element; a bond alone counts as one."""
        return max(len(self.removed) + len(self.added) + self.swapped, 1 if self.touched else 0)


def marked(mol: Mol) -> Mol:
    """A copy whose atoms carry where they are."""
    copy = Chem.Mol(mol)
    for atom in copy.GetAtoms():
        atom.SetIntProp(ORIGIN, atom.GetIdx())
    return copy


def label(atom: Chem.Atom) -> str:
    """An atom in words: "C7" by its place in the start, counted from 1, or "the new C"."""
    symbol = str(atom.GetSymbol())
    return f"{symbol}{atom.GetIntProp(ORIGIN) + 1}" if atom.HasProp(ORIGIN) else f"the new {symbol}"


def difference(start: Mol, product: Mol) -> Difference:
    """Between a molecule and one that was made of it; atoms of both carry ORIGIN."""
    now = {a.GetIntProp(ORIGIN): a for a in product.GetAtoms() if a.HasProp(ORIGIN)}
    removed = frozenset(i for i in range(start.GetNumAtoms()) if i not in now)
    altered, swapped = set(), 0
    attached = set()
    for i, new in now.items():
        old = start.GetAtomWithIdx(i)
        if old.GetAtomicNum() != new.GetAtomicNum():
            swapped += 1
            altered.add(i)
        elif old.GetFormalCharge() != new.GetFormalCharge():
            altered.add(i)
        elif old.GetTotalNumHs() != new.GetTotalNumHs() or old.GetDegree() != new.GetDegree():
            attached.add(i)
    before, after = _bonds(start, now), _bonds(product, now)
    for pair in before.keys() | after.keys():
        if before.get(pair) != after.get(pair):
            altered.update(pair)
    for i in removed:  # what hung on an atom that is gone
        attached.update(n.GetIdx() for n in start.GetAtomWithIdx(i).GetNeighbors() if n.GetIdx() in now)
    added = [a.GetIdx() for a in product.GetAtoms() if not a.HasProp(ORIGIN)]
    for i in added:
        beside = (n for n in product.GetAtomWithIdx(i).GetNeighbors() if n.HasProp(ORIGIN))
        attached.update(n.GetIntProp(ORIGIN) for n in beside)
    return Difference(removed, frozenset(altered), frozenset(attached - altered), frozenset(added), swapped)


def _bonds(mol: Mol, staying: object) -> dict[tuple[int, int], Chem.BondType]:
    """The bonds between atoms that stay, by where their ends came from."""
    found = {}
    for bond in mol.GetBonds():
        ends = bond.GetBeginAtom(), bond.GetEndAtom()
        if all(a.HasProp(ORIGIN) for a in ends):
            i, j = sorted(a.GetIntProp(ORIGIN) for a in ends)
            if i in staying and j in staying:  # type: ignore[operator]
                found[i, j] = bond.GetBondType()
    return found
