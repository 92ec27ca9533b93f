"""A user's file of building blocks, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pharmakon.chem.stock import Stock
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Progress, silent


def load_stock(path: Path, *, progress: Progress = silent) -> Stock:
    """The blocks of a table with a column of SMILES, each by its row's id. DataError where none can be read."""
    from pharmakon.store.tables import open_table

    try:
        table = open_table(path)
    except UnknownName:
        raise DataError(f"{path} has no column of structures; a stock is a table with a column 'smiles'") from None

    def blocks() -> Iterator[tuple[str, str]]:
        for row in table.rows():
            if row.number % 1000 == 0:
                progress(row.number, 0, f"reading {path.name}")
            if not row.problem:
                yield row.structure, row.id

    stock = Stock.of(blocks())
    if not len(stock):
        raise DataError(f"{path} has no structure that can be read; a stock is a table with a column of SMILES")
    return stock
