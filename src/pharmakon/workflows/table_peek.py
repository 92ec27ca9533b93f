"""The first rows of a table that somebody uploaded, and a guess at what its columns hold. Nothing is judged yet."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import UnknownName

READ = 500
"""Rows that a guess is made of."""
VALUE_NAMES = ("value", "y", "activity", "pic50", "pki", "ic50", "ki", "ec50", "potency", "label", "class", "outcome")
"""What a column of measurements is usually called."""


class PeekConfig(Config):
    """Which table, and how much of it to show."""

    data: Path = Field(description="table of structures: CSV, TSV, SMI, SDF or Parquet, also gzipped")
    show: int = Field(5, ge=1, le=50, description="rows to show")


@dataclass(frozen=True, slots=True)
class Peek:
    """What a table seems to hold. `value` is the likeliest column of measurements, "" where none looks like one."""

    columns: Sequence[str]
    structure: str
    id: str
    value: str
    numbers: Sequence[str]
    """Columns that hold numbers, or one of two words, and are neither of these."""
    rows: Sequence[Sequence[str]]
    more: bool
    notes: Sequence[str]


def run(config: PeekConfig) -> Peek:
    """Look at a table. Raises DataError where it cannot be read, UsageError where it has no header."""
    from pharmakon.store.tables import open_table

    guessed = True
    try:
        table = open_table(config.data)
    except UnknownName as error:  # no column is called as structures are
        table, guessed = open_table(config.data, smiles=error.known[0]), False
    rows = list(itertools.islice(table.rows(), READ + 1))
    held = [name for name in table.columns if name not in (table.structure_column, table.id_column)]
    numbers = [name for name in held if _holds_values([row.fields.get(name, "") for row in rows[:READ]])]
    shown = [[row.fields.get(name, "") for name in table.columns] for row in rows[: config.show]]
    return Peek(
        table.columns,
        table.structure_column if guessed else "",
        table.id_column,
        _value(numbers),
        numbers,
        shown,
        len(rows) > config.show,
        tuple(table.notes),
    )


def _holds_values(cells: Sequence[str]) -> bool:
    """Whether nine of ten cells that hold anything are numbers, or they are two words in all."""
    held = [cell.strip() for cell in cells if cell.strip()]
    if not held:
        return False
    if len(held) > 2 and len(set(held)) == 2:
        return True
    return sum(map(_is_number, held)) >= 0.9 * len(held)


def _is_number(text: str) -> bool:
    try:
        float(text.lstrip("<>=~ "))
    except ValueError:
        return False
    return True


def _value(numbers: Sequence[str]) -> str:
    plain = {name: "".join(c for c in name.casefold() if c.isalnum()) for name in numbers}
    for wanted in VALUE_NAMES:
        if found := next((name for name, text in plain.items() if wanted == text), ""):
            return found
    for wanted in VALUE_NAMES[2:]:
        if found := next((name for name, text in plain.items() if wanted in text), ""):
            return found
    return numbers[0] if len(numbers) == 1 else ""
