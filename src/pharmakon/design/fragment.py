"""Molecules as ring systems, linkers and substituents: a vocabulary, and exchange of parts.

A molecule is cut at every acyclic single bond that touches a ring, and nowhere else: a piece is a whole ring system
with its exocyclic double bonds, an acyclic linker (two open ends or more) or a substituent (one). Which ends may be
joined is counted, not decreed: tables/joins.csv holds how often each pair of ends meets in drug-like molecules. That is
the idea of BRICS (Degen 2008) and CReM (Polishchuk 2020), its rules read off data by recipes/design_vocabulary.py.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

from numpy.random import Generator
from rdkit import Chem
from rdkit.Chem import Mol, RWMol

from pharmakon.design.graph import SINGLE, Operator, atoms_of, cuts, finish, keep_part, open_atoms, pick, weighted

RARE = 0.2
"""A join seen less often than this part of what its ends' frequencies would give is not made.

At 0.2 biaryls are made; acyl azoles, hydrazines and aminals are not."""


def kind(atom: Chem.Atom, *, across: int = -1) -> str:
    """What an open end is: aromatic "c" "n", acyl "C=", amide "Na", sulfonyl "So", chain "C3", ring "Cr" ...

    An "x" marks a carbon beside a hetero-atom, where another makes an aminal or acetal. `across` is the neighbour on
    the other side of the cut, which must not matter.
    """
    symbol: str = atom.GetSymbol()
    if atom.GetIsAromatic():
        return symbol.lower()
    bonds = [b for b in atom.GetBonds() if b.GetOtherAtomIdx(atom.GetIdx()) != across]
    partners = {
        (b.GetBondTypeAsDouble(), b.GetOtherAtom(atom).GetAtomicNum()) for b in bonds if b.GetBondTypeAsDouble() > 1
    }
    if atom.GetFormalCharge() > 0:
        return symbol + "+"
    if symbol == "C":
        if (2.0, 8) in partners or (2.0, 16) in partners or (2.0, 7) in partners:
            return "C="
        if partners:
            return "C#" if any(order == 3 for order, _ in partners) else "Cv"
        ring = "r" if atom.IsInRing() else "3"
        hetero = any(b.GetOtherAtom(atom).GetAtomicNum() != 6 for b in bonds)
        return "C" + ring + ("x" if hetero else "")
    if symbol == "S":
        return "So" if (2.0, 8) in partners else "S"
    if symbol in ("N", "O"):
        if any(_withdraws(b.GetOtherAtom(atom)) for b in bonds):
            return symbol + "a"
        if partners:
            return symbol + "="
        return symbol + ("r" if atom.IsInRing() else "3")
    return symbol


def _withdraws(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() in (6, 16) and any(
        b.GetBondTypeAsDouble() == 2 and b.GetOtherAtom(atom).GetAtomicNum() in (8, 16) for b in atom.GetBonds()
    )


@lru_cache(maxsize=2048)
def ring_cuts(mol: Mol) -> tuple[tuple[int, int], ...]:
    """The acyclic single bonds that touch a ring."""
    atoms = mol.GetAtomWithIdx
    return tuple((a, b) for a, b in cuts(mol) if atoms(a).IsInRing() or atoms(b).IsInRing())


class Piece(NamedTuple):
    """A part of a molecule, by its atoms, and the cut bonds around it as (inside, outside)."""

    atoms: frozenset[int]
    ends: tuple[tuple[int, int], ...]
    ring: bool


@lru_cache(maxsize=2048)
def pieces(mol: Mol) -> tuple[Piece, ...]:
    """The ring systems, linkers and substituents of a molecule."""
    bonds = ring_cuts(mol)
    edited = RWMol(mol)
    for begin, end in bonds:
        edited.RemoveBond(begin, end)
    found = []
    for members in Chem.GetMolFrags(edited):
        inside = frozenset(members)
        ends = [(a, b) if a in inside else (b, a) for a, b in bonds if (a in inside) != (b in inside)]
        found.append(Piece(inside, tuple(ends), any(mol.GetAtomWithIdx(i).IsInRing() for i in members)))
    return tuple(found)


def extract(mol: Mol, piece: Piece) -> str:
    """A piece as canonical SMILES with `*` at its open ends; "" where it cannot be read back."""
    edited = RWMol(mol)
    for inside, outside in piece.ends:
        edited.RemoveBond(inside, outside)
        edited.AddBond(inside, edited.AddAtom(Chem.Atom(0)), SINGLE)
    edited.BeginBatchEdit()
    for atom in range(mol.GetNumAtoms()):
        if atom not in piece.atoms:
            edited.RemoveAtom(atom)
    edited.CommitBatchEdit()
    done = finish(edited)
    return Chem.MolToSmiles(done) if done is not None else ""


# ---------------------------------------------------------------- the vocabulary


class Fragment(NamedTuple):
    """A vocabulary entry: a molecule without its `*` atoms, and where they stood."""

    smiles: str
    mol: Mol
    ends: tuple[int, ...]
    kinds: tuple[str, ...]


def fragment(smiles: str) -> Fragment:
    """Read "*c1ccc(*)cc1"; the open ends are the atoms beside each `*`."""
    whole = Chem.MolFromSmiles(smiles)
    stars = [a for a in atoms_of(whole) if a.GetAtomicNum() == 0]
    beside = [star.GetNeighbors()[0] for star in stars]
    kinds = tuple(kind(a, across=star.GetIdx()) for a, star in zip(beside, stars, strict=True))
    edited = RWMol(whole)
    for atom in beside:
        atom_ = edited.GetAtomWithIdx(atom.GetIdx())
        atom_.SetIntProp("end", atom_.GetIntProp("end") + 1 if atom_.HasProp("end") else 1)
        atom_.SetNoImplicit(False)
    edited.BeginBatchEdit()
    for star in stars:
        edited.RemoveAtom(star.GetIdx())
    edited.CommitBatchEdit()
    shift = [a.GetIdx() - sum(s.GetIdx() < a.GetIdx() for s in stars) for a in beside]
    return Fragment(smiles, edited.GetMol(), tuple(shift), kinds)


class Vocabulary(NamedTuple):
    """Fragments of one sort with cumulative weights."""

    fragments: tuple[Fragment, ...]
    cumulative: tuple[float, ...]

    def draw(self, random: Generator) -> Fragment:
        """One fragment, common ones more often."""
        return weighted(self.fragments, self.cumulative, random)

    def fitting(self, kinds: Sequence[str], random: Generator) -> Fragment | None:
        """One whose ends, in order, may be joined to ends of these kinds; None when a dozen draws do not give it."""
        for _ in range(12):
            drawn = self.draw(random)
            if all(joinable(one, two) for one, two in zip(kinds, drawn.kinds, strict=False)):
                return drawn
        return None


def _rows(name: str) -> list[dict[str, str]]:
    with (files("pharmakon.design") / "tables" / name).open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


@lru_cache(maxsize=16)
def vocabulary(sort: str, ends: int, *, power: float = 0.5) -> Vocabulary:
    """The "rings", "linkers" or "substituents" with that many open ends, weighed by a power of how common they are."""
    chosen = [r for r in _rows(f"{sort}.csv") if int(r["ends"]) == ends]
    return Vocabulary(
        tuple(fragment(r["smiles"]) for r in chosen),
        tuple(accumulate(int(r["count"]) ** power for r in chosen)),
    )


@lru_cache(maxsize=1)
def _joins() -> dict[frozenset[str], float]:
    """How much more often than by chance two kinds of ends meet."""
    counts = {frozenset((r["one"], r["two"])): int(r["count"]) for r in _rows("joins.csv")}
    total = sum(counts.values())
    ends: dict[str, float] = {}
    for pair, count in counts.items():
        for name in pair:
            ends[name] = ends.get(name, 0.0) + count * (2 / len(pair)) / (2 * total)
    chance = {pair: _product([ends[k] for k in pair]) * (2 if len(pair) == 2 else 1) for pair in counts}
    return {pair: count / total / chance[pair] for pair, count in counts.items()}


def _product(values: Sequence[float]) -> float:
    return values[0] * values[-1]


def joinable(one: str, two: str) -> bool:
    """Whether drug-like molecules have this bond often enough."""
    return _joins().get(frozenset((one, two)), 0.0) >= RARE


# ---------------------------------------------------------------- exchange of parts


def swap_ring(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A ring system gives way to another with as many open ends."""
    return _swap(mol, [p for p in pieces(mol) if p.ring], "rings", random)


def swap_linker(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """What joins two rings gives way to another linker."""
    return _swap(mol, [p for p in pieces(mol) if not p.ring and len(p.ends) == 2], "linkers", random)


def swap_substituent(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A substituent gives way to another."""
    return _swap(mol, [p for p in pieces(mol) if not p.ring and len(p.ends) == 1], "substituents", random)


def add_substituent(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A substituent in place of a hydrogen."""
    return _grow(mol, vocabulary("substituents", 1), random)


def add_ring(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A ring system in place of a hydrogen."""
    return _grow(mol, vocabulary("rings", 1), random)


def insert_linker(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A linker in a bond that touches a ring."""
    if not ring_cuts(mol):
        return None
    pair = pick(ring_cuts(mol), random)
    one, two = pair if random.random() < 0.5 else pair[::-1]
    kinds = (kind(mol.GetAtomWithIdx(one), across=two), kind(mol.GetAtomWithIdx(two), across=one))
    new, shift = vocabulary("linkers", 2).fitting(kinds, random), mol.GetNumAtoms()
    if new is None:
        return None
    edited = RWMol(Chem.CombineMols(mol, new.mol))
    edited.RemoveBond(one, two)
    edited.AddBond(one, new.ends[0] + shift, SINGLE)
    edited.AddBond(two, new.ends[1] + shift, SINGLE)
    return finish(edited)


def transplant(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A part gives way to one of the mate's with as many open ends."""
    mine = [p for p in pieces(mol) if 1 <= len(p.ends) <= 3]
    if not mine:
        return None
    piece = pick(mine, random)
    theirs = [p for p in pieces(mate) if len(p.ends) == len(piece.ends)]
    if not theirs or not (smiles := extract(mate, pick(theirs, random))):
        return None
    new = _read(smiles)
    ends = [piece.ends[i] for i in random.permutation(len(piece.ends))]
    if not all(joinable(one, two) for one, two in zip(_outside(mol, ends), new.kinds, strict=True)):
        return None
    return put(mol, ends, new)


def recombine(mol: Mol, mate: Mol, random: Generator) -> Mol | None:
    """A side of a bond at a ring of each parent, joined where such a join is usual."""
    if not ring_cuts(mol) or not ring_cuts(mate):
        return None
    one, two = pick(ring_cuts(mol), random), pick(ring_cuts(mate), random)
    (stay, leave), (arrive, other) = (p if random.random() < 0.5 else p[::-1] for p in (one, two))
    if not joinable(kind(mol.GetAtomWithIdx(stay), across=leave), kind(mate.GetAtomWithIdx(arrive), across=other)):
        return None
    shift = mol.GetNumAtoms()
    edited = RWMol(Chem.CombineMols(mol, mate))
    edited.RemoveBond(stay, leave)
    edited.RemoveBond(arrive + shift, other + shift)
    edited.AddBond(stay, arrive + shift, SINGLE)
    return finish(keep_part(edited, stay))


MUTATIONS: dict[str, Operator] = {
    "swap_ring": swap_ring,
    "swap_linker": swap_linker,
    "swap_substituent": swap_substituent,
    "add_substituent": add_substituent,
    "add_ring": add_ring,
    "insert_linker": insert_linker,
}
CROSSOVERS: dict[str, Operator] = {"transplant": transplant, "recombine": recombine}
OPERATORS: dict[str, Operator] = MUTATIONS | CROSSOVERS

_read = lru_cache(maxsize=2048)(fragment)


def _swap(mol: Mol, candidates: Sequence[Piece], sort: str, random: Generator) -> Mol | None:
    candidates = [p for p in candidates if 1 <= len(p.ends) <= 3]
    if not candidates:
        return None
    piece = pick(candidates, random)
    ends = [piece.ends[i] for i in random.permutation(len(piece.ends))]
    new = vocabulary(sort, len(ends)).fitting(_outside(mol, ends), random)
    return put(mol, ends, new) if new is not None else None


def _outside(mol: Mol, ends: Sequence[tuple[int, int]]) -> list[str]:
    """The kinds of the atoms that a piece's ends hang on."""
    return [kind(mol.GetAtomWithIdx(outside), across=inside) for inside, outside in ends]


def put(mol: Mol, ends: Sequence[tuple[int, int]], new: Fragment) -> Mol | None:
    """Put `new` where the piece with these ends was, the ends in order."""
    shift = mol.GetNumAtoms()
    edited = RWMol(Chem.CombineMols(mol, new.mol))
    for (inside, outside), end in zip(ends, new.ends, strict=True):
        edited.RemoveBond(inside, outside)
        edited.AddBond(outside, end + shift, SINGLE)
    return finish(keep_part(edited, new.ends[0] + shift))


def _grow(mol: Mol, source: Vocabulary, random: Generator) -> Mol | None:
    """Hang a fragment with one open end on an atom that has a hydrogen."""
    places = open_atoms(mol)
    if not places:
        return None
    place = pick(places, random)
    new = source.fitting([kind(mol.GetAtomWithIdx(place))], random)
    return attach(mol, place, new) if new is not None else None


def attach(mol: Mol, place: int, new: Fragment) -> Mol | None:
    """Hang a fragment with one open end on an atom, for a hydrogen of it."""
    edited = RWMol(Chem.CombineMols(mol, new.mol))
    _free(edited.GetAtomWithIdx(place))
    edited.AddBond(place, new.ends[0] + mol.GetNumAtoms(), SINGLE)
    return finish(edited)


def _free(atom: Chem.Atom) -> None:
    """Take a written hydrogen (as in [nH]) away to make room for a bond."""
    if atom.GetNumExplicitHs():
        atom.SetNumExplicitHs(atom.GetNumExplicitHs() - 1)
