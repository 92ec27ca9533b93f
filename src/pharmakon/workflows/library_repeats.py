"""Repeats in a library: rows whose standardised structure an earlier row has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REPEAT = "repeat_of"
COLUMN: Mapping[str, Any] = {
    "name": REPEAT,
    "kind": "own",
    "title": "Repeat of row",
    "unit": "count",
    "group": "structure",
    "meaning": "the first row of the file, counted from 0 as `row` is, that has the same standardised structure",
}
"""The column of a library: NULL where nothing is repeated. One that was made before repeats were marked lacks it."""
NONE = -1
"""What `repeats` says of a row that repeats nothing."""


def repeats(connection: DuckDBPyConnection) -> NDArray[np.int32]:
    """Of each row of the table `parts`, the first row with its structure, counted from 0; NONE where it is that row.

    Rows that could not be read have no structure, so they repeat nothing.
    """
    [(rows,)] = connection.execute("SELECT count(*) FROM parts").fetchall()
    found = connection.execute(
        "SELECT p.row AS row, f.row AS first FROM parts p JOIN (SELECT smiles, min(row) AS row FROM parts "
        "WHERE problem = '' GROUP BY smiles HAVING count(*) > 1) f ON p.smiles = f.smiles "
        "WHERE p.row > f.row AND p.problem = ''"
    ).fetchnumpy()
    first = np.full(rows, NONE, dtype=np.int32)
    first[np.asarray(found["row"])] = found["first"]
    return first


def told(first: int | None, id: str) -> str:
    """Such as "repeat of M11 (row 11)"; of a row without an id its number alone, of none nothing."""
    if first is None:
        return ""
    return f"repeat of {id} (row {first:,})" if id else f"repeat of row {first:,}"
