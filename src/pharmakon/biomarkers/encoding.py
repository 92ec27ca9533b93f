"""Clinical columns as numbers: covariates, and the outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.biomarkers.declaration import OutcomeTable
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.spelling import refuse_variants
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.store.numbers import decimal_of, read_number

if TYPE_CHECKING:
    from pandas import DataFrame

POSITIVE = frozenset(
    ["1", "yes", "y", "true", "t", "positive", "pos", "event", "dead", "deceased", "case", "r", "responder"]
)
NEGATIVE = frozenset(
    ["0", "no", "n", "false", "f", "negative", "neg", "censored", "alive", "living", "control", "nr", "non-responder"]
)
NUMERIC = 0.9
"""Share of a column's filled cells that are numbers, from which the others count as missing."""
MOST_LEVELS = 20


Levels = Mapping[str, Sequence[str]]
"""By column, its words with the one that others are compared with first; none for a column of numbers."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Columns as numbers: `values` (n, k) with a name for each, and how words were coded."""

    values: Floats
    names: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]
    notes: list[str]


def encode(table: DataFrame, columns: Sequence[str], *, levels: Levels | None = None) -> Encoded:
    """Columns as numbers.

    A column of numbers stays one. One of words becomes an indicator per level but the commonest, `column=level`; where
    a cell is missing all of them are NaN. With `levels` of another cohort the columns are coded as they were there, and
    a word that was not there counts as missing.
    """
    values: list[Floats] = []
    names: list[str] = []
    used: dict[str, tuple[str, ...]] = {}
    notes: list[str] = []
    for column in columns:
        cells = list(table[column])
        known = None if levels is None else levels.get(column)
        numbers = numbers_of(cells) if not known else None
        if known is not None and not known and not any(cells):  # numbers there, and none here: missing, not absent
            numbers = np.full(len(cells), np.nan)
        if numbers is not None:
            values.append(numbers)
            names.append(column)
            used[column] = ()
            continue
        if known:
            cells, said = _known_words(cells, known, column)
            notes += said
            levels_here = list(known)
        else:
            levels_here = _by_number(cells)
        if len(levels_here) > MOST_LEVELS:
            first = levels_here[0]
            raise DataError(
                f"column {column!r} has {len(levels_here)} words, such as {first!r}: too many for a category"
            )
        if len(levels_here) < 2:
            notes.append(f"{column} {'is the same for everybody' if any(cells) else 'has no values'}: left out")
            continue
        notes.append(f"{column} is compared with {levels_here[0]}")
        used[column] = tuple(levels_here)
        for level in levels_here[1:]:
            values.append(np.array([float(cell == level) if cell else np.nan for cell in cells]))
            names.append(f"{column}={level}")
    found = np.column_stack(values) if values else np.empty((len(table), 0))
    return Encoded(found, tuple(names), used, notes)


def _by_number(cells: Sequence[str]) -> list[str]:
    """The words, the commonest first."""
    return [level for level, _ in sorted(Counter(filter(None, cells)).items(), key=lambda kv: (-kv[1], kv[0]))]


def _known_words(cells: list[str], known: Sequence[str], column: str) -> tuple[list[str], list[str]]:
    """Cells without the words that were not there in training, and a note of these."""
    new = sorted({cell for cell in cells if cell and cell not in known})
    notes = [f"{column} {', '.join(new[:5])} was not there in training: taken as missing"] if new else []
    return [cell if cell in known else "" for cell in cells], notes


def numbers_of(cells: Sequence[str]) -> Floats | None:
    """A column as numbers, NaN for what is none; None where it is one of words. 80+ and >80 count as 80."""
    decimal = decimal_of(cells)
    read = [read_number(cell.removesuffix("+"), decimal=decimal)[0] for cell in cells]
    filled = sum(bool(cell) for cell in cells)
    if not filled or sum(value is not None for value in read) < NUMERIC * filled:
        return None
    return np.array([np.nan if value is None else value for value in read])


def outcome_of(table: DataFrame, spec: OutcomeTable, *, where: str) -> Outcome:
    """The outcome that a declaration names. DataError where its column cannot mean that."""
    if spec.time and spec.event:
        times = _numbers(table, spec.time, where)
        if (times < 0).any():
            raise DataError(f"{where}: column {spec.time!r} has a time below 0")
        _refuse_no_event({*table[spec.event]} - {""}, spec, where)
        events, yes, no = _classes(list(table[spec.event]), spec.event, spec.positive, spec.negative, where)
        return Outcome(spec.title, "survival", times, events, positive=yes, negative=no, unit=spec.unit)
    column = spec.columns[0]
    if spec.kind == "continuous":
        return Outcome(spec.title, "continuous", _numbers(table, column, where), unit=spec.unit)
    values, yes, no = _classes(list(table[column]), column, spec.positive, spec.negative, where)
    return Outcome(spec.title, "binary", values, positive=yes, negative=no)


def _numbers(table: DataFrame, column: str, where: str) -> Floats:
    found = numbers_of(list(table[column]))
    if found is None:
        words = next((cell for cell in table[column] if cell and read_number(cell)[0] is None), "")
        raise DataError(f"{where}: column {column!r} holds no numbers (such as {words!r})")
    return found


def _refuse_no_event(levels: set[str], spec: OutcomeTable, where: str) -> None:
    """Said as such: which value is the positive one cannot be answered from a column that has none."""
    if levels and all(level != spec.positive and (level == spec.negative or _is_negative(level)) for level in levels):
        said = ", ".join(sorted(levels))
        raise DataError(f"{where}: no event came: column {spec.event!r} says {said} for everybody")


def _is_negative(level: str) -> bool:
    return plain(level).casefold() in NEGATIVE


def _other(level: str, levels: Sequence[str]) -> str:
    return next(other.casefold() for other in levels if other != level)


def plain(cell: str) -> str:
    """A class written as a number in its shortest form: 1.0000 is 1."""
    try:
        return f"{float(cell):g}"
    except ValueError:
        return cell


def _classes(
    cells: Sequence[str], column: str, positive: str | None, negative: str | None, where: str
) -> tuple[Floats, str, str]:
    """0, 1 or NaN for each cell, and what the two stand for."""
    cells = [plain(cell) for cell in cells]
    positive, negative = (None if given is None else plain(given) for given in (positive, negative))
    levels = sorted({cell for cell in cells if cell})
    declared = [given for given in (positive, negative) if given is not None]
    # Where a class is not declared, every word may be of it.
    refuse_variants(cells, declared if len(declared) == 2 else None, column=column, where=where)
    for given in (positive, negative):
        if given is not None and given not in levels:
            there = f"it has {', '.join(levels[:8])}" if levels else "it is empty"
            raise DataError(f"{where}: column {column!r} has no {given!r}; {there}")
    if positive is None:
        found = [level for level in levels if level.casefold() in POSITIVE]
        found = found or [level for level in levels if len(levels) == 2 and _other(level, levels) in NEGATIVE]
        if len(levels) > 2 or len(found) != 1:
            raise DataError(
                f"{where}: which value of column {column!r} is the positive one? It has {', '.join(levels[:8])}; "
                "say outcome.positive (and negative)"
            )
        positive = found[0]
    if negative is None:
        others = [level for level in levels if level != positive]
        if len(others) > 1:
            raise DataError(
                f"{where}: column {column!r} has {len(levels)} values ({', '.join(levels[:8])}); "
                "say outcome.negative too"
            )
        negative = others[0] if others else ""
    values = np.array([1.0 if c == positive else 0.0 if c == negative and c else np.nan for c in cells])
    return values, positive, negative
