"""Parquet files through DuckDB, streamed; one in a vault from memory."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pharmakon.core.errors import DataError
from pharmakon.core.limits import within

from .bytestream import open_stored
from .remote import served
from .vault import is_vault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from fsspec import AbstractFileSystem
    from pandas import DataFrame

_FETCH = 10_000
QUOTE = '"'


class Parquet:
    """Rows of a Parquet file, every value as text; NULL is empty."""

    def __init__(self, path: Path) -> None:
        self._path, self.notes = path, list[str]()
        described = self._query("DESCRIBE SELECT * FROM read_parquet(?)")
        self.types = {str(name): str(kind) for name, kind, *_ in described}
        """Column -> its type, as SQL writes it."""
        self.columns = tuple(self.types)

    def rows(self) -> Iterator[tuple[list[str], str]]:
        """Each row, in the file's order."""
        for cells in self._query("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(?)"):
            yield ["" if cell is None else cell for cell in cells], ""

    def count(self) -> int:
        """How many rows, by the file's end, without reading them."""
        return sum(int(n or 0) for (n,) in self._query("SELECT num_rows FROM parquet_file_metadata(?)"))

    def part(self, first: int, count: int, columns: Sequence[str]) -> Iterator[list[str]]:
        """The named columns of the rows from `first`, counted from 0; other row groups are not read."""
        asked = ", ".join(f'CAST("{name.replace(QUOTE, 2 * QUOTE)}" AS VARCHAR)' for name in columns)
        source = "read_parquet(?, file_row_number = true)"
        rows = self._query(
            f"SELECT {asked} FROM {source} WHERE file_row_number >= ? AND file_row_number < ?",  # noqa: S608 - quoted
            first,
            first + count,
        )
        for cells in rows:
            yield ["" if cell is None else cell for cell in cells]

    def _query(self, sql: str, *more: int) -> Iterator[tuple[str | None, ...]]:
        with _connected(self._path) as (connection, literal):
            found = connection.execute(sql, [literal, *more])
            while rows := found.fetchmany(_FETCH):
                yield from rows


def read_whole(path: Path) -> DataFrame:
    """A Parquet file as a table in memory. DataError where it is damaged, or beyond the limit CELLS."""
    with _connected(path) as (connection, literal):
        columns = len(connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [literal]).fetchall())
        counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [literal]).fetchone()
        within("CELLS", columns * (counted[0] if counted else 0), path)
        return connection.execute("SELECT * FROM read_parquet(?)", [literal]).df()


@contextmanager
def _connected(path: Path) -> Iterator[tuple[DuckDBPyConnection, str]]:
    """A connection, and the file's name for it."""
    import duckdb

    with _named(path) as (name, served_by), duckdb.connect() as connection:
        if served_by is not None:
            connection.register_filesystem(served_by)
        connection.execute("SET temp_directory = ''")  # what does not fit into memory is refused, not spilled to a file
        literal = re.sub(r"([*?\[])", r"[\1]", name)  # DuckDB would take these for wildcards
        try:
            yield connection, literal
        except duckdb.Error as error:
            said = str(error).partition("\n")[0]  # then comes the query
            raise DataError(f"{path} is not a Parquet file that can be read: {said}") from None


@contextmanager
def _named(path: Path) -> Iterator[tuple[str, AbstractFileSystem | None]]:
    """A name that DuckDB can open, and the file system to register for it where the file is at an address.

    It is the path, or that of a file in memory which holds what a vault holds.
    """
    if not is_vault(path):
        with served(path) as found:
            yield found
        return
    if not hasattr(os, "memfd_create"):
        raise DataError(f"{path}: a Parquet file in a vault can be read on Linux only; lock it as CSV or h5ad")
    with open_stored(path) as stream, os.fdopen(os.memfd_create("vault", os.MFD_CLOEXEC), "w+b") as memory:
        shutil.copyfileobj(stream, memory, 1 << 20)
        memory.flush()
        yield f"/proc/self/fd/{memory.fileno()}", None
