"""Every small edit of a molecule, none drawn at random: what a search for the smallest change looks through.

Edits of the graph (an atom, a bond, a group, a ring) come first, then replacements that collections of molecules have:
arms seen in the same surroundings (single cuts), linkers and rings with as many open ends (double cuts). Every product
carries in each atom where it came from (`explain.counterfactual.ORIGIN`), and keeps the stereo that the edit does not
touch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from rdkit import Chem
from rdkit.Chem import Mol, RWMol, rdqueries

from pharmakon.core.types import Floats
from pharmakon.design.context import arms, contexts, places, table
from pharmakon.design.fragment import (
    Fragment,
    Piece,
    attach,
    extract,
    fragment,
    joinable,
    kind,
    pieces,
    put,
    vocabulary,
)
from pharmakon.design.graph import DOUBLE, MAX_VALENCE, ORDERS, SINGLE, finish, kekule
from pharmakon.explain.counterfactual import Edit
from pharmakon.explain.difference import ORIGIN, label

ELEMENTS = ("C", "N", "O", "S", "F", "Cl")
INSERTED = ("C", "N", "O")
ADDED = ("*F", "*Cl", "*C", "*O", "*N", "*OC", "*C#N", "*C(F)(F)F", "*C(=O)O", "*C(N)=O", "*CC", "*CO")
"""What is hung on any hydrogen: scans with fluorine and methyl, and the smallest polar groups."""
_CENTRE = rdqueries.HasChiralTagQueryAtom()
COMMON = 25
"""The arms tried in a place: those seen there most often."""
LISTED = 40
"""The rings and linkers tried in a place: the commonest that fit."""


class _Plan(NamedTuple):
    """An edit that has not been made yet; `atoms` are those of the molecule that it is about."""

    kind: str
    words: str
    atoms: frozenset[int]
    make: Callable[[], Mol | None]
    seen: int = 0


def edits(mol: Mol, blame: Floats) -> Iterator[Edit]:
    """Edits of a molecule whose atoms carry ORIGIN, those at the most blamed atoms first; `blame` has shape (n_atoms,).

    Symmetric places are edited once. Products are sane and connected; the same one may come twice.
    """
    plans, blamed = [*_graph(mol), *_seen(mol)], blame.tolist()
    plans.sort(key=lambda plan: -max(blamed[i] for i in plan.atoms))
    stereo = "@" in (text := Chem.MolToSmiles(mol)) or "/" in text
    around = surroundings(mol) if stereo else {}
    for plan in plans:
        made = plan.make()
        if made is not None:
            yield Edit(with_stereo(made, around) if stereo else made, plan.kind, plan.words, plan.seen)


def seen_in_context(mol: Mol, core: int, first: int) -> int:
    """In about how many of the collections' molecules the arm from `core` to `first` hangs in such surroundings."""
    pair = arms(mol)[0].tolist()
    if [core, first] not in pair:
        return 0
    row = int(table().rows(contexts(mol)[0][[core], [first]])[0])
    if row < 0:
        return 0
    inside = arms(mol)[1][pair.index([core, first])]
    arm = extract(mol, Piece(frozenset(np.flatnonzero(inside).tolist()), ((first, core),), ring=False))
    return dict(_common(row, None)).get(arm, 0)


# ------------------------------------------------------------------ edits of the graph


def _graph(mol: Mol) -> Iterator[_Plan]:
    prepared = kekule(mol)
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    done: set[tuple[object, ...]] = set()
    for atom in mol.GetAtoms():
        if ("atom", ranks[atom.GetIdx()]) not in done:
            done.add(("atom", ranks[atom.GetIdx()]))
            yield from _at_atom(mol, prepared, atom)
    for bond in mol.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        key = ("bond", *sorted(ranks[i] for i in ends))
        if key not in done:
            done.add(key)
            yield from _at_bond(prepared, bond)
    for ring in mol.GetRingInfo().AtomRings():
        if len(ring) == 6 and all(mol.GetAtomWithIdx(i).GetIsAromatic() for i in ring):
            yield from _at_ring(mol, ring)
    pairs, inside = arms(mol)
    for (core, first), members in zip(pairs.tolist(), inside, strict=True):
        if ("arm", ranks[core], ranks[first]) not in done:
            done.add(("arm", ranks[core], ranks[first]))
            gone = frozenset(np.flatnonzero(members).tolist())
            words = f"{_arm_at(mol, core, first, gone)} removed"
            yield _Plan("removal", words, gone, partial(without, prepared, gone))


def _at_atom(mol: Mol, prepared: Mol, atom: Chem.Atom) -> Iterator[_Plan]:
    i, here = atom.GetIdx(), frozenset((atom.GetIdx(),))
    bonds = list(prepared.GetAtomWithIdx(i).GetBonds())
    used = round(sum(b.GetBondTypeAsDouble() for b in bonds))
    old, name = atom.GetSymbol(), label(atom)
    if not atom.GetFormalCharge():
        for new in ELEMENTS:
            most = 2 if new == "S" else MAX_VALENCE[new]
            if new != old and used <= most:
                where = "aromatic " if atom.GetIsAromatic() else ""
                yield _Plan("atom", f"{where}{name} replaced by {new}", here, partial(_swapped, prepared, i, new))
    single = all(b.GetBondType() == SINGLE for b in bonds)
    if len(bonds) == 2 and single and not atom.GetFormalCharge():
        one, two = (b.GetOtherAtomIdx(i) for b in bonds)
        if prepared.GetBondBetweenAtoms(one, two) is None:
            yield _Plan("contraction", f"{name} taken out", here, partial(_contracted, prepared, i, one, two))
    if len(bonds) == 1 and not single and not atom.GetFormalCharge():
        core = bonds[0].GetOtherAtom(prepared.GetAtomWithIdx(i))
        plain = "=" if bonds[0].GetBondType() == DOUBLE else "#"
        yield _Plan("removal", f"{plain}{old} on {label(core)} removed", here, partial(without, prepared, here))
    elif len(bonds) == 1:
        core = bonds[0].GetOtherAtom(prepared.GetAtomWithIdx(i))
        for text in ADDED[3:]:  # single atoms are swapped above
            words = f"{name} on {label(core)} replaced by {text}"
            yield _Plan("replacement", words, here, partial(put, mol, [(i, core.GetIdx())], read_group(text)))
    if atom.GetTotalNumHs():
        for text in ADDED:
            yield _Plan("addition", f"{text} on {name}", here, partial(attach, mol, i, read_group(text)))
        if atom.GetTotalNumHs() > 1 and old == "C" and not atom.GetFormalCharge():
            yield _Plan("addition", f"=O on {name}", here, partial(_oxo, prepared, i))


def _at_bond(prepared: Mol, bond: Chem.Bond) -> Iterator[_Plan]:
    a, b = bond.GetBeginAtom(), bond.GetEndAtom()
    i, j = a.GetIdx(), b.GetIdx()
    ends, name = frozenset((i, j)), f"{label(a)}-{label(b)}"
    if bond.GetIsAromatic():
        return
    order = round(bond.GetBondTypeAsDouble())
    if order == 1:
        for new in INSERTED:
            yield _Plan("insertion", f"{new} put into {name}", ends, partial(_inserted, prepared, i, j, new))
        if bond.IsInRing():
            yield _Plan("ring opening", f"ring opened at {name}", ends, partial(_opened, prepared, i, j))
        if a.GetTotalNumHs() and b.GetTotalNumHs():
            yield _Plan("bond", f"{name} made double", ends, partial(_ordered, prepared, i, j, 2))
    else:
        for less in range(1, order):
            what = "single" if less == 1 else "double"
            yield _Plan("bond", f"{name} made {what}", ends, partial(_ordered, prepared, i, j, less))


def _at_ring(mol: Mol, ring: Sequence[int]) -> Iterator[_Plan]:
    """A benzene ring saturated, but for what it shares with another ring."""
    info = mol.GetRingInfo()
    if all(mol.GetAtomWithIdx(i).GetSymbol() == "C" for i in ring):
        own = frozenset(i for i in ring if info.NumAtomRings(i) == 1)
        if own:
            name = label(mol.GetAtomWithIdx(min(own)))
            yield _Plan("saturation", f"the benzene ring of {name} saturated", own, partial(_saturated, mol, own))


def _swapped(prepared: Mol, i: int, new: str) -> Mol | None:
    edited = RWMol(prepared)
    edited.GetAtomWithIdx(i).SetAtomicNum(Chem.GetPeriodicTable().GetAtomicNumber(new))
    return finish(edited)


def without(prepared: Mol, gone: frozenset[int]) -> Mol | None:
    """A Kekulé form without some atoms; None where it comes apart."""
    edited = RWMol(prepared)
    edited.BeginBatchEdit()
    for i in gone:
        edited.RemoveAtom(i)
    edited.CommitBatchEdit()
    return finish(edited) if edited.GetNumAtoms() else None


def _contracted(prepared: Mol, i: int, one: int, two: int) -> Mol | None:
    edited = RWMol(prepared)
    edited.AddBond(one, two, SINGLE)
    edited.RemoveAtom(i)
    return finish(edited)


def _inserted(prepared: Mol, i: int, j: int, new: str) -> Mol | None:
    edited = RWMol(prepared)
    edited.RemoveBond(i, j)
    between = edited.AddAtom(Chem.Atom(new))
    edited.AddBond(i, between, SINGLE)
    edited.AddBond(j, between, SINGLE)
    return finish(edited)


def _oxo(prepared: Mol, i: int) -> Mol | None:
    edited = RWMol(prepared)
    edited.AddBond(i, edited.AddAtom(Chem.Atom("O")), DOUBLE)
    return finish(edited)


def _opened(prepared: Mol, i: int, j: int) -> Mol | None:
    edited = RWMol(prepared)
    edited.RemoveBond(i, j)
    return finish(edited)


def _ordered(prepared: Mol, i: int, j: int, order: int) -> Mol | None:
    edited = RWMol(prepared)
    edited.GetBondBetweenAtoms(i, j).SetBondType(ORDERS[order])
    return finish(edited)


def _saturated(mol: Mol, own: frozenset[int]) -> Mol | None:
    edited = RWMol(mol)
    for i in own:
        atom = edited.GetAtomWithIdx(i)
        atom.SetIsAromatic(False)
        for bond in atom.GetBonds():
            if bond.GetIsAromatic():
                bond.SetIsAromatic(False)
                bond.SetBondType(SINGLE)
    return finish(edited)


# ------------------------------------------------------------------ what was seen


def _seen(mol: Mol) -> Iterator[_Plan]:
    """Arms and hydrogens replaced by arms seen there, linkers and rings by others with as many ends."""
    held, (pairs, inside) = places(mol), arms(mol)
    members = {
        tuple(pair): frozenset(np.flatnonzero(row).tolist()) for pair, row in zip(pairs.tolist(), inside, strict=True)
    }
    for core, first, row in held.arms:
        gone = members[core, first]
        words = _arm_at(mol, core, first, gone)
        for text, n in _common(row, COMMON):
            make = partial(put, mol, [(first, core)], read_group(text))
            yield _Plan("replacement", f"{words} replaced by {text}", gone, make, n)
    for core, row in held.hydrogens:
        for text, n in _common(row, COMMON):
            make = partial(attach, mol, core, read_group(text))
            name = label(mol.GetAtomWithIdx(core))
            yield _Plan("addition", f"{text} on {name}", frozenset((core,)), make, n)
    for piece in pieces(mol):
        sort = "rings" if piece.ring else "linkers" if len(piece.ends) == 2 else ""
        if sort and 1 <= len(piece.ends) <= 2:
            yield from _exchanged(mol, piece, sort)


def _exchanged(mol: Mol, piece: Piece, sort: str) -> Iterator[_Plan]:
    old, n_atoms = extract(mol, piece), len(piece.atoms)
    outside = [kind(mol.GetAtomWithIdx(out), across=within) for within, out in piece.ends]
    first = label(mol.GetAtomWithIdx(min(piece.atoms)))
    tried = 0
    for new, n in _listed(sort, len(piece.ends)):
        if new.smiles == old or abs(new.mol.GetNumAtoms() - n_atoms) > 4:
            continue
        for ends in {tuple(piece.ends), tuple(piece.ends[::-1])}:
            kinds = outside if ends == tuple(piece.ends) else outside[::-1]
            if all(joinable(one, two) for one, two in zip(kinds, new.kinds, strict=True)):
                make = partial(put, mol, ends, new)
                what = "ring" if piece.ring else "linker"
                yield _Plan(what, f"{what} {old} at {first} replaced by {new.smiles}", piece.atoms, make, n)
                tried += 1
        if tried >= LISTED:
            return


@lru_cache(maxsize=4096)
def _common(row: int, most: int | None) -> tuple[tuple[str, int], ...]:
    """The arms of a context, the commonest first, each with in about how many molecules it was seen there."""
    held = table()
    span = slice(int(held.begins[row]), int(held.begins[row + 1]))
    found = zip(held.arms[span].tolist(), held.weights[span].tolist(), strict=True)
    ranked = sorted(found, key=lambda pair: -pair[1])[:most]
    return tuple((held.smiles[arm], weight**2) for arm, weight in ranked)


@lru_cache(maxsize=8)
def _listed(sort: str, ends: int) -> tuple[tuple[Fragment, int], ...]:
    held = vocabulary(sort, ends)
    counts = np.rint(np.diff(held.cumulative, prepend=0.0) ** 2).astype(int).tolist()
    return tuple(sorted(zip(held.fragments, counts, strict=True), key=lambda pair: -pair[1]))


read_group = lru_cache(maxsize=4096)(fragment)


def _arm_at(mol: Mol, core: int, first: int, atoms: frozenset[int]) -> str:
    arm = extract(mol, Piece(atoms, ((first, core),), ring=False))
    return f"{arm} on {label(mol.GetAtomWithIdx(core))}"


def surroundings(mol: Mol) -> dict[int, Sequence[int]]:
    """By where an atom came from, its neighbours, as `with_stereo` asks of the molecule that was edited."""
    return {a.GetIntProp(ORIGIN): _neighbours(a) for a in mol.GetAtoms() if a.HasProp(ORIGIN)}


def with_stereo(made: Mol, around: Mapping[int, Sequence[int]]) -> Mol:
    """The product without the stereo of centres whose neighbours the edit changed; that of the others holds.

    `around` are the `surroundings` of the molecule that it was made of.
    """
    centres = list(made.GetAtomsMatchingQuery(_CENTRE))  # a search in Python over all atoms costs more than the edit
    for atom in centres:
        if not atom.HasProp(ORIGIN) or around[atom.GetIntProp(ORIGIN)] != _neighbours(atom):
            atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    if centres or any(b.GetStereo() != Chem.BondStereo.STEREONONE for b in made.GetBonds()):
        Chem.AssignStereochemistry(made, cleanIt=True, force=True)
    return made


def _neighbours(atom: Chem.Atom) -> Sequence[int]:
    """Where an atom's neighbours came from, in the order of its bonds, which a chiral tag refers to; -1 is new."""
    others = (b.GetOtherAtom(atom) for b in atom.GetBonds())
    return [o.GetIntProp(ORIGIN) if o.HasProp(ORIGIN) else -1 for o in others]
