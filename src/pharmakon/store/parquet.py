"""Parquet files through DuckDB, streamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pharmakon.core.errors import DataError

_FETCH = 10_000


class Parquet:
    """Rows of a Parquet file, every value as text; NULL is empty."""

    def __init__(self, path: Path) -> None:
        self._path, self.notes = path, list[str]()
        self.columns = tuple(str(name) for name, *_ in self._query("DESCRIBE SELECT * FROM read_parquet(?)"))

    def rows(self) -> Iterator[tuple[list[str], str]]:
        """Each row, in the file's order."""
        for cells in self._query("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(?)"):
            yield ["" if cell is None else cell for cell in cells], ""

    def _query(self, sql: str) -> Iterator[tuple[str | None, ...]]:
        import duckdb

        literal = re.sub(r"([*?\[])", r"[\1]", str(self._path))  # DuckDB would take these for wildcards
        with duckdb.connect() as connection:
            try:
                found = connection.execute(sql, [literal])
                while rows := found.fetchmany(_FETCH):
                    yield from rows
            except duckdb.Error as error:
                raise DataError(f"{self._path} is not a Parquet file that can be read: {error}") from None
