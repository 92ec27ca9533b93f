"""A tumour's or cell line's profile: expression, mutations and copy number of named genes, any of which may be missing.

Two layouts of a table are read:
- wide, a row a patient: the first column names the patient, the others are `expression:EGFR`, `mutation:BRAF`,
  `copy_number:ERBB2`; a bare `EGFR` is expression;
- long, a row a value: columns `gene`, `kind`, `value`, and `patient` where there are several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Floats
from pharmakon.store.matrix import Matrix, aligned, read_frame, read_matrix
from pharmakon.store.numbers import read_number

EXPRESSION, MUTATION, COPY_NUMBER = "expression", "mutation", "copy_number"
KINDS = (EXPRESSION, MUTATION, COPY_NUMBER)
LONG = ("gene", "kind", "value")
PATIENT = ("patient", "sample", "cell", "id")
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
            tuple(self.ids[i] for i in at), self.genes, {kind: values[at] for kind, values in self.values.items()}
        )

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
        return Profiles(self.ids, self.genes, {**self.values, EXPRESSION: scaled})


NONE = Profiles((), MappingProxyType({}), MappingProxyType({}))


def read_profiles(path: str | Path) -> Profiles:
    """The profiles of a table, long or wide. Raises DataError where it holds none, UnknownName for a wrong kind."""
    path = Path(path)
    names = {name.casefold(): name for name in read_frame(path).columns}
    return _long(path, names) if set(LONG) <= names.keys() else _wide(path)


def from_matrices(matrices: Mapping[str, Matrix]) -> Profiles:
    """Profiles of one table a kind, rows being cells; those of the first kind, in its order."""
    ids = next(iter(matrices.values())).rows
    return Profiles(
        ids,
        {kind: matrix.columns for kind, matrix in matrices.items()},
        {kind: aligned(matrix, ids) for kind, matrix in matrices.items()},
    )


def _wide(path: Path) -> Profiles:
    matrix = read_matrix(path)
    columns: dict[str, list[int]] = {}
    genes: dict[str, list[str]] = {}
    for at, column in enumerate(matrix.columns):
        kind, colon, gene = column.partition(":")
        kind, gene = (kind.strip().casefold(), gene.strip()) if colon else (EXPRESSION, column.strip())
        if kind not in KINDS:
            raise UnknownName("kind of measurement", kind, KINDS, where=f"column {column!r} of {path}")
        columns.setdefault(kind, []).append(at)
        genes.setdefault(kind, []).append(gene)
    return Profiles(
        matrix.rows,
        {kind: tuple(genes[kind]) for kind in KINDS if kind in genes},
        {kind: matrix.values[:, columns[kind]] for kind in KINDS if kind in genes},
    )


def _long(path: Path, names: Mapping[str, str]) -> Profiles:
    who = next((names[name] for name in PATIENT if name in names), None)
    frame = read_frame(path)
    patients = [ONE] * len(frame) if who is None else list(frame[who])
    rows: dict[str, int] = {}
    columns: dict[str, dict[str, int]] = {}
    cells: list[tuple[str, int, int, float]] = []
    triples = zip(patients, *(frame[names[part]] for part in LONG), strict=True)
    for number, (patient, gene, kind, text) in enumerate(triples, start=1):
        kind = kind.casefold().replace(" ", "_")
        if kind not in KINDS:
            raise UnknownName("kind of measurement", kind, KINDS, where=f"row {number} of {path}")
        value = read_number(text)[0]
        at = rows.setdefault(patient, len(rows)), columns.setdefault(kind, {}).setdefault(gene, len(columns[kind]))
        cells.append((kind, *at, np.nan if value is None else value))
    if not cells:
        raise DataError(f"{path} holds no values")
    values = {kind: np.full((len(rows), len(columns[kind])), np.nan) for kind in KINDS if kind in columns}
    for kind, row, column, number_found in cells:
        values[kind][row, column] = number_found
    return Profiles(tuple(rows), {kind: tuple(columns[kind]) for kind in values}, values)
