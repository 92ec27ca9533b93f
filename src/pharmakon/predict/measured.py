"""The rows of one or two tables as an audit sees them: which molecule, which value, in which part, or why not."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pharmakon.chem.identity import Identity, Level, identify
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats, Kind, Progress, silent
from pharmakon.store.numbers import decimal_of, read_number
from pharmakon.store.tables import Row

from .curate import class_labels, missing_words

ScaleName = Literal["log", "linear", "other", "classes"]

_LOG_NAME = re.compile(r"(?i:(?<![a-z])log|pchembl|pactivity)|\bp(?:[IEAXGDC]C50|ED50|LD50|K[iadb])(?![a-z])")
_DECADES = 2.5
"""Powers of ten between the 1st and 99th percentile from which positive numbers are read as concentrations."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How two values are compared. `step` is the unit of a difference: one power of ten, or one standard deviation."""

    name: ScaleName
    step: float

    def transform(self, values: Floats) -> Floats:
        """Values on the scale that they are compared on: logarithms of concentrations, else themselves."""
        if self.name != "linear":
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(values), np.nan)

    @property
    def decades(self) -> bool:
        """Whether a difference counts in powers of ten."""
        return self.name in ("log", "linear")

    def words(self, steps: float) -> str:
        """A difference of so many steps: "2.2 log units (160-fold)"."""
        if not self.decades:
            return f"{steps:.1f} standard {'deviation' if f'{steps:.1f}' == '1.0' else 'deviations'}"
        fold = 10**steps
        shown = f"{fold:.2g}" if fold < 10 else f"{fold:.0f}" if fold < 1000 else f"{float(f'{fold:.2g}'):,.0f}"
        return f"{steps:.1f} log {'unit' if f'{steps:.1f}' == '1.0' else 'units'} ({shown}-fold)"


@dataclass(frozen=True, slots=True)
class Measured:
    """One row. `value` is NaN where there is none, and `problem` then says why; `unit` is what a unit column says."""

    table: str
    number: int
    id: str
    structure: str
    identity: Identity
    text: str
    value: float
    problem: str
    part: str
    unit: str


@dataclass(frozen=True, slots=True)
class Source:
    """One table's rows, and the part of the split that they are if no column says it."""

    name: str
    rows: Sequence[Row]
    part: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """Every row of every table, in order. `reference` is the part that others are tested against ("" without a split).

    `compared` are the values on the scale of comparison, NaN where there is none.
    """

    rows: list[Measured]
    kind: Kind
    scale: Scale
    value: str
    parts: tuple[str, ...]
    reference: str
    compared: Floats

    def groups(self, level: Level) -> dict[str, list[int]]:
        """Positions of the readable rows, by their key at a level."""
        found: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(self.rows):
            if key := row.identity.key(level):
                found[key].append(i)
        return dict(found)

    def label(self, i: int) -> str:
        """How a row is called in a sentence: "row 12 (CHEMBL25)", with its part or its table where there are two."""
        place = self._place(i)
        return f"{place} {self._name(i)}".lstrip()

    def labels(self, rows: Sequence[int], *, most: int = 3) -> str:
        """Several rows in a sentence, each place said once: "test.csv row 1 and row 2 and 5 more"."""
        words, before = [], ""
        for i in rows[:most]:
            place = self._place(i)
            words.append(self._name(i) if place == before else f"{place} {self._name(i)}".lstrip())
            before = place
        return " and ".join(words) + (f" and {len(rows) - most:,} more" if len(rows) > most else "")

    def _place(self, i: int) -> str:
        row = self.rows[i]
        return row.table if self.tables > 1 else row.part if self.reference else ""

    def _name(self, i: int) -> str:
        row = self.rows[i]
        short = row.id if len(row.id) <= 40 else f"{row.id[:37]}..."
        return f"row {row.number}" if row.id in ("", str(row.number)) else f"row {row.number} ({short})"

    def shown(self, i: int) -> str:
        """A value as a person reads it: as written, unless that is many digits."""
        row = self.rows[i]
        return row.text if len(row.text) <= 8 or row.problem else f"{row.value:.4g}"

    @property
    def tables(self) -> int:
        """How many tables the rows come from: the first's rows stand first, the last's last."""
        return 1 + (self.rows[0].table != self.rows[-1].table)


def measure(
    sources: Sequence[Source],
    *,
    value: str,
    split_column: str | None = None,
    unit_column: str | None = None,
    kind: Kind | None = None,
    positive: str | None = None,
    scale: Literal["auto", "log", "linear", "other"] = "auto",
    progress: Progress = silent,
) -> Sample:
    """Read structures and values as `curate` does, but keep every row.

    Raises DataError when no row has both a readable structure and a value.
    """
    flat = [(source, row) for source in sources for row in source.rows]
    identities = identify(["" if row.problem else row.structure for _, row in flat], progress=progress)
    texts = [row.fields.get(value, "").strip() for _, row in flat]
    usable = {t.casefold() for t, found in zip(texts, identities, strict=True) if t and found.parent}
    missing = missing_words(usable)
    if not usable - missing:
        raise DataError(f"none of the {len(flat)} rows has both a readable structure and a value in column {value!r}")
    labels = class_labels(usable - missing, positive)
    kind = kind or ("classification" if labels else "regression")
    if kind == "classification" and not labels:
        raise DataError(f"column {value!r} does not hold two known classes; name the positive label (--positive)")
    decimal = decimal_of(texts)
    rows = []
    for (source, row), identity, text in zip(flat, identities, texts, strict=True):
        number, reason = _read(text, labels if kind == "classification" else None, decimal, missing)
        if identity.problem:
            reason = "row cannot be read" if row.problem else "structure cannot be read"
        part = row.fields.get(split_column, "").strip() if split_column else source.part
        unit = row.fields.get(unit_column, "").strip() if unit_column else ""
        rows.append(
            Measured(
                source.name,
                row.number,
                row.id,
                row.structure,
                identity,
                text,
                number,
                _why(reason, row, identity),
                part,
                unit,
            )
        )
    values = np.array([math.nan if row.problem else row.value for row in rows])
    how = _scale(values, value, kind, scale)
    parts = tuple(dict.fromkeys(row.part for row in rows if row.part))
    reference = _reference(parts, rows) if len(parts) > 1 else ""
    return Sample(rows, kind, how, value, parts, reference, how.transform(values))


def _why(reason: str, row: Row, identity: Identity) -> str:
    detail = row.problem or identity.problem
    return f"{reason}: {detail}" if detail else reason


def _read(
    text: str, labels: dict[str, float] | None, decimal: Literal["", ".", ","], missing: frozenset[str]
) -> tuple[float, str]:
    """(value or NaN, why there is none)."""
    if not text or text.casefold() in missing:
        return math.nan, "no value"
    if labels is not None:
        label = labels.get(text.casefold())
        return (math.nan, "not a class") if label is None else (label, "")
    number, qualifier, problem = read_number(text, decimal=decimal)
    if problem or number is None:
        return math.nan, "not a number"
    return (number, "censored value") if qualifier in (">", "<") else (number, "")


def _scale(values: Floats, name: str, kind: Kind, asked: str) -> Scale:
    known = values[np.isfinite(values)]
    if kind == "classification":
        return Scale("classes", 1.0)
    if asked == "auto":
        positive = known[known > 0]
        if len(known) and _LOG_NAME.search(name) and np.abs(known).max() <= 30:
            asked = "log"
        elif len(positive) >= 0.9 * len(known) and not (known < 0).any() and len(positive):
            low, high = np.quantile(np.log10(positive), [0.01, 0.99])
            asked = "linear" if high - low >= _DECADES else "other"
        else:
            asked = "other"
    if asked in ("log", "linear"):
        return Scale("log" if asked == "log" else "linear", 1.0)
    return Scale("other", float(np.std(known)) or 1.0 if len(known) else 1.0)


def _reference(parts: tuple[str, ...], rows: Sequence[Measured]) -> str:
    """The training part: what is called so, else the largest."""
    if named := [part for part in parts if part.casefold().startswith("train")]:
        return named[0]
    return max(parts, key=lambda part: (sum(row.part == part for row in rows), part))
