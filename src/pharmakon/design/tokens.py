"""SMILES as tokens: every character is one, and pairs that often meet are merged into longer ones.

Byte-pair encoding (Sennrich et al., ACL 2016) over SMILES: `c1ccccc1` or `C(=O)N` become one token, so that a molecule
takes some twenty instead of fifty. The characters stay in the vocabulary, so any SMILES can be spelt: stereo, charges,
isotopes and rare elements need no bracket atom that was seen in training.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError

PAD, START, END = 0, 1, 2
CHARACTERS = tuple(map(chr, range(33, 127)))
"""All that may stand in a SMILES, and more."""
FIRST = 3
"""The id of the first character."""
_BLOCK = 20_000
_GAP = -1
"""What stands between two molecules of a line of ids."""

Ids = NDArray[np.int32]


class Tokens:
    """A vocabulary: three marks, the characters, and `merges`, pairs of ids each of which makes the next id."""

    def __init__(self, merges: Sequence[tuple[int, int]] = ()) -> None:
        self.merges = tuple((int(a), int(b)) for a, b in merges)
        self.texts = ["", "", "", *CHARACTERS]
        for one, two in self.merges:
            self.texts.append(self.texts[one] + self.texts[two])

    def __len__(self) -> int:
        return len(self.texts)

    @classmethod
    def learn(cls, smiles: Iterable[str], merges: int) -> Self:
        """The vocabulary whose merges join, one after the other, the pair that meets most often in the molecules."""
        line, found = _line(list(smiles)), []
        for new in range(FIRST + len(CHARACTERS), FIRST + len(CHARACTERS) + merges):
            pairs = line[:-1].astype(np.int64) * 2**32 + line[1:]
            pairs = pairs[(line[:-1] != _GAP) & (line[1:] != _GAP)]
            if not len(pairs):
                break
            kinds, number = np.unique(pairs, return_counts=True)
            if number.max() < 2:
                break
            found.append(divmod(int(kinds[number.argmax()]), 2**32))
            line = _merged(line, *found[-1], new)
        return cls(found)

    def encode(self, smiles: Iterable[str]) -> list[Ids]:
        """The ids of each molecule, without marks. DataError for a character that no SMILES has."""
        out: list[Ids] = []
        waiting = iter(smiles)
        while block := list(islice(waiting, _BLOCK)):
            line = _line(block)
            for new, (one, two) in enumerate(self.merges, FIRST + len(CHARACTERS)):
                line = _merged(line, one, two, new)
            out += np.split(line[line != _GAP], np.cumsum(_lengths(line))[:-1])
        return out

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids up to the end mark."""
        found = []
        for one in ids:
            if one == END:
                break
            found.append(self.texts[one])
        return "".join(found)

    def to_array(self) -> NDArray[np.int32]:
        """The merges, shape (m, 2)."""
        return np.array(self.merges, np.int32).reshape(-1, 2)

    @classmethod
    def from_array(cls, merges: NDArray[Any]) -> Self:
        """The inverse of `to_array`."""
        return cls([(int(one), int(two)) for one, two in merges])


def _line(smiles: Sequence[str]) -> Ids:
    """All molecules as one line of characters' ids, a gap after each."""
    text = "\n".join([*smiles, ""])
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int32)
    gap = codes == ord("\n")
    if int(gap.sum()) != len(smiles) or ((codes < ord(CHARACTERS[0])) | (codes > ord(CHARACTERS[-1])))[~gap].any():
        wrong = next(s for s in smiles if any(c not in CHARACTERS for c in s))
        raise DataError(f"{wrong[:60]!r} is no SMILES: it holds a blank or a character outside ASCII")
    return np.where(gap, _GAP, codes - ord(CHARACTERS[0]) + FIRST).astype(np.int32)


def _lengths(line: Ids) -> NDArray[np.intp]:
    ends = np.flatnonzero(line == _GAP)
    return np.diff(ends, prepend=-1) - 1


def _merged(line: Ids, one: int, two: int, new: int) -> Ids:
    """A line in which every pair (one, two) has become `new`; of overlapping pairs the first."""
    at = np.flatnonzero((line[:-1] == one) & (line[1:] == two))
    if one == two and len(at):  # in a run of pairs that overlap every other one counts
        start = np.flatnonzero(np.diff(at, prepend=-2) != 1)
        at = at[(np.arange(len(at)) - np.repeat(start, np.diff(start, append=len(at)))) % 2 == 0]
    if not len(at):
        return line
    line = line.copy()
    line[at] = new
    return np.delete(line, at + 1)
