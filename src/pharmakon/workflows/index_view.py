"""An open index: the molecules most like some queries, and those that have a part, exactly."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.neighbours import GROUP, Neighbours, as_words, ones_of
from pharmakon.chem.standardize import standardize
from pharmakon.chem.substructure import BITS, having, may_have, read_smarts
from pharmakon.core.errors import DataError
from pharmakon.core.files import sha256
from pharmakon.core.types import Progress, silent
from pharmakon.engine.forked import Limits, Lost, forked
from pharmakon.engine.local import cores, engine
from pharmakon.record.notebook import Shown, table

from .index_facts import check_files, read_facts
from .index_files import ENDS, INDEX, LOOSE, MOLECULES, ORDER, PATTERNS, damaged, mapped, open_fingerprints, probe

SCREENED = 1_000_000
"""Rows whose pattern fingerprints are looked at in one go."""
TOGETHER = 500
"""Molecules searched between two signs of life."""
MEGABYTES = 2_000.0
"""That a search for a substructure may take."""
Nearest = tuple[NDArray[np.float64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Molecule:
    """A molecule of an index: the row of the library (from 1), its id there, and its standard SMILES."""

    row: int
    id: str
    smiles: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A molecule and its Tanimoto similarity (ECFP4) to a query."""

    similarity: float
    molecule: Molecule


@dataclass(slots=True)
class Progressed:
    """How far a search for a substructure is: `searched` of `candidates` that the screen of `screened` rows left."""

    screened: int = 0
    candidates: int = 0
    searched: int = 0


class Index(Shown):
    """A folder that `pharmakon index` wrote, opened: its files are mapped into memory, and read where needed.

    Raises DataError where the folder holds none, it is not whole, or this version of RDKit makes other fingerprints.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.facts = read_facts(self.folder)
        check_files(self.folder, self.facts)
        if probe(self.facts["bits"]) != self.facts["probe"]:
            version = self.facts["versions"].get("rdkit", "another version")
            raise DataError(f"{folder} was made with RDKit {version}, whose fingerprints differ: make it again")
        self._slow: list[Molecule] = []

    def _repr_html_(self) -> str:
        facts = {"folder": self.folder, "molecules": len(self), "bits": self.facts["bits"], **self.facts["versions"]}
        return table(("", ""), facts.items(), title="Index")

    def __len__(self) -> int:
        return int(self.facts["molecules"])

    def verify(self) -> Self:
        """Read every file whole. Raises DataError where one's SHA-256 is not that of the manifest."""
        for name, told in self.facts["files"].items():
            if sha256(self.folder / name) != told["sha256"]:
                raise DataError(f"{self.folder / name} was changed since the index was made: make it again")
        return self

    def __getitem__(self, i: int) -> Molecule:
        """A molecule by its place among those that could be read, from 0."""
        start = int(self._ends[i - 1]) if i else 0
        try:
            row, name, smiles = self._text[start : int(self._ends[i]) - 1].decode().split("\t")
            return Molecule(int(row), name, smiles)
        except ValueError:  # not three cells, no UTF-8, no number
            raise damaged(self.folder / MOLECULES) from None

    def similar(
        self, queries: Sequence[str], *, top: int = 100, at_least: float = 0.0, workers: int | None = None
    ) -> list[list[Hit]]:
        """Of each SMILES the most similar molecules, best first; equals in the order of the library.

        Raises DataError for a query that cannot be read. What shares nothing with a query is not listed.
        """
        read = [standardize(text) for text in queries]
        for text, one in zip(queries, read, strict=True):
            if one.problem:
                raise DataError(f"{text}: {one.problem}")
        packed = bits([one.mol for one in read], self.facts["bits"])
        return [
            [Hit(float(s), self[int(i)]) for s, i in zip(*found, strict=True)]
            for found in self.nearest(packed, top, at_least=at_least, workers=workers)
        ]

    def nearest(
        self,
        packed: NDArray[np.uint8],
        top: int,
        *,
        at_least: float = 0.0,
        workers: int | None = None,
        progress: Progress = silent,
    ) -> list[Nearest]:
        """The same of packed bits (n, bits / 8): similarities and places, see `Neighbours.search`."""
        found = nearest(
            self.neighbours, self.folder, packed, top, at_least=at_least, workers=workers, progress=progress
        )
        if any(places.max(initial=0) >= len(self) for _, places in found):
            raise damaged(self.folder / ORDER)
        return found

    def having(
        self,
        smarts: str,
        *,
        seconds: float = 20.0,
        workers: int | None = None,
        at: Progressed | None = None,
        progress: Progress = silent,
    ) -> Iterator[Molecule]:
        """The molecules that have a part, in the order of the library, each as soon as it is found.

        A molecule that takes longer than `seconds` is left out, and is in `slow` afterwards. Stereo that the SMARTS
        writes is asked for. Raises DataError for what is no SMARTS.
        """
        query, at, threads = read_smarts(smarts), at or Progressed(), cores() if workers is None else workers
        self._slow = []
        for first in range(0, len(self), SCREENED):
            patterns = self._patterns[first : first + SCREENED]
            left = first + may_have(query, patterns, self._loose[first : first + SCREENED])
            at.screened, at.candidates = first + len(patterns), at.candidates + len(left)
            for start in range(0, len(left), 20 * TOGETHER):
                some = [self[int(i)] for i in left[start : start + 20 * TOGETHER]]
                texts = [one.smiles for one in some]
                for done, found, slow in searched(query, texts, seconds=seconds, threads=threads):
                    at.searched += done
                    progress(at.screened, len(self), f"{at.searched:,} of {at.candidates:,} candidates searched")
                    self._slow += [some[i] for i in slow]
                    yield from (some[i] for i in found)

    @property
    def slow(self) -> list[Molecule]:
        """The molecules that the last search for a part gave up on."""
        return list(self._slow)

    @cached_property
    def neighbours(self) -> Neighbours:
        """Its fingerprints."""
        found = open_fingerprints(self.folder)
        if found.words.shape != (len(self), self.facts["bits"] // 64):
            raise damaged(self.folder / INDEX)
        return found

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        return mapped(self.folder / ENDS, np.int64, (len(self),))

    @cached_property
    def _patterns(self) -> NDArray[np.uint8]:
        return mapped(self.folder / PATTERNS, np.uint8, (len(self), BITS // 8))

    @cached_property
    def _loose(self) -> NDArray[np.bool_]:
        return mapped(self.folder / LOOSE, np.bool_, (len(self),))

    @cached_property
    def _text(self) -> mmap.mmap:
        with (self.folder / MOLECULES).open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def nearest(
    neighbours: Neighbours,
    folder: Path,
    packed: NDArray[np.uint8],
    top: int,
    *,
    at_least: float = 0.0,
    workers: int | None = None,
    progress: Progress = silent,
) -> list[Nearest]:
    """The nearest rows of the fingerprints of a folder: of few queries found here, of many in several processes."""
    order = np.argsort(ones_of(as_words(packed)), kind="stable")
    groups = [order[start : start + GROUP] for start in range(0, len(order), GROUP)]
    found: list[Nearest] = [(np.zeros(0), np.zeros(0, np.int64))] * len(packed)
    count = min(len(groups), cores() if workers is None else workers)
    given = [packed[group] for group in groups]
    with ExitStack() as stack:
        if count > 1:
            pool = stack.enter_context(engine(count, initializer=_open, initargs=(folder, top, at_least)))
            answers = pool.map(_nearest, given, total=len(groups), progress=progress)
        else:
            answers = (neighbours.search(some, top, at_least=at_least) for some in given)
        for group, answer in zip(groups, answers, strict=True):
            for i, one in zip(group.tolist(), answer, strict=True):
                found[i] = one
    return found


_worker: dict[str, Any] = {}


def _open(folder: Path, top: int, at_least: float) -> None:
    _worker["asked"] = (open_fingerprints(folder), top, at_least)


def _nearest(packed: NDArray[np.uint8]) -> list[Nearest]:
    neighbours: Neighbours
    neighbours, top, at_least = _worker["asked"]
    return neighbours.search(packed, top, at_least=at_least)


def searched(
    query: Any, smiles: Sequence[str], *, seconds: float, threads: int = 1, size: int = TOGETHER
) -> Iterator[tuple[int, list[int], list[int]]]:
    """Again and again how many more molecules were searched, which have the query, and which took too long.

    They are searched some at a time in a process that is watched; where it is lost, those are searched one by one.
    """
    start = 0
    while start < len(smiles):

        def work(mark: Any, start: int = start) -> Iterator[tuple[int, list[int]]]:
            for first in range(start, len(smiles), size):
                mark(first)
                some = smiles[first : first + size]
                blocks = having(query, some, seconds=np.inf, threads=threads)
                yield first, [first + i for _, hits in blocks for i in hits]

        try:
            for first, found in forked(work, Limits(seconds, MEGABYTES)):
                start = min(first + size, len(smiles))
                yield start - first, found, []
        except Lost:
            stop = min(start + size, len(smiles))
            if size == 1:
                yield 1, [], [start]
            else:
                for done, found, slow in searched(query, smiles[start:stop], seconds=seconds, size=1):
                    yield done, [start + i for i in found], [start + i for i in slow]
            start = stop
