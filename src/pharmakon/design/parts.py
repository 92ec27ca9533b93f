"""New parts for the open ends of what is kept: drawn from the vocabulary, edited where they hang, put in place.

A part is a molecule with an atom of astatine at each open end: it takes one bond and no drug has it. Its isotope is 1
for the first end, 2 for the second. An edit of a part is an edit of that molecule; one that loses an end is no edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from numpy.random import Generator
from rdkit import Chem
from rdkit.Chem import Mol, RWMol

from pharmakon.design.fragment import Fragment, Piece, Vocabulary, joinable, kind, vocabulary
from pharmakon.design.graph import SINGLE, Operator, finish, pick, weighted

CHAINS: dict[int, tuple[tuple[str, ...], ...]] = {
    1: (("s",), ("r",), ("l", "r"), ("rr", "s"), ("l", "rr", "s")),
    2: (("l",), ("rr",), ("l", "rr"), ("rr", "l"), ("l", "rr", "l")),
    3: (("rrr",), ("l", "rrr")),
}
"""What parts of one, two and more ends are made of: substituents, linkers, rings with as many ends as letters."""
CUMULATIVE = {1: (40, 60, 80, 92, 100), 2: (45, 60, 75, 90, 100), 3: (60, 100)}
END = 85
LINKER_FIRST = 0.3
"""How often the further ends of a large part begin with a linker."""


def _source(letters: str) -> Vocabulary:
    if letters in ("s", "l"):
        return vocabulary("substituents", 1) if letters == "s" else vocabulary("linkers", 2)
    return vocabulary("rings", len(letters))


def draw_part(kinds: Sequence[str], random: Generator, *, strict: bool = True) -> Mol | None:
    """A part with an end for each kind of atom it will hang on; None when the draw did not fit.

    Without `strict`, joins that are unusual, or of kinds the vocabulary does not know, are made too.
    """
    many = len(kinds)
    order = [int(i) for i in random.permutation(many)]
    edited = RWMol()
    open_ends = [(edited.AddAtom(_end(order[0])), kinds[order[0]])]
    chain = weighted(CHAINS[min(many, 3)], CUMULATIVE[min(many, 3)], random)
    for letters in chain:
        if not _extend(edited, open_ends, len(open_ends) - 1, letters, random, strict=strict):
            return None
    while len(open_ends) < many - 1:
        if not _extend(edited, open_ends, int(random.integers(len(open_ends))), "rrr", random, strict=strict):
            return None
    for label in order[1:]:
        far = many > 2 and random.random() < LINKER_FIRST
        if far and not _extend(edited, open_ends, 0, "l", random, strict=strict):
            return None
        place, here = open_ends.pop() if far else open_ends.pop(0)
        if strict and not joinable(here, kinds[label]):
            return None
        edited.AddBond(place, edited.AddAtom(_end(label)), SINGLE)
    return finish(edited)


def _extend(
    edited: RWMol, open_ends: list[tuple[int, str]], which: int, letters: str, random: Generator, *, strict: bool
) -> bool:
    """Hang a fragment on one of the open ends; its others become open. False when none was found that fits."""
    place, here = open_ends[which]
    found = _fitting(_source(letters), here, random, strict=strict)
    if found is None:
        return False
    new, end = found
    shift = edited.GetNumAtoms()
    edited.InsertMol(new.mol)
    edited.AddBond(place, new.ends[end] + shift, SINGLE)
    open_ends.pop(which)
    open_ends += [(new.ends[i] + shift, new.kinds[i]) for i in range(len(new.ends)) if i != end]
    return True


def _fitting(source: Vocabulary, here: str, random: Generator, *, strict: bool) -> tuple[Fragment, int] | None:
    """A fragment, and which of its ends may be joined to an atom of this kind."""
    for _ in range(12):
        new = source.draw(random)
        end = int(random.integers(len(new.ends)))
        if not strict or joinable(here, new.kinds[end]):
            return new, end
    return None


def _end(label: int) -> Chem.Atom:
    atom = Chem.Atom(END)
    atom.SetIsotope(label + 1)
    return atom


@lru_cache(maxsize=4096)
def taken_out(mol: Mol, piece: Piece) -> Mol | None:
    """A piece as a part, its ends numbered in their order."""
    edited = RWMol(mol)
    for label, (inside, outside) in enumerate(piece.ends):
        edited.RemoveBond(inside, outside)
        edited.AddBond(inside, edited.AddAtom(_end(label)), SINGLE)
    edited.BeginBatchEdit()
    for atom in range(mol.GetNumAtoms()):
        if atom not in piece.atoms:
            edited.RemoveAtom(atom)
    edited.CommitBatchEdit()
    return finish(edited)


def put(mol: Mol, outside: Sequence[int], part: Mol | None, *, leaving: frozenset[int] = frozenset()) -> Mol | None:
    """Hang a part's ends on atoms of a molecule, in order, in place of `leaving` or of a hydrogen each.

    Without a part, hydrogens take the place of what leaves. The molecule's atoms keep their order.
    """
    shift = mol.GetNumAtoms()
    edited = RWMol(mol)
    going = set(leaving)
    if part is not None:
        edited.InsertMol(part)
        for end in _ends(part):
            beside = end.GetNeighbors()[0].GetIdx()
            edited.AddBond(outside[end.GetIsotope() - 1], beside + shift, SINGLE)
            going.add(end.GetIdx() + shift)
    for place in outside:
        atom = edited.GetAtomWithIdx(place)
        written = atom.GetNoImplicit() or (atom.GetIsAromatic() and atom.GetAtomicNum() != 6)
        if part is None and written:
            atom.SetNumExplicitHs(atom.GetNumExplicitHs() + 1)
        elif part is not None and not leaving and atom.GetNumExplicitHs():
            atom.SetNumExplicitHs(atom.GetNumExplicitHs() - 1)
    edited.BeginBatchEdit()
    for index in going:
        edited.RemoveAtom(index)
    edited.CommitBatchEdit()
    return finish(edited)


def edit_part(
    operator: Operator, mol: Mol, piece: Piece, *, mate: Mol, mates: Sequence[Piece], random: Generator
) -> Mol | None:
    """A molecule with one of its pieces edited; `mates` are the mate's pieces that may be crossed with it."""
    part = taken_out(mol, piece)
    theirs = [p for p in mates if len(p.ends) == len(piece.ends)]
    other = taken_out(mate, pick(theirs, random)) if theirs else part
    if part is None or other is None:
        return None
    child = operator(part, other, random)
    if child is None or not _ends_are_whole(child, len(piece.ends)):
        return None
    return put(mol, [outside for _, outside in piece.ends], child, leaving=piece.atoms)


def _ends(part: Mol) -> list[Chem.Atom]:
    return [atom for atom in part.GetAtoms() if atom.GetAtomicNum() == END]


def _ends_are_whole(part: Mol, ends: int) -> bool:
    """Whether each end is there once, on a single bond to an atom that is no end."""
    found = _ends(part)
    return sorted(end.GetIsotope() for end in found) == list(range(1, ends + 1)) and all(
        end.GetDegree() == 1
        and end.GetBonds()[0].GetBondType() == SINGLE
        and end.GetNeighbors()[0].GetAtomicNum() != END
        for end in found
    )


def redraw(mol: Mol, piece: Piece, random: Generator, *, strict: bool = True) -> Mol | None:
    """Another part from the vocabulary in a piece's place."""
    outside = [place for _, place in piece.ends]
    kinds = [kind(mol.GetAtomWithIdx(place), across=inside) for inside, place in piece.ends]
    part = draw_part(kinds, random, strict=strict)
    return put(mol, outside, part, leaving=piece.atoms) if part is not None else None


def fill(mol: Mol, places: Sequence[int], random: Generator, *, strict: bool = True) -> Mol | None:
    """One part from the vocabulary that hangs on all these atoms, in place of a hydrogen each."""
    part = draw_part([kind(mol.GetAtomWithIdx(place)) for place in places], random, strict=strict)
    return put(mol, places, part) if part is not None else None
