"""A user's file of building blocks, read as a stream, and what became of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pharmakon.chem.parse import to_mol
from pharmakon.chem.scheduled import is_scheduled
from pharmakon.chem.stock import Stock
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Progress, silent
from pharmakon.core.words import counted


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of a table's rows."""

    file: str
    used: int
    unreadable: int
    withheld: int = 0
    unfit: int = 0
    """Readable, and without what a mode keeps."""
    notes: tuple[str, ...] = ()
    """What was made of the table's oddities."""

    def sentence(self, what: str) -> str:
        """Of how many rows a table's molecules are; what they are, "building block", and why others are not."""
        rest = [f"{self.unreadable:,} cannot be read"] if self.unreadable else []
        rest += [f"{self.withheld:,} withheld as scheduled chemicals"] if self.withheld else []
        rest += [f"{self.unfit:,} without what the mode keeps"] if self.unfit else []
        total = self.used + self.unreadable + self.withheld + self.unfit
        of = f", of {counted(total, 'row')}: {', '.join(rest)}" if rest else ""
        return "; ".join([f"{self.file} has {counted(self.used, what)}{of}", *self.notes]) + "."


def load_stock(path: Path, *, progress: Progress = silent) -> Stock:
    """The blocks of a table with a column of SMILES, each by its row's id. DataError where none can be read."""
    return read_stock(path, progress=progress)[0]


def read_stock(path: Path, *, progress: Progress = silent) -> tuple[Stock, Rows]:
    """The same with what became of the rows. A scheduled chemical, of which no route may be made, is withheld."""
    from pharmakon.store.tables import open_table

    try:
        table = open_table(path)
    except UnknownName:
        raise DataError(f"{path} has no column of structures; a stock is a table with a column 'smiles'") from None

    rows = withheld = 0

    def blocks() -> Iterator[tuple[str, str]]:
        nonlocal rows, withheld
        for row in table.rows():
            rows += 1
            if row.number % 1000 == 0:
                progress(row.number, 0, f"reading {path.name}")
            if row.problem:
                continue
            if is_scheduled(to_mol(row.structure)):
                withheld += 1
            else:
                yield row.structure, row.id

    stock = Stock.of(blocks())
    if not len(stock):
        raise DataError(f"{path} has no structure that can be read; a stock is a table with a column of SMILES")
    return stock, Rows(path.name, len(stock), rows - withheld - len(stock), withheld, notes=table.notes)
