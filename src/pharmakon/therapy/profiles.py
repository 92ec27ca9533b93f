"""A tumour's or cell line's profile: expression, mutations and copy number of named genes, any of which may be missing.

Two layouts of a table are read:
- wide, a row a patient: the first column names the patient, the others are `expression:EGFR`, `mutation:BRAF`,
  `copy_number:ERBB2`; a bare `EGFR` is expression;
- long, a row a value: columns `gene`, `kind`, `value`, and `patient` where there are several.

A mutation is 0 or 1 in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Floats
from pharmakon.store.matrix import Matrix, aligned, read_frame, read_matrix
from pharmakon.store.numbers import MISSING, decimal_of, read_number

if TYPE_CHECKING:
    from pandas import DataFrame

EXPRESSION, MUTATION, COPY_NUMBER = "expression", "mutation", "copy_number"
KINDS = (EXPRESSION, MUTATION, COPY_NUMBER)
LONG = ("gene", "kind", "value")
PATIENT = ("patient", "sample", "cell", "id")
HALF_LONG = frozenset({"gene", "genes", "symbol", "gene symbol", "gene name", "hugo symbol", "kind", "value"})
"""Headings that no wide table has: no patient is in such a column, and no gene has such a name."""
ONE = "patient"
"""The name of a patient who has none."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """n patients or cell lines. `values` are by kind, shape (n, genes of that kind), NaN where not measured.

    Expression has the scale of the table that the model learnt from (z-scores for the GDSC set), mutation is 0 or 1,
    copy number a ratio or log ratio as in that table.
    """

    ids: tuple[str, ...]
    genes: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Floats]
    unread: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """By kind, of the shape of its values: where something was written that is no number. May lack a kind."""

    def __post_init__(self) -> None:
        for kind, genes in self.genes.items():
            if kind not in KINDS:
                raise UnknownName("kind of measurement", kind, KINDS)
            if self.values[kind].shape != (len(self.ids), len(genes)):
                raise DataError(f"{kind}: {self.values[kind].shape} values for {len(self.ids)} ids, {len(genes)} genes")

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Sequence[int] | NDArray[Any]) -> Profiles:
        """Some of them, by position or mask."""
        at = np.arange(len(self))[rows]
        return Profiles(
            tuple(self.ids[i] for i in at),
            self.genes,
            {kind: values[at] for kind, values in self.values.items()},
            {kind: unread[at] for kind, unread in self.unread.items()},
        )

    def readable(self, genes: Mapping[str, Sequence[str]]) -> dict[str, Floats]:
        """By kind, shape (n,): of what was written for these genes, the share that is a number; 1 where nothing was."""
        found = {}
        for kind, unread in self.unread.items():
            wanted = set(genes.get(kind, ()))
            at = [i for i, gene in enumerate(self.genes[kind]) if gene in wanted]
            known = np.isfinite(self.values[kind][:, at]).sum(axis=1)
            written = known + unread[:, at].sum(axis=1)
            found[kind] = np.where(written > 0, known / np.maximum(written, 1), 1.0)
        return found

    def aligned(self, genes: Mapping[str, Sequence[str]]) -> tuple[Profiles, dict[str, Floats]]:
        """The same patients with a model's genes in its order, NaN for those not measured; and the share found.

        The share is by kind, shape (n,): of the genes wanted, those with a value.
        """
        values: dict[str, Floats] = {}
        found: dict[str, Floats] = {}
        for kind, wanted in genes.items():
            own = self.genes.get(kind, ())
            held = Matrix(own, self.ids, self.values[kind].T) if own else Matrix((), self.ids, np.empty((0, len(self))))
            values[kind] = aligned(held, wanted).T
            found[kind] = np.isfinite(values[kind]).mean(axis=1) if len(wanted) else np.ones(len(self))
        return Profiles(self.ids, {kind: tuple(names) for kind, names in genes.items()}, values), found

    def standardised_over_patients(self) -> Profiles:
        """Expression as z-scores over these patients: for a cohort whose scale is not the model's. Needs 10 of them."""
        if len(self) < 10:
            raise DataError(f"{len(self)} patients are too few to standardise expression over them; 10 are needed")
        raw = self.values.get(EXPRESSION, np.empty((len(self), 0)))
        known = np.isfinite(raw)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, raw, 0).sum(axis=0) / count
        spread = np.sqrt(np.where(known, (raw - mean) ** 2, 0).sum(axis=0) / count)
        scaled = (raw - mean) / np.where(spread > 0, spread, 1)
        return Profiles(self.ids, self.genes, {**self.values, EXPRESSION: scaled}, self.unread)


NONE = Profiles((), MappingProxyType({}), MappingProxyType({}))


def read_profiles(path: str | Path) -> Profiles:
    """The profiles of a table, long or wide. UnknownName for a wrong kind.

    Raises DataError for a table that holds none or is neither, for two values of one thing, and for a mutation that is
    neither 0 nor 1.
    """
    path = Path(path)
    frame = read_frame(path)
    names = {str(name).strip().casefold(): str(name) for name in frame.columns}
    if set(LONG) <= names.keys():
        found = _long(path, frame, names)
    elif odd := [name for folded, name in names.items() if folded.replace("_", " ") in HALF_LONG]:
        raise DataError(
            f"{path} has a column {odd[0]!r}, but is no table of profiles: expected are the columns {', '.join(LONG)} "
            f"(and {ONE}), a row a value; or a row a patient, with columns such as expression:EGFR and mutation:BRAF"
        )
    else:
        found = _wide(path, frame)
    if MUTATION in found.genes:
        values = found.values[MUTATION]
        for row, column in np.argwhere(np.isfinite(values) & (values != 0) & (values != 1))[:1]:
            where = f"{found.ids[row]}, {found.genes[MUTATION][column]}"
            raise DataError(f"{path}: a mutation is 0 or 1, not {values[row, column]:g} ({where})")
    return found


def from_matrices(matrices: Mapping[str, Matrix]) -> Profiles:
    """Profiles of one table a kind, rows being cells; those of the first kind, in its order."""
    ids = next(iter(matrices.values())).rows
    return Profiles(
        ids,
        {kind: matrix.columns for kind, matrix in matrices.items()},
        {kind: aligned(matrix, ids) for kind, matrix in matrices.items()},
    )


def _wide(path: Path, frame: DataFrame) -> Profiles:
    matrix = read_matrix(path)
    if twice := next((who for who, times in Counter(matrix.rows).items() if times > 1), None):
        raise DataError(f"{path} has two rows for {twice!r}: a wide table has a row a patient")
    if all(who.partition(":")[0].strip().casefold() in KINDS and ":" in who for who in matrix.rows):
        raise DataError(
            f"{path} lies on its side: its rows are {matrix.rows[0]}, ...; a wide table has a row a patient"
        )
    # A column of words is none of expression, such as a tissue; what calls itself a mutation was meant to be one.
    columns = [*matrix.columns, *(name for name in matrix.text if name.partition(":")[0].strip().casefold() in KINDS)]
    values = np.full((len(matrix.rows), len(columns)), np.nan)
    values[:, : len(matrix.columns)] = matrix.values
    unread = np.zeros(values.shape, dtype=bool)
    for at, column in enumerate(columns):
        if column in matrix.text:
            decimal = decimal_of(frame[column])
            read = [read_number(text, decimal=decimal)[0] for text in frame[column]]
            values[:, at] = [np.nan if value is None else value for value in read]
        if column in frame and np.isnan(values[:, at]).any():
            unread[:, at] = [bool(text) and text.casefold() not in MISSING for text in frame[column]]
    unread &= np.isnan(values)
    places: dict[str, list[int]] = {}
    genes: dict[str, list[str]] = {}
    for at, column in enumerate(columns):
        kind, colon, gene = column.partition(":")
        kind, gene = (kind.strip().casefold(), gene.strip()) if colon else (EXPRESSION, column.strip())
        if kind not in KINDS:
            raise UnknownName("kind of measurement", kind, KINDS, where=f"column {column!r} of {path}")
        places.setdefault(kind, []).append(at)
        genes.setdefault(kind, []).append(gene)
    return Profiles(
        matrix.rows,
        {kind: tuple(genes[kind]) for kind in KINDS if kind in genes},
        {kind: values[:, places[kind]] for kind in KINDS if kind in genes},
        {kind: unread[:, places[kind]] for kind in KINDS if kind in genes},
    )


def _long(path: Path, frame: DataFrame, names: Mapping[str, str]) -> Profiles:
    who = next((names[name] for name in PATIENT if name in names), None)
    patients = [ONE] * len(frame) if who is None else list(frame[who])
    decimal = decimal_of(frame[names["value"]])
    rows: dict[str, int] = {}
    columns: dict[str, dict[str, int]] = {}
    cells: dict[tuple[str, int, int], tuple[float, bool]] = {}
    triples = zip(patients, *(frame[names[part]] for part in LONG), strict=True)
    for number, (patient, gene, kind, text) in enumerate(triples, start=1):
        kind = kind.casefold().replace(" ", "_")
        if kind not in KINDS:
            raise UnknownName("kind of measurement", kind, KINDS, where=f"row {number} of {path}")
        value, _, problem = read_number(text, decimal=decimal)
        own = columns.setdefault(kind, {})
        at = kind, rows.setdefault(patient, len(rows)), own.setdefault(gene, len(own))
        before, unread = cells.get(at, (np.nan, False))
        if value is not None and np.isfinite(before) and before != value:
            raise DataError(f"{path} has two values for {patient}, {gene}, {kind}: {before:g} and {value:g}")
        cells[at] = (before if value is None else value, unread or problem not in ("", "missing"))
    if not cells:
        raise DataError(f"{path} holds no values")
    values = {kind: np.full((len(rows), len(columns[kind])), np.nan) for kind in KINDS if kind in columns}
    illegible = {kind: np.zeros(block.shape, dtype=bool) for kind, block in values.items()}
    for (kind, row, column), (number_found, unread) in cells.items():
        values[kind][row, column] = number_found
        illegible[kind][row, column] = unread and np.isnan(number_found)
    return Profiles(tuple(rows), {kind: tuple(columns[kind]) for kind in values}, values, illegible)
