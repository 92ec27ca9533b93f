"""Building blocks that can be bought, found by structure: by what they are and by what they react as.

A route asks for "an aryl halide" or "a boronic acid", so a block is also entered under the forms that it stands in
for: astatine for a halogen, mesylate or tosylate that leaves, a boronic acid for its esters, an acid for its chloride,
a methyl for an ethyl ester.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdChemReactions

from .reactions import flat_smiles
from .standardize import standardize

FORMS = (
    "[#6:1]-[B;X3,X4]>>[#6:1]-B(-O)-O",
    "[CX3;$(C-[#6]):1](=[O:2])Cl>>[C:1](=[O:2])O",
    "[CX3;$(C-[#6]):1](=[O:2])[O:3][CH2][CH3]>>[C:1](=[O:2])[O:3]C",
    "[CX4:1][OX2]S(=O)(=O)[$([CH3]),$(C(F)(F)F),$(c1ccc([CH3])cc1)]>>[C:1][At]",
)
"""How a block that reacts as another is written as that other."""
LEAVING = "[$([Cl,Br,I]-[#6]),$(F-c)]"
ASTATINE = 85
MANY_HALOGENS = 6
"""A block with more has no places that leave one by one."""
MOST_FOUND = 8
"""Blocks that are given for one structure."""


class Stock:
    """Blocks by structure. It can be pickled; a block costs some 100 bytes."""

    def __init__(
        self, keys: NDArray[np.uint64], rows: NDArray[np.int32], texts: bytes, begins: NDArray[np.int64]
    ) -> None:
        self._keys, self._rows, self._texts, self._begins = keys, rows, texts, begins

    @classmethod
    def of(cls, blocks: Iterable[tuple[str, str]]) -> Stock:
        """From (SMILES, id) pairs, read once; salts are taken as their parent, and what cannot be read is left out."""
        keys, rows, begins = array("Q"), array("i"), array("q", [0])
        texts = bytearray()
        for text, name in blocks:
            smiles = _plain(text)
            if not smiles:
                continue
            for form in sorted(forms(smiles)):
                keys.append(_key(form))
                rows.append(len(begins) - 1)
            texts += f"{smiles}\t{name}\n".encode()
            begins.append(len(texts))
        found = np.array(keys, np.uint64)
        order = np.argsort(found, kind="stable")
        return cls(found[order], np.array(rows, np.int32)[order], bytes(texts), np.array(begins, np.int64))

    def __len__(self) -> int:
        return len(self._begins) - 1

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The flat SMILES and id of every block."""
        return (self._block(row) for row in range(len(self)))

    def __contains__(self, smiles: str) -> bool:
        """Whether a block is, or reacts as, this flat SMILES."""
        key = np.uint64(_key(smiles))
        at = int(self._keys.searchsorted(key))
        return at < len(self._keys) and bool(self._keys[at] == key)

    def find(self, smiles: str) -> list[tuple[str, str]]:
        """The different blocks that are, or react as, a flat SMILES: each one's SMILES and id, in the stock's order."""
        key = np.uint64(_key(smiles))
        first, end = (int(self._keys.searchsorted(key, side)) for side in ("left", "right"))
        blocks = dict(reversed([self._block(int(row)) for row in sorted(self._rows[first:end])]))
        return list(reversed(blocks.items()))[:MOST_FOUND]

    def _block(self, row: int) -> tuple[str, str]:
        smiles, _, name = self._texts[self._begins[row] : self._begins[row + 1]].decode().rstrip("\n").partition("\t")
        return smiles, name


def forms(smiles: str) -> set[str]:
    """A flat SMILES and all that it may be asked for as."""
    mol = Chem.MolFromSmiles(smiles)
    found = {smiles}
    if mol is None:
        return found
    for pattern, reaction in _rewritings():
        if mol.HasSubstructMatch(pattern):
            found |= _rewritten(mol, reaction)
    for text in tuple(found):
        found |= set(_with_astatine(mol if text == smiles else Chem.MolFromSmiles(text)))
    return found


def _with_astatine(mol: Mol) -> Iterator[str]:
    """With one halogen, or two, as astatine."""
    places = [place for (place,) in mol.GetSubstructMatches(_leaving())]
    if len(places) > MANY_HALOGENS:
        return
    for picked in (*combinations(places, 1), *combinations(places, 2)):
        other = Chem.RWMol(mol)
        for place in picked:
            other.GetAtomWithIdx(place).SetAtomicNum(ASTATINE)
        yield Chem.MolToSmiles(other)


def _rewritten(mol: Mol, reaction: rdChemReactions.ChemicalReaction) -> set[str]:
    out = set()
    with rdBase.BlockLogs():
        for (made,) in reaction.RunReactants((mol,), 4):
            try:
                Chem.SanitizeMol(made)
            except (ValueError, RuntimeError):
                continue
            out.add(Chem.MolToSmiles(made))
    return out


def _plain(text: str) -> str:
    """Flat SMILES of the parent; "" for what cannot be read."""
    done = standardize(text)
    return done.smiles if done.mol is None or not set("@/\\") & set(done.smiles) else flat_smiles(done.mol)


def _key(smiles: str) -> int:
    return int.from_bytes(hashlib.blake2b(smiles.encode(), digest_size=8).digest(), "big")


@cache
def _leaving() -> Mol:
    return Chem.MolFromSmarts(LEAVING)


@cache
def _rewritings() -> list[tuple[Mol, rdChemReactions.ChemicalReaction]]:
    return [(Chem.MolFromSmarts(text.partition(">>")[0]), rdChemReactions.ReactionFromSmarts(text)) for text in FORMS]
