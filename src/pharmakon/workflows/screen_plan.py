"""Files of molecules cut into batches of so many rows, numbered through, none of them read before it is needed.

A Parquet file is cut by row numbers, which its end tells, and a worker reads its own rows; of any other file the rows
are read here, once, and handed over.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pharmakon.core.errors import DataError
from pharmakon.core.excerpt import excerpt
from pharmakon.store.parquet import Parquet
from pharmakon.store.remote import is_url, listed, place_of
from pharmakon.store.tables import Table, open_table
from pharmakon.store.writers import unguarded

Line = tuple[int, str, str, str]
"""Of a row: its number in the file from 1, its id, its structure, and why it cannot be read."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`count` rows of the input `file`, from row `first` (both from 0): the `lines`, or where in a Parquet file."""

    file: int
    first: int
    count: int
    given: tuple[Line, ...] = field(default=(), repr=False)
    path: str = ""
    structure: str = ""
    id: str = ""

    def __len__(self) -> int:
        return self.count

    def lines(self) -> Sequence[Line]:
        """Its rows, read here where they were not handed over."""
        if not self.path:
            return self.given
        columns = [self.structure, *([self.id] if self.id else [])]
        return [
            (number, (unguarded(cells[1].strip()) if self.id else "") or str(number), cells[0].strip(), "")
            for number, cells in enumerate(
                Parquet(place_of(self.path)).part(self.first, self.count, columns), start=self.first + 1
            )
        ]


class Plan:
    """The batches of some tables, as (number, batch); `rows` counts those that were given out, in all files."""

    def __init__(self, tables: Sequence[Table], size: int) -> None:
        self.tables, self.size, self.rows = tuple(tables), size, 0
        self.empty: list[str] = []
        """Files without a row, once all batches were given out."""
        self._counts = {i: Parquet(table.path).count() for i, table in enumerate(tables) if _seekable(table.path)}

    @property
    def total(self) -> int:
        """How many batches there are; 0 where only reading would tell."""
        if len(self._counts) < len(self.tables):
            return 0
        return sum(-(-count // self.size) for count in self._counts.values())

    def __iter__(self) -> Iterator[tuple[int, Batch]]:
        self.rows, number = 0, 0
        self.empty.clear()
        for i, table in enumerate(self.tables):
            before = self.rows
            for batch in self._of(i):
                self.rows += batch.count
                yield number, batch
                number += 1
            if self.rows == before:
                self.empty.append(table.path.name)

    def _of(self, i: int) -> Iterator[Batch]:
        table = self.tables[i]
        if i in self._counts:
            for first in range(0, self._counts[i], self.size):
                count = min(self.size, self._counts[i] - first)
                yield Batch(i, first, count, path=str(table.path), structure=table.structure_column, id=table.id_column)
            return
        for rows in table.batches(self.size):
            lines = tuple((row.number, row.id, row.structure, row.problem) for row in rows)
            yield Batch(i, rows[0].number - 1, len(lines), lines)


def files_of(inputs: Sequence[str]) -> list[Path]:
    """The files that paths, addresses and patterns name, each once: in the order given, those of a pattern by name.

    Raises DataError where one names none.
    """
    found: dict[Path, Path] = {}
    for text in inputs:
        if is_url(text):
            files = [place_of(url) for url in listed(text)]
        else:
            # A pattern may be absolute, which Path.glob refuses.
            # A name may be too long for one, which Path.is_file does not take for a no.
            paths = [text] if os.path.isfile(text) else sorted(glob.glob(text, recursive=True))  # noqa: PTH113, PTH207
            files = [Path(path) for path in paths if os.path.isfile(path)]  # noqa: PTH113
        if not files and text and os.path.isdir(text):  # noqa: PTH112
            raise DataError(f"{text} is a folder; name the files in it, as '{text.rstrip('/')}/*'")
        if not files:
            raise DataError(f"there is no file {excerpt(text, 200) or repr(text)}")
        for path in files:
            found.setdefault(path.resolve(), path)
    return list(found.values())


def opened(files: Sequence[Path], *, smiles: str | None, id: str | None) -> list[Table]:
    """The files as tables. Raises as `open_table` does."""
    return [open_table(path, smiles=smiles, id=id, flag="--smiles-column") for path in files]


def _seekable(path: Path) -> bool:
    """Whether a file is plain Parquet: one in a vault can be read from its start only."""
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"
