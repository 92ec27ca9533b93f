"""Tables without identifiers: columns dropped, tokens, years, three digits of a ZIP code. Text in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pharmakon.core.errors import UnknownName

from .columns import Column, by_name, is_plain, recognise
from .dates import days_come_first
from .removals import Removals
from .treatment import Treatment

Cells = Mapping[str, Sequence[str]]
"""Column -> its cells as text, "" where there is none."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left of a table: the columns that stay, in order, and the cells of those that were changed."""

    columns: list[Column]
    changed: dict[str, list[str]]

    @property
    def kept(self) -> list[Column]:
        """Columns of the output: all but the dropped ones and texts of which nothing is left."""
        return [one for one in self.columns if one.action == "keep" or one.name in self.changed]


def clean_table(
    cells: Cells, treatment: Treatment, removals: Removals, *, declared: Mapping[str, str] | None = None
) -> Cleaned:
    """Every column recognised and treated."""
    declared = declared or {}
    columns = [
        recognise(name, values, position=i, declared=declared.get(name, ""))
        for i, (name, values) in enumerate(cells.items())
    ]
    person = next((one for one in columns if one.person), None)
    n = len(next(iter(cells.values()), ()))
    persons = list(cells[person.name]) if person else [""] * n
    if treatment.shift_dates and person is None and any(one.action == "date" for one in columns):
        removals.look("", "No column says whose a row is, so its dates keep their year only and are not shifted.")
    changed: dict[str, list[str]] = {}
    for column in columns:
        if column.look:
            removals.look(column.shown, f"{column.look} ({column.why})")
        if column.action == "keep":
            continue
        found = _treated(column, cells[column.name], persons, treatment, removals)
        if found is not None:
            changed[column.name] = found
    return Cleaned(columns, changed)


def has_no_header(names: Sequence[str]) -> bool:
    """Whether what should be the names of columns looks like somebody's row: none is known, and one is a number.

    0, 1, 2, ... are the names that a program gives to columns, and no row.
    """
    numbers = [name for name in names if is_plain(name)]
    counted = numbers in ([str(i + first) for i in range(len(numbers))] for first in (0, 1))
    return bool(numbers) and not counted and not any(by_name(name) for name in names)


def check_declared(declared: Mapping[str, str], seen: Sequence[str]) -> None:
    """Raise UnknownName for a declared column that no table has."""
    for name in declared:
        if name not in seen:
            raise UnknownName("column", name, seen, where="the tables")


def _treated(
    column: Column, values: Sequence[str], persons: Sequence[str], treatment: Treatment, removals: Removals
) -> list[str] | None:
    """The new cells; None where the column goes."""
    day_first = column.action == "date" and days_come_first(values)
    made: list[str] = []
    for row, (value, person) in enumerate(zip(values, persons, strict=True)):
        text = value.strip()
        if not text:
            made.append("")
            continue
        new, done = _one(
            column, text, person or f"row {row}", treatment, removals, day_first=day_first, known=person, row=str(row)
        )
        made.append(new)
        if done and new != text:
            removals.took(column.shown, column.identifier, done, text, str(row))
    return made if column.action != "drop" and (any(made) or not any(v.strip() for v in values)) else None


def _one(
    column: Column,
    text: str,
    person: str,
    treatment: Treatment,
    removals: Removals,
    *,
    day_first: bool,
    known: str,
    row: str,
) -> tuple[str, str]:
    match column.action:
        case "pseudonymise":
            return treatment.pseudonyms.token(text), "pseudonym"
        case "date":
            return treatment.date(text, known, day_first=day_first)
        case "age":
            return treatment.age(text)
        case "zip":
            return treatment.zip(text if not text.isdigit() or len(text) == 3 else text.zfill(5))
        case "text":
            return treatment.cleaned(text, person, removals, column.shown, column.identifier, row), ""
    return "", "removed"
