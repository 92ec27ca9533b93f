"""A cohort: patients, what was measured of each in blocks, what happened to them, and how they came about."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.declaration import CLINICAL, BlockTable, Declaration, FeatureLabels
from pharmakon.biomarkers.encoding import Levels, encode, outcome_of
from pharmakon.biomarkers.missingness import Screened
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.spelling import refuse_variants
from pharmakon.core.config import build, read_toml
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Floats
from pharmakon.store.matrix import Matrix, aligned, read_frame, read_matrix
from pharmakon.store.plain import document
from pharmakon.store.vault import fingerprint

if TYPE_CHECKING:
    from pandas import DataFrame

Labels = NDArray[np.str_]
FEWEST_COUNTED = 10
"""Rows that a measurement does not number by chance."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """n samples with a known outcome and something measured. Everything has n rows in one order."""

    declaration: Declaration
    ids: tuple[str, ...]
    patients: Labels
    """The patient of each sample: what a split never divides."""
    outcome: Outcome
    blocks: Mapping[str, Block]
    """The declared blocks, and "clinical" for the covariates where there are any."""
    table: DataFrame
    """The declared columns of the clinical table, as text."""
    flow: tuple[tuple[str, int], ...]
    """How many samples were left after each step, for the report's flow of patients."""
    hash: str
    """SHA-256 over the declaration and the files."""
    files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 by name of file; of a vault the fingerprint, which outlives its key."""
    notes: tuple[str, ...] = ()
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """How words of clinical columns were coded: the first is what the others are compared with."""
    screened: Screened | None = None
    """All samples, where some were left out without a measurement: who they were, for the design check."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def omics(self) -> dict[str, Block]:
        """The blocks but the clinical one."""
        return {name: block for name, block in self.blocks.items() if name != CLINICAL}

    @property
    def covariates(self) -> Block:
        """The clinical block; without columns where no covariate is declared."""
        return self.blocks.get(CLINICAL, Block(CLINICAL, np.empty((len(self), 0)), ()))

    def labels(self, column: str) -> Labels:
        """A clinical column as text, "" where missing."""
        if column not in self.table.columns:
            raise UnknownName("column", column, map(str, self.table.columns), where=str(self.declaration.clinical.file))
        return self.table[column].to_numpy(np.str_)

    def role(self, name: str) -> Labels | None:
        """The labels of the declared `batch`, `site` or `arm`; None where none is declared."""
        column = getattr(self.declaration.design, name)
        return None if column is None else self.labels(column)

    def take(self, rows: Sequence[int] | NDArray[Any]) -> Cohort:
        """Some of the samples, by position or mask."""
        at = np.arange(len(self))[rows]
        return replace(
            self,
            ids=tuple(self.ids[i] for i in at),
            patients=self.patients[at],
            outcome=self.outcome.take(at),
            blocks={name: block.take(at) for name, block in self.blocks.items()},
            table=self.table.iloc[at].reset_index(drop=True),
        )

    def by_patient(self) -> Cohort:
        """One row a patient, and outcome where that differs between the samples: values averaged, words of the first.

        Samples of one patient are no independent evidence; a test that takes them for it finds what is not there.
        """
        keys: dict[tuple[str, float, float], list[int]] = {}
        event = self.outcome.event
        for i, patient in enumerate(self.patients.tolist()):
            after = float(event[i]) if event is not None else 0.0
            keys.setdefault((patient, float(self.outcome.value[i]), after), []).append(i)
        rows = list(keys.values())
        if len(rows) == len(self):
            return self
        first = self.take([members[0] for members in rows])
        return replace(first, blocks={name: _averaged(block, rows) for name, block in self.blocks.items()})

    def to_anndata(self, block: str) -> Any:
        """One block as AnnData: the clinical table in `obs`, the declaration in `uns`."""
        import anndata
        import pandas as pd

        if block not in self.blocks:
            raise UnknownName("block", block, self.blocks, where=self.declaration.name)
        found = self.blocks[block]
        obs = self.table.set_axis(pd.Index(self.ids, name="sample"), axis=0)
        obs = obs.rename(columns={"": "id"}).drop(columns="sample", errors="ignore")
        return anndata.AnnData(
            X=found.values,
            obs=obs,
            var=pd.DataFrame(index=pd.Index(found.features)),
            uns={"pharmakon": document(self.declaration.model_dump(mode="json"))},
        )


def read_cohort(path: str | Path, *, levels: Levels | None = None) -> Cohort:
    """The cohort that a TOML file declares; its paths count from where it lies.

    With the `levels` of another cohort, words of clinical columns are coded as they were there.

    Samples without a known outcome, or without any measurement, are left out and counted in `flow`. Raises ConfigError
    for a declaration that makes no sense, UnknownName for a column, DataError where nothing is left.
    """
    path = Path(path)
    return assemble(read_declaration(path), folder=path.parent, levels=levels)


def read_declaration(path: Path) -> Declaration:
    """What a TOML file declares. Raises ConfigError."""
    return build(Declaration, read_toml(path), where=str(path))


def paths_of(path: str | Path) -> list[Path]:
    """A cohort's file and every table that it names: what another place needs to read the same cohort."""
    path = Path(path)
    spec = read_declaration(path)
    files = [spec.clinical.file, *(block.file for block in spec.blocks if block.file)]
    files += [block.labels.file for block in spec.blocks if block.labels]
    return [path, *dict.fromkeys(path.parent / file for file in files)]


def assemble(declaration: Declaration, *, folder: Path = Path(), levels: Levels | None = None) -> Cohort:
    """The cohort of a declaration whose paths count from `folder`."""
    clinical, design = declaration.clinical, declaration.design
    source = folder / clinical.file
    features = [name for spec in declaration.blocks if spec.file is None for name in spec.features]
    roles = [c for c in (clinical.patient, design.batch, design.site, design.arm) if c]
    others = [*design.covariates, *design.subgroups, *clinical.keep, *declaration.outcome.columns, *features]
    table = read_frame(source, columns=[clinical.id, *roles, *others])
    key = str(table.columns[0])
    flow = [("rows of the clinical table", len(table))]
    for column, asked in clinical.keep.items():
        words = [asked] if isinstance(asked, str) else asked
        refuse_variants(list(table[column]), words, column=column, where=str(source))
        table = table[table[column].isin(words)]
        flow.append((f"of {column} {', '.join(words)}", len(table)))
    ids = tuple(table[key])
    _once(ids, source)
    files = {clinical.file.name: fingerprint(source)}
    notes: list[str] = []
    blocks: dict[str, Block] = {}
    coded: dict[str, tuple[str, ...]] = {}
    for spec in declaration.blocks:
        if spec.file is None:
            columns = encode(table, spec.features, levels=levels)
            blocks[spec.name] = Block(spec.name, columns.values, columns.names, spec.kind)
            coded |= columns.levels
            notes += columns.notes
            continue
        blocks[spec.name], said = _block(spec, spec.file, declaration, ids=ids, folder=folder)
        notes += said
        files[spec.file.name] = fingerprint(folder / spec.file)
        if spec.labels is not None:
            files[spec.labels.file.name] = fingerprint(folder / spec.labels.file)
    if design.covariates:
        columns = encode(table, design.covariates, levels=levels)
        blocks[CLINICAL] = Block(CLINICAL, columns.values, columns.names)
        coded |= columns.levels
        notes += columns.notes
    outcome = outcome_of(table, declaration.outcome, where=str(source))
    measured = np.any([block.present for name, block in blocks.items() if name != CLINICAL], axis=0)
    flow.append(("with a measurement", int(measured.sum())))
    kept = measured & outcome.known
    flow.append((f"with a known outcome ({outcome.name})", int(kept.sum())))
    if kept.any() and (lost := int(measured.sum()) - int(kept.sum())):
        notes.append(f"{lost:,} of {int(measured.sum()):,} samples have no known outcome ({outcome.name}): left out")
    if not kept.any():
        steps = "; ".join(f"{n:,} {step}" for step, n in flow)
        raise DataError(f"cohort {declaration.name!r} has no sample with a measurement and a known outcome ({steps})")
    patient = clinical.patient
    patients = np.array([p or i for p, i in zip(table[patient], ids, strict=True)] if patient else ids, np.str_)
    # Who may have the data is no part of what they are.
    facts = {"declaration": declaration.model_dump(mode="json", exclude={"access", "terms"}), "files": files}
    whole = Cohort(
        declaration,
        ids,
        patients,
        outcome,
        blocks,
        table.reset_index(drop=True),
        tuple(flow),
        hashlib.sha256(document(facts).encode()).hexdigest(),
        files,
        tuple(notes),
        coded,
        None if measured.all() else Screened(measured, outcome, _roles(table, declaration)),
    )
    return whole if kept.all() else whole.take(kept)


def _roles(table: DataFrame, declaration: Declaration) -> dict[str, Labels]:
    """The labels of what is declared of arm, batch and site."""
    columns = {name: getattr(declaration.design, name) for name in ("arm", "batch", "site")}
    return {name: table[column].to_numpy(np.str_) for name, column in columns.items() if column}


def _averaged(block: Block, rows: Sequence[Sequence[int]]) -> Block:
    """Means over each group of rows, of what was measured; counts are added, yes and no by majority."""
    known = np.isfinite(block.values)
    filled = np.where(known, block.values, 0.0)
    number = np.array([known[members].sum(axis=0) for members in rows], np.float64)
    total = np.array([filled[members].sum(axis=0) for members in rows])
    mean = np.divide(total, number, out=np.full_like(total, np.nan), where=number > 0)
    if block.kind == "counts":
        mean = np.where(number > 0, total, np.nan)
    elif block.kind == "binary":
        mean = np.round(mean)
    return replace(block, values=mean)


def _once(ids: Sequence[str], source: Path) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise DataError(
                f"{source}: sample {one!r} stands twice; give each sample its own id, and name the column of the "
                "patient as clinical.patient"
            )
        seen.add(one)


def _block(
    spec: BlockTable, file: Path, declaration: Declaration, *, ids: Sequence[str], folder: Path
) -> tuple[Block, list[str]]:
    """A block's values in the order of `ids`, whichever way its table lies, and notes."""
    source = folder / file
    matrix = read_matrix(source, id=spec.id, layer=spec.layer)
    notes = [f"{file.name}: {note}" for note in matrix.notes]
    if spec.join == "order":
        if len(matrix.rows) != len(ids):
            raise DataError(
                f"{source} has {len(matrix.rows):,} rows for {len(ids):,} samples: they cannot meet by order"
            )
        values = matrix.values
    else:
        matrix = _sample_rows(matrix, ids, source, notes)
        values = aligned(matrix, ids)
    left_out = declaration.taken | {*spec.leave_out} if file == declaration.clinical.file else {*spec.leave_out}
    if not spec.features and (counters := {*_counters(matrix)} - left_out):
        left_out |= counters
        notes.append(f"{file.name}: {', '.join(sorted(counters))} counts the rows: left out")
    names = spec.features or tuple(name for name in matrix.columns if name not in left_out)
    place = {name: j for j, name in enumerate(matrix.columns)}
    for name in names:
        if name not in place:
            raise UnknownName("feature", name, matrix.columns, where=str(source))
    values = values[:, [place[name] for name in names]]
    if spec.missing is not None:
        values = np.where(values == spec.missing, np.nan, values)
    values = _transformed(values, spec, source)
    if spec.labels is not None:
        names = _called(names, spec.labels, folder)
    return Block(spec.name, values, names, spec.kind), notes


def _counters(matrix: Matrix) -> list[str]:
    """Columns that number the rows, 0, 1, 2 ...: an index that was written as if it were measured.

    Where the rows are sorted by what happened, such a number says it.
    """
    if len(matrix.rows) < FEWEST_COUNTED:
        return []
    steps = np.diff(matrix.values, axis=0) == 1
    return [name for name, counts in zip(matrix.columns, steps.all(axis=0), strict=True) if counts]


def _called(names: Sequence[str], labels: FeatureLabels, folder: Path) -> tuple[str, ...]:
    """Features by their labels; where two share one, each is followed by its id."""
    table = read_frame(folder / labels.file, columns=[labels.id, labels.label])
    known = dict(zip(table[labels.id], table[labels.label], strict=True))
    called = [known.get(name, "") or name for name in names]
    often = Counter(called)
    return tuple(f"{label} ({name})" if often[label] > 1 else label for name, label in zip(names, called, strict=True))


def _transformed(values: Floats, spec: BlockTable, source: Path) -> Floats:
    """What needs nothing but the sample itself, so that no fold can leak through it."""
    if spec.floor is not None:
        values = np.maximum(values, spec.floor)
    if spec.transform == "none":
        return values
    smallest = float(np.nanmin(values, initial=0.0))
    if smallest < 0 or (spec.transform == "log2" and (values == 0).any()):
        raise DataError(f"{source}: {smallest:g} has no logarithm; set the block's floor, or transform = 'log2p1'")
    if spec.transform == "cpm":
        values = values / np.nansum(values, axis=1, keepdims=True) * 1e6
    with np.errstate(invalid="ignore"):
        return np.log2(values if spec.transform == "log2" else values + 1)


def _sample_rows(matrix: Matrix, ids: Sequence[str], source: Path, notes: list[str]) -> Matrix:
    """A matrix with samples in rows: turned round where they are its columns."""
    wanted = {*ids}
    down, across = len(wanted.intersection(matrix.rows)), len(wanted.intersection(matrix.columns))
    if not down and not across:
        some = ", ".join(matrix.rows[:3])
        folded = {one.casefold() for one in ids}
        alike = any(name.casefold() in folded for name in (*matrix.rows, *matrix.columns))
        hint = "; they differ by case only: write them alike" if alike else ""
        raise DataError(
            f"{source}: none of its rows ({some}, ...) or columns bears the id of a sample ({ids[0]}, ...){hint}"
        )
    if across > down:
        notes.append(f"{source.name}: its columns are the samples")
        matrix = matrix.transposed()
        down = across
    if len(set(matrix.rows)) < len(matrix.rows):
        twice = next(name for name in matrix.rows if matrix.rows.count(name) > 1)
        raise DataError(f"{source}: {twice!r} stands twice")
    if down < len(ids):
        notes.append(f"{source.name}: {len(ids) - down:,} of {len(ids):,} samples are not in it")
    return matrix
