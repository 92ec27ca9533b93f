"""The first rows of a table of any length, read no further than that."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

from pharmakon.core.errors import DataError

WIDEST, LONGEST = 200, 500
"""Columns of a row and letters of a cell that are shown."""


def first_rows(path: Path, limit: int) -> tuple[list[str], list[list[str]], bool]:
    """The header, at most `limit` rows below it, and whether more follow. Raises DataError for what is no table."""
    if path.suffix.lower() not in (".csv", ".tsv"):
        raise DataError(f"{path.name} is not a CSV or TSV file")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            read = csv.reader(stream, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
            rows = [[cell[:LONGEST] for cell in row[:WIDEST]] for row in islice(read, limit + 2)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} cannot be read as a table: {error}") from None
    header, *rest = rows or [[]]
    return header, rest[:limit], len(rest) > limit
