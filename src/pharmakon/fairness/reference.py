"""Reference populations: who there is, named with source and year; shipped ones, and a user's own CSV."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pharmakon.core.errors import DataError, UnknownName

OWN = ("column", "level", "share")
"""Columns of a user's table; `source` and `year` may stand beside them."""
AGE = "age"
ADULT = 18


@dataclass(frozen=True, slots=True)
class Population:
    """A named population. `shares` by column, then by level, add up to 1 in each column.

    Age is by the first year of a band: `starts`, in the order of the levels.
    """

    name: str
    title: str
    source: str
    year: str
    shares: Mapping[str, Mapping[str, float]]
    starts: Sequence[float] = ()
    note: str = ""
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By column: what a level may be called, folded, and what it is."""

    def level(self, column: str, word: str) -> str:
        """What a cohort's word for a level is here; the word itself where it is not known."""
        own = {folded(level): level for level in self.shares.get(column, {})}
        key = folded(word)
        return own.get(key) or self.levels.get(column, {}).get(key, word)


@cache
def _tables() -> dict[str, Any]:
    text = files("pharmakon.fairness").joinpath("tables", "populations.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def populations() -> tuple[str, ...]:
    """The names of the shipped populations."""
    return tuple(_tables()["populations"])


def read_population(name: str, *, folder: Path = Path()) -> Population:
    """A shipped population by name, or a user's own by the path of a CSV file with columns column, level and share.

    In the user's table an age level is the first year of its band. Raises UnknownName for a name, DataError for a table
    that does not say what is needed.
    """
    if name in populations():
        table = _tables()["populations"][name]
        shares = {key: table[key] for key in ("sex", "age", "race", "ethnicity") if key in table}
        return _population(
            name,
            shares,
            title=table["title"],
            source=table["source"],
            year=str(table["year"]),
            note=table["note"],
        )
    path = folder / name
    if path.suffix.casefold() != ".csv":
        raise UnknownName("reference population", name, populations(), hint="or give a CSV of column, level, share")
    return _own(path)


def role_of(column: str) -> str:
    """What a column's name says it is: sex, age, race or ethnicity; "" where it says nothing."""
    name = folded(column)
    return next((role for role, words in _tables()["columns"].items() if name in words), "")


def folded(word: str) -> str:
    """A word without case, signs and double spaces."""
    return " ".join(re.sub(r"[^a-z0-9+]+", " ", word.casefold()).split())


def _own(path: Path) -> Population:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from None
    if not rows or any(name not in rows[0] for name in OWN):
        raise DataError(f"{path}: a reference population has the columns {', '.join(OWN)}, and better source and year")
    shares: dict[str, dict[str, float]] = {}
    for number, row in enumerate(rows, start=1):
        try:
            value = float(row["share"])
        except (TypeError, ValueError):
            value = -1.0
        if value < 0:
            raise DataError(f"{path}, row {number}: the share {row['share']!r} is no number of people or percent")
        shares.setdefault(row["column"].strip(), {})[row["level"].strip()] = value
    first = rows[0]
    source, year = (first.get("source") or "").strip(), (first.get("year") or "").strip()
    return _population(
        path.name,
        shares,
        title=path.stem,
        source=source or "the source is not said",
        year=year or "year not said",
        note="",
    )


def _population(
    name: str, shares: Mapping[str, Mapping[str, float]], *, title: str, source: str, year: str, note: str
) -> Population:
    starts: list[float] = []
    found = {}
    for column, levels in shares.items():
        total = sum(levels.values())
        if total <= 0:
            raise DataError(f"{name}: the shares of {column!r} add up to nothing")
        if column == AGE:
            try:
                starts = sorted(float(level) for level in levels)
            except ValueError:
                raise DataError(f"{name}: an age level is the first year of its band, such as 18") from None
            levels = {f"{start:g}": value for start, value in zip(starts, _ordered(levels), strict=True)}
        found[column] = {str(level): value / total for level, value in levels.items()}
    words = {
        column: {word: level for level, names in table.items() for word in names}
        for column, table in _tables()["levels"].items()
    }
    return Population(name, title, source, year, found, tuple(starts), note, words)


def _ordered(levels: Mapping[str, float]) -> list[float]:
    return [levels[key] for key in sorted(levels, key=float)]
