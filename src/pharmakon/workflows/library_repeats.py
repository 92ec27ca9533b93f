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
    "meaning": "the first row of the file, counted from 1, that has the same standardised structure",
}
"""The column of a library. One that was made before repeats were marked lacks it."""


def repeats(connection: DuckDBPyConnection) -> NDArray[np.int32]:
    """Of each row of the table `parts`, the number from 1 of the first row with its structure; 0 where it is that row.

    Rows that could not be read have no structure, so they repeat nothing.
    """
    [(rows,)] = connection.execute("SELECT count(*) FROM parts").fetchall()
    found = connection.execute(
        "SELECT p.row AS row, f.row + 1 AS first FROM parts p JOIN (SELECT smiles, min(row) AS row FROM parts "
        "WHERE problem = '' GROUP BY smiles HAVING count(*) > 1) f ON p.smiles = f.smiles "
        "WHERE p.row > f.row AND p.problem = ''"
    ).fetchnumpy()
    first = np.zeros(rows, dtype=np.int32)
    first[np.asarray(found["row"])] = found["first"]
    return first


def told(first: int, id: str) -> str:
    """Such as "repeat of row 12 (M11)": what the first row is called, where that is not its number; of 0 nothing."""
    if not first:
        return ""
    return f"repeat of row {first:,}" + (f" ({id})" if id not in ("", str(first)) else "")
