"""Which groups of people a cohort has: the columns that are asked for, declared, or known by their name; in bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.biomarkers.declaration import Declaration, Fairness
from pharmakon.biomarkers.encoding import numbers_of
from pharmakon.core.errors import ConfigError, UnknownName
from pharmakon.fairness.groups import Groups, banded
from pharmakon.fairness.reference import AGE, Population, role_of
from pharmakon.fairness.representation import matched
from pharmakon.store.matrix import read_frame

if TYPE_CHECKING:
    from pandas import DataFrame

    from pharmakon.biomarkers.cohort import Cohort

STARTS = (0.0, 18.0, 45.0, 65.0)
"""Where bands of age begin, where neither the file nor the reference population says it."""
MOST_LEVELS = 12
"""Numbers of more values than this are cut into thirds."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of the clinical table, and those of them who are in the cohort."""

    table: DataFrame
    """All columns of the clinical table as text, all rows that `keep` leaves."""
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """Which rows of the table the cohort has; (rows,)."""
    order: np.ndarray[tuple[int], np.dtype[np.intp]]
    """The row of each sample of the cohort; (n,)."""


def people_of(cohort: Cohort, folder: Path) -> People:
    """The clinical table of a cohort whose paths count from `folder`."""
    clinical = cohort.declaration.clinical
    table = read_frame(folder / clinical.file)
    for column, asked in clinical.keep.items():
        table = table[table[column].isin([asked] if isinstance(asked, str) else asked)]
    table = table.reset_index(drop=True)
    ids = list(table[clinical.id or str(table.columns[0])])
    place = {one: i for i, one in enumerate(ids)}
    order = np.array([place[one] for one in cohort.ids], np.intp)
    inside = np.zeros(len(ids), dtype=bool)
    inside[order] = True
    return People(table, inside, order)


def columns_of(declaration: Declaration, columns: Sequence[str], asked: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns that are groups: those asked for; else those of [fairness]; else those that are known as groups.

    The last are the declared subgroups, and columns whose name says sex, age, race or ethnicity. Raises UnknownName for
    a column that is not there.
    """
    spec = declaration.fairness or Fairness()
    given = tuple(asked) or spec.groups
    for name in given:
        if name not in columns:
            raise UnknownName("column", name, columns, where=str(declaration.clinical.file))
    outcome = {*declaration.outcome.columns}
    if both := outcome.intersection(given):
        raise ConfigError(f"{', '.join(sorted(both))}: the outcome cannot be among the groups")
    if given:
        return tuple(dict.fromkeys(given))
    known = [name for name in columns if (name in spec.roles or role_of(name)) and name not in outcome]
    return tuple(dict.fromkeys([*declaration.design.subgroups, *known]))


def groups_of(
    table: DataFrame, columns: Sequence[str], spec: Fairness, population: Population | None = None
) -> tuple[dict[str, Groups], dict[str, str], list[str]]:
    """Each column as groups, what a reference population calls it, and notes on columns that were cut into bands.

    Raises ConfigError for words without end.
    """
    found: dict[str, Groups] = {}
    roles: dict[str, str] = {}
    notes: list[str] = []
    for name in columns:
        words = spec.levels.get(name, {})
        cells = [words.get(cell, cell) for cell in table[name]]
        role = spec.roles.get(name) or role_of(name) or name
        roles[name] = role
        starts = _starts(name, role, cells, spec, population)
        if starts is not None:
            numbers = numbers_of(cells)
            if numbers is None:
                raise ConfigError(f"column {name!r} has no numbers that could be cut into bands")
            found[name] = banded(name, numbers, starts)
            if name not in spec.bands and role != AGE:
                notes.append(f"{name} is cut into thirds ([fairness.bands] says otherwise)")
            continue
        groups = Groups.of(name, cells)
        if len(groups.levels) > 2 * MOST_LEVELS:
            raise ConfigError(f"column {name!r} has {len(groups.levels)} words: too many for groups")
        found[name] = matched(groups, population, role) if population is not None else groups
    return found, roles, notes


def _starts(
    name: str, role: str, cells: Sequence[str], spec: Fairness, population: Population | None
) -> Sequence[float] | None:
    """Where bands begin; None for a column of words."""
    if name in spec.bands:
        return spec.bands[name]
    numbers = numbers_of(cells)
    if numbers is None:
        return None
    if role == AGE:
        return population.starts if population is not None and population.starts else STARTS
    known = numbers[np.isfinite(numbers)]
    if len(np.unique(known)) <= MOST_LEVELS:
        return None
    thirds = np.unique(np.quantile(known, [0, 1 / 3, 2 / 3]))
    return [float(f"{start:.4g}") for start in thirds]


def taken(groups: Mapping[str, Groups], rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> dict[str, Groups]:
    """The groups of some rows."""
    return {name: one.take(rows) for name, one in groups.items()}
