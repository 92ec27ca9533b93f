"""A collection to be new against: of a million molecules the most similar one, exactly, in 256 bytes each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.standardize import standardize

BLOCK = 8192
"""Molecules compared at a time."""
_READ = 1000


class Collection:
    """Molecules by their ECFP4 bits (2,048), sorted by how many are set.

    Made from (id, SMILES) pairs. What cannot be read is left out and counted in `unreadable`; salts and charges are
    standardised, and stereo does not count.
    """

    def __init__(self, molecules: Iterable[tuple[str, str]]) -> None:
        self.unreadable = 0
        names: list[str] = []
        packed = list(self._read(molecules, names))
        self._text = "\n".join(names).encode()  # a million strings would take as much room as their fingerprints
        self._ends = np.cumsum([len(name.encode()) + 1 for name in names], dtype=np.int64)
        rows = np.concatenate(packed) if packed else np.zeros((0, 256), np.uint8)
        del packed, names
        ones = np.bitwise_count(rows.view(np.uint64)).sum(axis=1, dtype=np.int32)
        self._order = np.argsort(ones, kind="stable")
        self._ones = ones[self._order]
        self._blocks = [
            np.ascontiguousarray(rows[self._order[start : start + BLOCK]].view(np.uint64).T)
            for start in range(0, len(rows), BLOCK)
        ]

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> tuple[str, str]:
        """The id and the SMILES of one, as they were given."""
        start = int(self._ends[index - 1]) if index else 0
        name, _, smiles = self._text[start : int(self._ends[index]) - 1].decode().partition("\t")
        return name, smiles

    def nearest(self, mols: Sequence[Mol | None]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The highest similarity of each molecule to the collection, and whose it is; of equals the first given."""
        found = [self._nearest(row) for row in bits(mols).view(np.uint64)]
        return np.array([s for s, _ in found], np.float64), np.array([i for _, i in found], np.int64)

    def _nearest(self, query: NDArray[np.uint64]) -> tuple[float, int]:
        """A block whose numbers of bits allow no higher similarity is not looked at (Swamidass & Baldi 2007)."""
        mine = int(np.bitwise_count(query).sum())
        best, index = 0.0, 0
        for bound, number in sorted(self._bounds(mine), key=lambda pair: (-pair[0], pair[1])):
            if bound < best:
                break
            start = number * BLOCK
            block = self._blocks[number]
            theirs = self._ones[start : start + block.shape[1]]
            both = np.zeros(block.shape[1], np.int32)
            for word, column in zip(query, block, strict=True):
                both += np.bitwise_count(column & word)
            similarity = both / np.maximum(mine + theirs - both, 1)
            top = float(similarity.max())
            first = int(self._order[start + np.flatnonzero(similarity == top)].min())
            if top > best or (top == best and first < index):
                best, index = top, first
        return best, index

    def _bounds(self, mine: int) -> Iterator[tuple[float, int]]:
        """The highest similarity that each block allows."""
        for number, block in enumerate(self._blocks):
            start = number * BLOCK
            least, most = int(self._ones[start]), int(self._ones[start + block.shape[1] - 1])
            nearest = min(max(mine, least), most)
            yield min(mine, nearest) / max(mine, nearest, 1), number

    def _read(self, molecules: Iterable[tuple[str, str]], names: list[str]) -> Iterator[NDArray[np.uint8]]:
        waiting = iter(molecules)
        while some := list(islice(waiting, _READ)):
            mols = [_molecule(smiles) for _, smiles in some]
            kept = [(*one, mol) for one, mol in zip(some, mols, strict=True) if mol is not None]
            self.unreadable += len(some) - len(kept)
            names += [f"{' '.join(name.split())}\t{' '.join(smiles.split())}" for name, smiles, _ in kept]
            if kept:
                yield bits([mol for *_, mol in kept])


def _molecule(smiles: str) -> Mol | None:
    """The parent; a text without a dot or a sign is one neutral molecule, and is only read."""
    if any(sign in smiles for sign in ".+-"):
        return standardize(smiles).mol
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    return mol if mol is not None and mol.GetNumAtoms() else None
