"""A drug screen: how much of each drug stopped each cell line, beside the lines' profiles and the drugs' structures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Floats
from pharmakon.store.matrix import read_frame, read_matrix
from pharmakon.store.numbers import read_number

from .profiles import KINDS, Profiles, from_matrices

UNIT = "ln uM"
GDSC = "gdsc_tgsa"
"""The public data set in the catalogue, whose files of profiles bear the kinds' names."""
TISSUE = ("tissue", "site_primary", "site")


@dataclass(frozen=True, slots=True)
class Screen:
    """n cell lines and m drugs. `response` (n, m) is ln IC50 in ln uM: low where the drug works, NaN untested."""

    profiles: Profiles
    drugs: tuple[str, ...]
    response: Floats
    smiles: tuple[str, ...]
    """The structure of each drug, "" where unknown."""
    tissue: tuple[str, ...]
    """The tissue of each line, "" where unknown."""

    def __post_init__(self) -> None:
        n, m = len(self.profiles), len(self.drugs)
        if self.response.shape != (n, m) or len(self.smiles) != m or len(self.tissue) != n:
            raise DataError(f"a screen of {n} lines and {m} drugs has responses of shape {self.response.shape}")

    @property
    def cells(self) -> tuple[str, ...]:
        """The names of the lines."""
        return self.profiles.ids

    @property
    def tested(self) -> NDArray[np.bool_]:
        """Where there is a response; shape (n, m)."""
        return np.isfinite(self.response)

    def take(
        self, cells: Sequence[int] | NDArray[Any] | None = None, drugs: Sequence[int] | NDArray[Any] | None = None
    ) -> Screen:
        """Some of the lines and drugs, by position or mask."""
        rows = np.arange(len(self.profiles)) if cells is None else np.arange(len(self.profiles))[cells]
        columns = np.arange(len(self.drugs)) if drugs is None else np.arange(len(self.drugs))[drugs]
        return replace(
            self,
            profiles=self.profiles.take(rows),
            drugs=tuple(self.drugs[j] for j in columns),
            response=self.response[np.ix_(rows, columns)],
            smiles=tuple(self.smiles[j] for j in columns),
            tissue=tuple(self.tissue[i] for i in rows),
        )


def read_screen(
    response: Path,
    profiles: Mapping[str, Path],
    *,
    structures: Path | None = None,
    annotations: Path | None = None,
) -> Screen:
    """The lines of the profiles that were tested, drugs in alphabetical order.

    `response` is long: drug, cell, ln IC50 in its first three columns, repeats averaged. `profiles` is one wide table a
    kind. `structures` has the drug's name first and a column whose name holds "smiles" (the last such one is taken);
    `annotations` a column of the cells' names and one called tissue, site or Site_Primary.
    Raises DataError where nothing matches.
    """
    if not profiles:
        raise DataError(f"a screen needs a table of profiles: {', '.join(KINDS)}")
    measured = from_matrices({kind: read_matrix(path) for kind, path in profiles.items()})
    frame = read_frame(response)
    if frame.shape[1] < 3:
        raise DataError(f"{response} needs three columns: drug, cell, ln IC50")
    names, cells, texts = (list(frame[column]) for column in frame.columns[:3])
    place = {cell: i for i, cell in enumerate(measured.ids)}
    drugs = tuple(sorted({name for name, cell in zip(names, cells, strict=True) if cell in place}))
    if not drugs:
        raise DataError(f"no cell of {response} ({cells[0] if cells else 'empty'}, ...) has a profile")
    column = {drug: j for j, drug in enumerate(drugs)}
    total, count = np.zeros((len(measured), len(drugs))), np.zeros((len(measured), len(drugs)))
    for name, cell, text in zip(names, cells, texts, strict=True):
        value = read_number(text)[0]
        if cell in place and value is not None:
            total[place[cell], column[name]] += value
            count[place[cell], column[name]] += 1
    matrix = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    smiles = _structures(structures) if structures else {}
    tissue = _tissues(annotations, set(measured.ids)) if annotations else {}
    screen = Screen(
        measured,
        drugs,
        matrix,
        tuple(smiles.get(drug, "") for drug in drugs),
        tuple(tissue.get(cell, "") for cell in measured.ids),
    )
    tested = screen.tested
    return screen.take(np.flatnonzero(tested.any(axis=1)), np.flatnonzero(tested.any(axis=0)))


def gdsc_screen() -> Screen:
    """GDSC2 with CCLE profiles, as the public data set has it. Raises DataError saying how to get it."""
    from pharmakon.store.places import path_of

    return read_screen(
        path_of(GDSC, "response"),
        {kind: path_of(GDSC, kind) for kind in KINDS},
        structures=path_of(GDSC, "structures"),
        annotations=path_of(GDSC, "annotations"),
    )


def _structures(path: Path) -> dict[str, str]:
    frame = read_frame(path)
    found = [name for name in frame.columns if "smiles" in name.casefold()]
    if not found:
        raise UnknownName("column", "smiles", map(str, frame.columns), where=str(path))
    return dict(zip(frame.iloc[:, 0], frame[found[-1]], strict=True))


def _tissues(path: Path, cells: set[str]) -> dict[str, str]:
    frame = read_frame(path)
    named = {name.casefold(): name for name in frame.columns}
    column = next((named[name] for name in TISSUE if name in named), None)
    if column is None:
        raise UnknownName("column", "tissue", map(str, frame.columns), where=str(path))
    key = max(frame.columns, key=lambda name: frame[name].isin(cells).sum())
    return dict(zip(frame[key], frame[column], strict=True))
