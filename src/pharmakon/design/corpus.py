"""A collection of molecules as tokens on disk: written and read piece by piece, so its size does not matter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from pharmakon.design.tokens import END, PAD, START, Tokens

HELD_OUT = 50
"""One molecule in so many is not learnt from."""
_BLOCK = 20_000
_SHUFFLED = 64
"""Batches that are sorted by length together: little is padded, and they still differ."""


def held_out(smiles: str) -> bool:
    """Whether a molecule is kept to judge by: decided by its canonical SMILES alone, in every collection alike."""
    digest = hashlib.blake2b(smiles.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % HELD_OUT == 0


class Corpus:
    """The ids of every molecule, one after the other, and where each begins; memory-mapped."""

    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        self.ids = np.memmap(folder / "ids.bin", np.uint16, "r")
        self.begins = np.memmap(folder / "begins.bin", np.int64, "r")

    @classmethod
    def write(cls, smiles: Iterable[str], tokens: Tokens, folder: str | Path, *, context: int) -> Corpus:
        """Encode molecules into a folder, leaving out those of `context` tokens or more."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        total, waiting = 0, iter(smiles)
        with (folder / "ids.bin").open("wb") as ids, (folder / "begins.bin").open("wb") as begins:
            begins.write(np.array([0], np.int64).tobytes())
            while block := list(islice(waiting, _BLOCK)):
                kept = [one for one in tokens.encode(block) if 0 < len(one) < context]
                if kept:
                    ids.write(np.concatenate(kept).astype(np.uint16).tobytes())
                    ends = total + np.cumsum([len(one) for one in kept])
                    begins.write(ends.astype(np.int64).tobytes())
                    total = int(ends[-1])
        return cls(folder)

    def __len__(self) -> int:
        return len(self.begins) - 1

    def batches(self, size: int, *, random: Generator) -> Iterator[NDArray[np.int64]]:
        """Every molecule once, in batches of `size` of about equal length: (size, length), marks and padding added."""
        order = random.permutation(len(self))
        for start in range(0, len(order), _SHUFFLED * size):
            some = order[start : start + _SHUFFLED * size]
            lengths = self.begins[some + 1] - self.begins[some]
            some = some[np.argsort(lengths, kind="stable")]
            cuts = [some[i : i + size] for i in range(0, len(some), size)]
            for i in random.permutation(len(cuts)):
                yield self._lines(cuts[i])

    def _lines(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        begins, ends = self.begins[rows], self.begins[rows + 1]
        lines = np.full((len(rows), int((ends - begins).max()) + 2), PAD, np.int64)
        lines[:, 0] = START
        for line, begin, end in zip(lines, begins, ends, strict=True):
            line[1 : end - begin + 1] = self.ids[begin:end]
            line[end - begin + 1] = END
        return lines
