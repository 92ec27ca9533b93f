"""A collection of molecules as tokens on disk: written and read piece by piece, so its size does not matter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from pharmakon.design.grammar import Grammar
from pharmakon.design.tokens import END, PAD, START, Tokens

HELD_OUT = 50
"""One molecule in so many is not learnt from."""
_BLOCK = 20_000
_PIECES = 4
"""A batch comes in so many pieces, by length, so that little is padded."""


def held_out(smiles: str) -> bool:
    """Whether a molecule is kept to judge by: decided by its canonical SMILES alone, in every collection alike."""
    digest = hashlib.blake2b(smiles.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % HELD_OUT == 0


class Piece(NamedTuple):
    """Some molecules of about equal length."""

    lines: NDArray[np.int64]
    """Ids with marks and padding, shape (molecules, length)."""
    states: NDArray[np.int64]
    """What is owed after each id but the last, packed (design.grammar), shape (molecules, length - 1)."""


class Corpus:
    """Of every molecule the ids, what its text owes before and after each, and where it begins; memory-mapped."""

    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        self.ids = np.memmap(folder / "ids.bin", np.uint16, "r")
        self.states = np.memmap(folder / "states.bin", np.uint32, "r")
        self.begins = np.memmap(folder / "begins.bin", np.int64, "r")

    @classmethod
    def write(cls, texts: Iterable[str], tokens: Tokens, folder: str | Path, *, context: int) -> Corpus:
        """Encode molecules, as Kekulé texts, into a folder, leaving out those of `context` tokens or more."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        total, waiting, grammar = 0, iter(texts), Grammar(tokens)
        with (
            (folder / "ids.bin").open("wb") as ids,
            (folder / "states.bin").open("wb") as states,
            (folder / "begins.bin").open("wb") as begins,
        ):
            begins.write(np.array([0], np.int64).tobytes())
            while block := list(islice(waiting, _BLOCK)):
                kept = [one for one in tokens.encode(block) if 0 < len(one) < context]
                if kept:
                    ids.write(np.concatenate(kept).astype(np.uint16).tobytes())
                    owed = [state for one in kept for state in grammar.states((START, *one.tolist()))]
                    states.write(np.array(owed, np.uint32).tobytes())
                    ends = total + np.cumsum([len(one) for one in kept])
                    begins.write(ends.astype(np.int64).tobytes())
                    total = int(ends[-1])
        return cls(folder)

    def __len__(self) -> int:
        return len(self.begins) - 1

    def batches(self, size: int, *, random: Generator) -> Iterator[list[Piece]]:
        """Every molecule once, in batches of `size` by chance, each in pieces.

        A step is to be taken after a whole batch: steps of one length each teach a model to write too little.
        """
        order = random.permutation(len(self))
        for start in range(0, len(order), size):
            some = order[start : start + size]
            some = some[np.argsort(self.begins[some + 1] - self.begins[some], kind="stable")]
            yield [self._piece(rows) for rows in np.array_split(some, _PIECES) if len(rows)]

    def _piece(self, rows: NDArray[np.intp]) -> Piece:
        begins = self.begins[rows]
        lengths = self.begins[rows + 1] - begins
        lines = np.full((len(rows), int(lengths.max()) + 2), PAD, np.int64)
        states = np.zeros((len(rows), lines.shape[1] - 1), np.int64)
        places = np.arange(lines.shape[1] - 1)
        inside, reached = places[:-1] < lengths[:, None], places <= lengths[:, None]
        lines[:, 0] = START
        lines[:, 1:-1][inside] = self.ids[(begins[:, None] + places[:-1])[inside]]
        lines[np.arange(len(rows)), lengths + 1] = END
        # A molecule has one state more than it has ids: the one of the empty text.
        states[reached] = self.states[(begins[:, None] + rows[:, None] + places)[reached]]
        return Piece(lines, states)
