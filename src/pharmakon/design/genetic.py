"""Edits of a molecular graph: atoms, bonds, rings, and crossing two molecules.

Every operator takes (molecule, mate, random) and returns a sanitised, connected child, or None when the edit does not
apply or makes no molecule; a mutation ignores the mate. Children are flat (no stereo). Edits are made on the Kekulé
form with free hydrogens, so any valence that can be filled is filled. Jensen, Chem. Sci. 10, 3567 (2019).
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate

from numpy.random import Generator
from rdkit import Chem
from rdkit.Chem import Mol, RWMol

from pharmakon.design.graph import (
    DOUBLE,
    MAX_VALENCE,
    ORDERS,
    SINGLE,
    Operator,
    atoms_of,
    bonds_of,
    cuts,
    finish,
    keep_part,
    kekule,
    open_atoms,
    pick,
    weighted,
)


@lru_cache(maxsize=1)
def _elements() -> dict[int, tuple[list[str], list[float]]]:
    """For each number of bonds used: the elements that stand there, with cumulative weights.

    The square root of the counts keeps rare elements rare but within reach of the search.
    """
    weights: dict[int, dict[str, float]] = {}
    with (files("pharmakon.design") / "tables" / "elements.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            weights.setdefault(int(row["bonds"]), {})[row["element"]] = float(row["count"]) ** 0.5
    return {n: (list(w), list(accumulate(w.values()))) for n, w in weights.items()}


def element(bonds: int, random: Generator) -> str:
    """An element for a place that uses `bonds` valences, as often as drug-like molecules have it there."""
    names, cumulative = _elements()[min(max(bonds, 1), 4)]
    return weighted(names, cumulative, random)


def _used(atom: Chem.Atom) -> int:
    return round(sum(float(b.GetBondTypeAsDouble()) for b in atom.GetBonds()))


def _side(mol: Mol, begin: int, end: int) -> set[int]:
    """The atoms on the `end` side of an acyclic bond."""
    edited = RWMol(mol)
    edited.RemoveBond(begin, end)
    return next(set(f) for f in Chem.GetMolFrags(edited) if end in f)


# ---------------------------------------------------------------- atoms


def swap_atom(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """Another element in an atom's place."""
    edited = RWMol(kekule(mol))
    atom = edited.GetAtomWithIdx(int(random.random() * edited.GetNumAtoms()))
    new = element(_used(atom), random)
    if new == atom.GetSymbol() or MAX_VALENCE[new] < _used(atom):
        return None
    atom.SetAtomicNum(Chem.GetPeriodicTable().GetAtomicNumber(new))
    atom.SetFormalCharge(0)
    return finish(edited)


def rare_atom(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """Any other element in an atom's place, the rarest as often as carbon."""
    edited = RWMol(kekule(mol))
    atom = edited.GetAtomWithIdx(int(random.random() * edited.GetNumAtoms()))
    fitting = [name for name, most in MAX_VALENCE.items() if most >= _used(atom) and name != atom.GetSymbol()]
    if not fitting:
        return None
    atom.SetNoImplicit(False)
    atom.SetNumExplicitHs(0)
    atom.SetAtomicNum(Chem.GetPeriodicTable().GetAtomicNumber(pick(fitting, random)))
    atom.SetFormalCharge(0)
    return finish(edited)


def exchange_atoms(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """Two atoms of different elements change places: the formula all but stays."""
    edited = RWMol(kekule(mol))
    atoms = list(atoms_of(edited))
    first = pick(atoms, random)
    others = [a for a in atoms if a.GetAtomicNum() != first.GetAtomicNum()]
    if not others:
        return None
    second = pick(others, random)
    one, two = (first.GetAtomicNum(), first.GetFormalCharge()), (second.GetAtomicNum(), second.GetFormalCharge())
    for atom, (number, charge) in ((first, two), (second, one)):
        atom.SetAtomicNum(number)
        atom.SetFormalCharge(charge)
    return finish(edited)


def add_atom(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A new end atom in place of one hydrogen, or of two (as =O, =C, ...)."""
    prepared = kekule(mol)
    places = open_atoms(prepared)
    if not places:
        return None
    place = pick(places, random)
    order = 2 if prepared.GetAtomWithIdx(place).GetTotalNumHs() > 1 and random.random() < 0.15 else 1
    edited = RWMol(prepared)
    new = edited.AddAtom(Chem.Atom(element(order, random)))
    edited.AddBond(place, new, ORDERS[order])
    return finish(edited)


def insert_atom(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """An atom in the middle of a single bond: a longer chain or a larger ring."""
    edited = RWMol(kekule(mol))
    bonds = [b for b in bonds_of(edited) if b.GetBondType() == SINGLE]
    if not bonds:
        return None
    bond = pick(bonds, random)
    begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
    edited.RemoveBond(begin, end)
    new = edited.AddAtom(Chem.Atom(element(2, random)))
    edited.AddBond(begin, new, SINGLE)
    edited.AddBond(new, end, SINGLE)
    return finish(edited)


def delete_atom(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """An end atom goes, or a middle one and its neighbours close up."""
    edited = RWMol(kekule(mol))
    atoms = [a for a in atoms_of(edited) if a.GetDegree() <= 2]
    if not atoms or edited.GetNumAtoms() < 3:
        return None
    atom = pick(atoms, random)
    around = [n.GetIdx() for n in atom.GetNeighbors()]
    if len(around) == 2 and edited.GetBondBetweenAtoms(*around) is None:
        orders = [round(b.GetBondTypeAsDouble()) for b in atom.GetBonds()]
        edited.AddBond(around[0], around[1], ORDERS[min(orders)])
    edited.RemoveAtom(atom.GetIdx())
    return finish(edited)


# ---------------------------------------------------------------- bonds and rings


def change_bond(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """One order more, where both ends have a hydrogen, or one less."""
    edited = RWMol(kekule(mol))
    if not edited.GetNumBonds():
        return None
    bond = edited.GetBondWithIdx(int(random.random() * edited.GetNumBonds()))
    order = round(bond.GetBondTypeAsDouble())
    room = min(bond.GetBeginAtom().GetTotalNumHs(), bond.GetEndAtom().GetTotalNumHs())
    new = order + 1 if room > 0 and (order == 1 or not bond.IsInRing()) and random.random() < 0.5 else order - 1
    if new not in ORDERS:
        return None
    bond.SetBondType(ORDERS[new])
    return finish(edited)


def switch_ring(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A ring's bonds all single, or alternately double: out of aromaticity, or into it."""
    edited = RWMol(kekule(mol))
    rings = [r for r in edited.GetRingInfo().BondRings() if len(r) in (5, 6)]
    if not rings:
        return None
    bonds = [edited.GetBondWithIdx(i) for i in pick(rings, random)]
    saturated = all(b.GetBondType() == SINGLE for b in bonds)
    for index, bond in enumerate(bonds):
        bond.SetBondType(DOUBLE if saturated and index % 2 and index < 6 else SINGLE)
    return finish(edited)


def close_ring(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A bond between two atoms three to five bonds apart, mostly making five- and six-rings."""
    prepared = kekule(mol)
    places = open_atoms(prepared)
    if len(places) < 2:
        return None
    first = pick(places, random)
    distance = Chem.GetDistanceMatrix(prepared)[first]
    wanted = 4 + int(random.random() < 0.6) if random.random() < 0.9 else 2 + int(random.random() < 0.3)
    ends = [i for i in places if distance[i] == wanted]
    if not ends:
        return None
    edited = RWMol(prepared)
    edited.AddBond(first, pick(ends, random), SINGLE)
    return finish(edited)


def open_ring(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A ring's single bond goes."""
    edited = RWMol(kekule(mol))
    bonds = [b for b in bonds_of(edited) if b.IsInRing() and b.GetBondType() == SINGLE]
    if not bonds:
        return None
    bond = pick(bonds, random)
    edited.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    return finish(edited)


# ---------------------------------------------------------------- arms


def move_arm(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """The smaller side of a bond moves to another place of the larger side."""
    prepared = kekule(mol)
    if not (bonds := cuts(prepared)):
        return None
    core, arm = pick(bonds, random)
    side = _side(prepared, core, arm)
    if 2 * len(side) > prepared.GetNumAtoms():
        core, arm = arm, core
        side = set(range(prepared.GetNumAtoms())) - side
    places = [i for i in open_atoms(prepared) if i not in side and i != core]
    if not places:
        return None
    edited = RWMol(prepared)
    edited.RemoveBond(core, arm)
    edited.AddBond(pick(places, random), arm, SINGLE)
    return finish(edited)


def remove_arm(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """One side of a bond goes: the smaller one."""
    prepared = kekule(mol)
    if not (bonds := cuts(prepared)):
        return None
    core, arm = pick(bonds, random)
    if 2 * len(_side(prepared, core, arm)) > prepared.GetNumAtoms():
        core, arm = arm, core
    edited = RWMol(prepared)
    edited.RemoveBond(core, arm)
    return finish(keep_part(edited, core))


# ---------------------------------------------------------------- two parents


def cross(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A side of a bond of each parent, joined."""
    left, right = kekule(mol), kekule(mate)
    if not cuts(left) or not cuts(right):
        return None
    one, two = _turned(pick(cuts(left), random), random), _turned(pick(cuts(right), random), random)
    shift = left.GetNumAtoms()
    edited = RWMol(Chem.CombineMols(left, right))
    edited.RemoveBond(*one)
    edited.RemoveBond(two[0] + shift, two[1] + shift)
    edited.AddBond(one[0], two[0] + shift, SINGLE)
    return finish(keep_part(edited, one[0]))


def cross_ring(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A ring of each parent is cut in two places, and the halves of different parents make a ring."""
    left, right = kekule(mol), kekule(mate)
    one, two = _halves(left, random), _halves(right, random)
    if one is None or two is None:
        return None
    shift = left.GetNumAtoms()
    edited = RWMol(Chem.CombineMols(left, right))
    for bonds, by in ((one, 0), (two, shift)):
        for (begin, end), _ in bonds:
            edited.RemoveBond(begin + by, end + by)
    ends = [two[0], two[1]] if random.random() < 0.5 else [two[1], two[0]]
    for ((inside, _), order), ((other, _), other_order) in zip(one, ends, strict=True):
        if edited.GetBondBetweenAtoms(inside, other + shift) is not None:
            return None
        edited.AddBond(inside, other + shift, ORDERS[min(order, other_order)])
    return finish(keep_part(edited, one[0][0][0]))


def _turned(pair: tuple[int, int], random: Generator) -> tuple[int, int]:
    return pair if random.random() < 0.5 else (pair[1], pair[0])


Cut = tuple[tuple[int, int], int]
"""A bond as (the atom that is kept, the atom that is not) and its order."""


def _halves(mol: Mol, random: Generator) -> tuple[Cut, Cut] | None:
    """Two bonds of one ring whose removal takes the molecule in exactly two."""
    info = mol.GetRingInfo()
    rings = [r for r in info.BondRings() if 5 <= len(r) <= 7]
    if not rings:
        return None
    ring = [b for b in pick(rings, random) if info.NumBondRings(b) == 1]
    if len(ring) < 2:
        return None
    first, second = (mol.GetBondWithIdx(int(i)) for i in random.choice(ring, 2, replace=False))
    edited = RWMol(mol)
    ends = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in (first, second)]
    for pair in ends:
        edited.RemoveBond(*pair)
    sides = Chem.GetMolFrags(edited)
    if len(sides) != 2:
        return None
    kept = set(pick(sides, random))
    turned = [pair if pair[0] in kept else (pair[1], pair[0]) for pair in ends]
    orders = [round(b.GetBondTypeAsDouble()) for b in (first, second)]
    return (turned[0], orders[0]), (turned[1], orders[1])


MUTATIONS: dict[str, Operator] = {
    "move_arm": move_arm,
    "remove_arm": remove_arm,
    "swap_atom": swap_atom,
    "rare_atom": rare_atom,
    "exchange_atoms": exchange_atoms,
    "add_atom": add_atom,
    "insert_atom": insert_atom,
    "delete_atom": delete_atom,
    "change_bond": change_bond,
    "switch_ring": switch_ring,
    "close_ring": close_ring,
    "open_ring": open_ring,
}
CROSSOVERS: dict[str, Operator] = {"cross": cross, "cross_ring": cross_ring}
OPERATORS: dict[str, Operator] = MUTATIONS | CROSSOVERS
