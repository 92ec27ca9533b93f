"""Numbers in a library's file: which columns of text are columns of numbers, and the number in a cell as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pharmakon.store.numbers import MISSING, Decimal, decimal_of

from .library_filter import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOSTLY = 0.9
"""Share of a column's cells that must be numbers, or censored ones, for it to be a column of numbers."""
MARKS = "<>=≤≥~ "
"""What may stand before the number in a cell: ">7" counts as 7."""
COMMA = r"[+-]?([0-9]*|[1-9][0-9]{0,2}(\.[0-9]{3})+),[0-9]+([eE][+-]?[0-9]+)?"
"""A number with a decimal comma, as a pattern: 1,5 and 1.234,5."""


CODES = r"[+-]?0[0-9].*|[+-]?[0-9]{16,}(\.0*)?"
"""Digits that are no number, or of which a number keeps only some."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers: each cell's number as SQL, and whether every cell can be written again as it was.

    A number loses the zeros before a bar code, and the last digits of a long identifier.
    """

    sql: str
    plain: bool


def numeric(connection: DuckDBPyConnection, texts: Sequence[str]) -> Mapping[str, Numbers]:
    """The columns of text of the table `parts` in which nearly all that is filled in is a number.

    A censored number is its bound, what is no number is NULL; a comma is a decimal mark where the column says so.
    """
    if not texts:
        return {}
    missing = ", ".join(f"'{word}'" for word in sorted(MISSING))
    found, asked = {name: _number(name, _decimal(connection, name)) for name in texts}, list[str]()
    for name, number in found.items():
        text = f"trim({quoted(name)})"
        plain = f"TRY_CAST({text} AS DOUBLE) IS NOT NULL"
        filled = f"{text} <> '' AND ({plain} OR lower({text}) NOT IN ({missing}))"
        asked += [
            f"count(*) FILTER ({filled}), count(*) FILTER ({text} <> '' AND {number} IS NOT NULL)",
            f"count(*) FILTER ({text} <> '' AND (NOT {plain} OR regexp_full_match({text}, '{CODES}')))",
        ]
    [counts] = connection.execute(f"SELECT {', '.join(asked)} FROM parts").fetchall()  # noqa: S608 - quoted
    told = zip(found.items(), counts[::3], counts[1::3], counts[2::3], strict=True)
    return {
        name: Numbers(number, plain=not odd)
        for (name, number), filled, numbers, odd in told
        if numbers and numbers >= MOSTLY * filled
    }


def _decimal(connection: DuckDBPyConnection, name: str) -> Decimal:
    """The decimal mark of a column; "" where no cell has a comma, which no other mark is mistaken for."""
    cell = f"ltrim({quoted(name)}, '{MARKS}')"
    like = f"FROM parts WHERE regexp_full_match(trim({cell}), '[-+0-9.,eE]+')"
    if not connection.execute(f"SELECT 1 {like} AND contains({cell}, ',') LIMIT 1").fetchall():
        return ""
    return decimal_of(str(text) for (text,) in connection.execute(f"SELECT {cell} {like}").fetchall())


def _number(name: str, decimal: Decimal) -> str:
    """The number in a cell as SQL, NULL where it holds none."""
    cell = f"trim(ltrim({quoted(name)}, '{MARKS}'))"
    if decimal == ",":
        point = f"replace(replace({cell}, '.', ''), ',', '.')"
        cell = f"CASE WHEN regexp_full_match({cell}, '{COMMA}') THEN {point} ELSE {cell} END"
    return f"TRY_CAST({cell} AS DOUBLE)"
