"""Rings that cannot be, or can hardly be: too large, too strained, bridged where an atom must be flat."""

from __future__ import annotations

from collections.abc import Sequence

from rdkit.Chem import BondType, Mol, rdMolDescriptors

LARGEST_RING = 8
MACROCYCLE = 12
SMALL_RING = 4
MOST_BRIDGEHEADS = 6
BREDT = 8
"""A bicycle of fewer bridging atoms than this cannot hold a double bond at a bridgehead."""


def ring_problems(mol: Mol, *, macrocycles: bool = False) -> list[str]:
    """What is wrong with the rings of a molecule, in words. `macrocycles` allows rings of 12 atoms or more."""
    info = mol.GetRingInfo()
    sizes = [len(ring) for ring in info.AtomRings()]
    found = []
    if any(size > LARGEST_RING and not (macrocycles and size >= MACROCYCLE) for size in sizes):
        found.append(f"ring of more than {LARGEST_RING} atoms")
    if len(sizes) < 2:
        return found
    if sum(size <= SMALL_RING for size in sizes) > 1 and _strained(mol):
        found.append("strained small rings")
    bridgeheads: list[int] = []
    rdMolDescriptors.CalcNumBridgeheadAtoms(mol, atoms=bridgeheads)  # type: ignore[arg-type]  # wrong in the stubs
    if len(bridgeheads) > MOST_BRIDGEHEADS:
        found.append("cage")
    if any(_is_flat(mol, atom) and _is_bent(atom, info.AtomRings()) for atom in bridgeheads):
        found.append("double bond at a bridgehead")
    return found


def _strained(mol: Mol) -> bool:
    """Small rings that share atoms: a pair with a three-ring in it, or three of them in one system.

    Spiro[3.3]heptane, spiro[2.3]hexane and bicyclo[1.1.1]pentane, which chemists do use, pass.
    """
    info = mol.GetRingInfo()
    small = [
        (set(atoms), bonds)
        for atoms, bonds in zip(info.AtomRings(), info.BondRings(), strict=True)
        if len(atoms) <= SMALL_RING
    ]
    for i, (one, _) in enumerate(small):
        for other, _ in small[:i]:
            shared, sizes = len(one & other), {len(one), len(other)}
            if shared and (sizes == {3} or (3 in sizes and shared > 1)):
                return True
    return _most_independent(mol, {bond for _, bonds in small for bond in bonds}) > 2


def _most_independent(mol: Mol, bonds: set[int]) -> int:
    """The largest number of independent rings (bonds - atoms + 1) in one connected piece of the ring bonds."""
    ends = {b: (mol.GetBondWithIdx(b).GetBeginAtomIdx(), mol.GetBondWithIdx(b).GetEndAtomIdx()) for b in bonds}
    most, left = 0, set(bonds)
    while left:
        first = left.pop()
        atoms, inside = set(ends[first]), {first}
        while touching := {b for b in left if atoms.intersection(ends[b])}:
            left -= touching
            inside |= touching
            atoms.update(*(ends[b] for b in touching))
        most = max(most, len(inside) - len(atoms) + 1)
    return most


def _is_flat(mol: Mol, atom: int) -> bool:
    bonds = mol.GetAtomWithIdx(atom).GetBonds()
    return any(bond.GetIsAromatic() or bond.GetBondType() == BondType.DOUBLE for bond in bonds if bond.IsInRing())


def _is_bent(atom: int, rings: Sequence[Sequence[int]]) -> bool:
    """Whether two rings through the atom share a bridge (three atoms or more) and are small together."""
    mine = [set(ring) for ring in rings if atom in ring]
    return any(
        len(one & other) > 2 and len(one | other) - 2 < BREDT for i, one in enumerate(mine) for other in mine[:i]
    )
