"""Groups exchanged as matched pairs show it, and any edit seen as such an exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.matched_pairs import HYDROGEN
from pharmakon.design.context import arms
from pharmakon.design.edits import read_group, surroundings, with_stereo, without
from pharmakon.design.fragment import Piece, attach, extract, put
from pharmakon.design.graph import SINGLE, kekule
from pharmakon.explain.counterfactual import PAIRED, Edit
from pharmakon.explain.difference import ORIGIN, difference, label


def exchanges(mol: Mol, afters: Callable[[str], Sequence[str]]) -> Iterator[Edit]:
    """Groups exchanged as given: `afters` says by which, "*[H]" standing for a hydrogen, in place of which one.

    The groups are the smaller sides of single acyclic bonds, and hydrogens.
    """
    prepared, around = kekule(mol), surroundings(mol)
    for core, first, gone in _groups(mol):
        before = extract(mol, Piece(gone, ((first, core),), ring=False))
        for after in afters(_plain(before)):
            bare = after == HYDROGEN
            made = without(prepared, gone) if bare else put(mol, [(first, core)], read_group(after))
            if made is not None:
                words = f"{before} on {label(mol.GetAtomWithIdx(core))} replaced by {after}"
                yield Edit(with_stereo(made, around), PAIRED, words)
    for atom in mol.GetAtoms():
        if atom.GetTotalNumHs():
            for after in afters(HYDROGEN):
                made = attach(mol, atom.GetIdx(), read_group(after))
                if made is not None:
                    yield Edit(with_stereo(made, around), PAIRED, f"{after} on {label(atom)}")


def exchanged(start: Mol, product: Mol) -> Iterator[tuple[str, str]]:
    """The ways to see a product as its start with one group exchanged, (before, after), the smallest groups first."""
    change = difference(start, product)
    now = {a.GetIntProp(ORIGIN): a.GetIdx() for a in product.GetAtoms() if a.HasProp(ORIGIN)}
    if not change.core and len(change.attached) == 1:
        (core,) = change.attached
        for after in _hung(product, now[core], change.added):
            yield HYDROGEN, after
    for core, first, gone in sorted(_groups(start), key=lambda one: len(one[2])):
        if not change.core | change.attached - {core} <= gone or core not in now:
            continue
        before = _plain(extract(start, Piece(gone, ((first, core),), ring=False)))
        arrived = frozenset(i for i in range(product.GetNumAtoms()) if i not in now.values()) | {
            now[i] for i in gone if i in now
        }
        if not arrived:
            yield before, HYDROGEN
        for after in _hung(product, now[core], arrived):
            yield before, after


def _groups(mol: Mol) -> Iterator[tuple[int, int, frozenset[int]]]:
    pairs, inside = arms(mol)
    for (core, first), members in zip(pairs.tolist(), inside, strict=True):
        yield core, first, frozenset(np.flatnonzero(members).tolist())


def _hung(mol: Mol, core: int, atoms: frozenset[int]) -> Iterator[str]:
    """The one group that some atoms are, hung on `core` by one single bond; nothing where they are no such group."""
    ends = [n.GetIdx() for n in mol.GetAtomWithIdx(core).GetNeighbors() if n.GetIdx() in atoms]
    if len(ends) == 1 and mol.GetBondBetweenAtoms(core, ends[0]).GetBondType() == SINGLE:
        text = extract(mol, Piece(atoms, ((ends[0], core),), ring=False))
        if text.count("*") == 1:
            yield _plain(text)


@lru_cache(maxsize=4096)
def _plain(group: str) -> str:
    """A group without stereo, as matched pairs name it."""
    return str(Chem.MolToSmiles(Chem.MolFromSmiles(group), isomericSmiles=False)) if group else ""
