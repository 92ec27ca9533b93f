"""Risks that lie in a table, joined to the samples of a cohort: those of discover, of validate, or anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.biomarkers.block_model import CLINICAL
from pharmakon.biomarkers.challenger import NAME as TREES
from pharmakon.biomarkers.encoding import numbers_of
from pharmakon.biomarkers.nested import FUSED
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Floats
from pharmakon.store.matrix import read_frame

if TYPE_CHECKING:
    from pharmakon.biomarkers.cohort import Cohort

OURS = frozenset({"sample", "patient", "fold", "cohort", "score"})


@dataclass(frozen=True, slots=True)
class GivenRisks:
    """A risk for each sample of a cohort, NaN without one; the fold where it is said."""

    value: Floats
    fold: np.ndarray[tuple[int], np.dtype[np.str_]] | None
    column: str
    notes: list[str]


def read_risks(path: Path, cohort: Cohort, *, column: str | None = None) -> GivenRisks:
    """The risks of a table whose column `sample`, or first column, holds the samples' ids.

    Of several columns `risk` is taken, then the fused model of discover, then the first. Raises UnknownName for a
    column, DataError where the table has none of the samples, a sample twice, or a number that is no risk.
    """
    table = read_frame(path)
    if "cohort" in table.columns and len({*table["cohort"]}) > 1:
        table = table[table["cohort"] == cohort.declaration.name]
    names = [str(name) for name in table.columns]
    key = "sample" if "sample" in names else names[0]
    others = [name for name in names if name not in OURS and name != key]
    column = column or next((name for name in ("risk", FUSED) if name in others), None)
    column = column or next((name for name in others if name not in (CLINICAL, TREES)), None)
    if column is None or column not in names:
        raise UnknownName("column", column or "risk", names, where=str(path))
    values = numbers_of(list(table[column]))
    if values is None:
        raise DataError(f"{path}: column {column!r} holds no risks")
    place: dict[str, int] = {}
    for i, one in enumerate(table[key]):
        if one in place:
            raise DataError(f"{path}: sample {one!r} stands twice")
        place[one] = i
    rows = [place.get(one, -1) for one in cohort.ids]
    if all(row < 0 for row in rows):
        raise DataError(f"{path}: none of its samples is in the cohort ({cohort.ids[0]}, ...)")
    risk = np.array([values[row] if row >= 0 else np.nan for row in rows])
    known = np.isfinite(risk)
    if cohort.outcome.kind != "continuous" and ((risk[known] < 0) | (risk[known] > 1)).any():
        raise DataError(f"{path}: column {column!r} has numbers that are no risks (below 0, or above 1)")
    fold = None
    if "fold" in names:
        cells = list(table["fold"])
        fold = np.array([cells[row] if row >= 0 else "" for row in rows], np.str_)
    notes = [f"risks: column {column} of {path.name}; that its model has not seen the patients is taken on trust"]
    if not known.all():
        notes.append(f"{int((~known).sum()):,} of {len(known):,} samples have no risk")
    return GivenRisks(risk, fold, column, notes)
