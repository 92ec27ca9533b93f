"""predict: properties of a few molecules at once, or of a file of any length beside its own columns."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pharmakon.core.errors import UsageError
from pharmakon.core.excerpt import excerpt
from pharmakon.core.types import Estimates, Floats, Profile, Progress, silent
from pharmakon.record.notebook import Shown

from .molecules import CountedRows, MoleculesConfig, check_output
from .recorded import models_files, recorded

if TYPE_CHECKING:
    from pharmakon.predict.panel import Panel
    from pharmakon.store.tables import Row, Table

NEAREST_ID = "_nearest_id"
PER_MODEL = (
    "",
    "_low",
    "_high",
    "_in_domain",
    "_verdict",
    "_percentile",
    NEAREST_ID,
    "_nearest_value",
    "_nearest_similarity",
)
FEW = 1_000
"""Rows of a file up to which the full profile is the default."""
_TENTHS = [f"{i / 10:.1f}" for i in range(1001)]
_THOUSANDTHS = [f"{i / 1000:.3f}" for i in range(1001)]


class PredictConfig(MoleculesConfig):
    """Which molecules, which models, where to."""

    output: Path | None = Field(None, description="CSV to write; the input's name with -predicted when not given")
    models: tuple[str, ...] = Field(
        (),
        description="shipped models, groups of them (absorption, toxicity, targets ...) or model folders; every "
        "endpoint when none",
    )
    profile: Literal["auto", "fast", "full"] = Field(
        "auto",
        description="fast: one network for every shipped endpoint; full: each endpoint's own, better model where it "
        "has one; auto: full up to 1,000 rows",
    )
    workers: int | None = Field(None, ge=1, description="processes; one a core when not given")
    batch: int = Field(500, ge=1, le=100_000, description="rows a shard holds")
    resume: bool = Field(False, description="go on with an interrupted run of the same input")


@dataclass(frozen=True, slots=True)
class PredictResult(Shown):
    """Estimates in memory (`table`, by property, one entry a structure) or a file (`output`)."""

    rows: int
    problems: int
    profile: Profile = "full"
    output: Path | None = None
    table: dict[str, Estimates] | None = None
    structures: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    changes: list[tuple[str, ...]] = field(default_factory=list)
    """What standardising did to each structure, in words."""
    notes: list[str] = field(default_factory=list)

    def _repr_html_(self) -> str:
        """In a notebook: each structure drawn, and beside it what was estimated."""
        from html import escape

        from pharmakon.core.units import show, show_interval
        from pharmakon.record.notebook import html, structure, table

        if self.table is None:
            return f"<p>{self.rows:,} rows, {self.problems:,} with a problem: {self.output}</p>"
        shown = []
        for i, (smiles, reason) in enumerate(zip(self.structures, self.reasons, strict=True)):
            rows = [
                (e.property.title, show(e.value[i], e.property.unit), show_interval(e.low[i], e.high[i]), e.verdict[i])
                for e in self.table.values()
            ]
            said = (
                f"<p>{escape(reason)}</p>" if reason else table(("property", "value", "90 % interval", "verdict"), rows)
            )
            shown.append(f"<details{' open' if i == 0 else ''}><summary>{structure(smiles)}</summary>{said}</details>")
        return "".join(shown) + html(PredictResult(self.rows, self.problems, notes=self.notes))


def run(config: PredictConfig, *, progress: Progress = silent) -> PredictResult:
    """Predict. A row that cannot be read keeps its columns and says why in `problem`.

    Raises DataError when the file cannot be read at all, UnknownName for a wrong column or model.
    """
    if config.data is None:
        return _in_memory(config)
    return _file(config, config.data, progress)


def _in_memory(config: PredictConfig) -> PredictResult:
    from pharmakon.chem.standardize import standardize
    from pharmakon.predict.features import Features
    from pharmakon.predict.panel import Panel

    profile: Profile = "fast" if config.profile == "fast" else "full"
    panel = Panel.load(config.models, profile)
    done = [standardize(text) for text in config.smiles]
    table = panel.predict([d.smiles for d in done], features=Features([d.mol for d in done]))
    notes = [
        f"{excerpt(text)}: {', '.join(d.changes)}" for text, d in zip(config.smiles, done, strict=True) if d.changes
    ]
    reasons = [d.problem for d in done]
    return PredictResult(
        rows=len(done),
        problems=sum(map(bool, reasons)),
        profile=profile,
        table=table,
        structures=[d.smiles for d in done],
        reasons=reasons,
        changes=[d.changes for d in done],
        notes=notes,
    )


def _file(config: PredictConfig, data: Path, progress: Progress) -> PredictResult:
    from pharmakon.engine.local import engine
    from pharmakon.engine.shards import marked, merge, run_shards
    from pharmakon.predict.panel import Panel, expanded, load_model, shipped_names
    from pharmakon.store.tables import open_table
    from pharmakon.store.writers import CsvText

    table = open_table(data, smiles=config.smiles_column, id=config.id_column, flag="--smiles-column")
    names = tuple(expanded(config.models or shipped_names()))
    profile = _profile(config, table)
    models = list(Panel([load_model(name, profile) for name in names]).models.values())
    output = config.output or data.with_name(_stem(data) + "-predicted.csv")
    parts = output.with_name(output.name + ".parts")
    _check_places(data, output, parts, asked=config.output is not None)
    if parts.exists() and not config.resume:
        shutil.rmtree(parts)
    titled = not (table.id_column or table.structure_column)  # an SDF file's names stand in no column
    made = columns_of([model.name for model in models], taken=table.columns, titled=titled)
    layout = _Layout(table.columns, tuple(made.values()), made)
    counted = CountedRows(table, config.batch)
    with recorded("predict", config, [output], inputs=[data, *models_files(names, profile)]):
        with engine(config.workers, initializer=_load, initargs=(tuple(map(str, names)), profile, layout)) as pool:
            files = run_shards(
                counted,
                _predict_rows,
                parts,
                engine=pool,
                stamp=_stamp(config, data, profile, [model.card for model in models]),
                label=data.name,
                progress=progress,
            )
        problems = marked(parts)
        merge(files, output, header=CsvText(layout.columns).header())
        shutil.rmtree(parts)
    return PredictResult(
        rows=counted.rows,
        problems=problems,
        profile=profile,
        output=output,
        notes=list(table.notes),
    )


def _profile(config: PredictConfig, table: Table) -> Profile:
    """As asked; else by whether the table has more than a few rows."""
    if config.profile != "auto":
        return config.profile
    return "full" if sum(1 for _ in islice(table.rows(), FEW + 1)) <= FEW else "fast"


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns of the output: the input's own, then ours; `names` maps what we call a column to its header."""

    inputs: tuple[str, ...]
    made: tuple[str, ...]
    names: dict[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.inputs, *self.made)


def _stem(path: Path) -> str:
    """The name without what tells its kind: "assay.v2.csv.gz" is "assay.v2"."""
    name = path.name
    for suffix in (".gz", ".bz2", ".xz", ".csv", ".tsv", ".txt", ".smi", ".smiles", ".sdf", ".sd", ".parquet"):
        name = name[: -len(suffix)] if name.lower().endswith(suffix) else name
    return name or path.name


def _check_places(data: Path, output: Path, parts: Path, *, asked: bool) -> None:
    """Refuse to write over the input, over a file nobody named, or in a folder that is not ours."""
    check_output(data, output)
    if output.exists() and not asked:
        raise UsageError(f"{output} exists already; name the output with -o")
    if parts.exists() and any(not p.name.startswith(("part-", "manifest", ".")) for p in parts.iterdir()):
        raise UsageError(f"{parts} is needed for unfinished work and holds other files; choose another -o")


def columns_of(models: Sequence[str], *, taken: Sequence[str] = (), titled: bool = False) -> dict[str, str]:
    """Our columns and their headers (see store.writers.own_columns).

    `titled` adds the row's id, where it stands in no column of the input.
    """
    from pharmakon.store.writers import own_columns

    wanted = [
        *(["id"] if titled else []),
        "problem",
        "standard_smiles",
        "changes",
        *(name + suffix for name in models for suffix in PER_MODEL),
    ]
    return own_columns(wanted, taken)


_worker: dict[str, object] = {}


def _load(models: tuple[str, ...], profile: Profile, layout: _Layout) -> None:
    """In each worker: load the models once."""
    from pharmakon.predict.panel import Panel

    _worker["panel"] = Panel.load(models, profile)
    _worker["layout"] = layout


def _predict_rows(rows: list[Row]) -> tuple[str, int]:
    """In a worker: the CSV lines of a batch, and how many rows have a problem."""
    from pharmakon.chem.standardize import standardize
    from pharmakon.predict.features import Features
    from pharmakon.store.writers import guarded, quoted, show

    panel: Panel = _worker["panel"]  # type: ignore[assignment]
    layout: _Layout = _worker["layout"]  # type: ignore[assignment]
    done = [standardize(row.structure if not row.problem else "") for row in rows]
    readable = [i for i, (row, d) in enumerate(zip(rows, done, strict=True)) if not (row.problem or d.problem)]
    table = panel.predict([done[i].smiles for i in readable], features=Features([done[i].mol for i in readable]))
    estimated = zip(*(cells for got in table.values() for cells in _quoted_cells(got)), strict=True)
    empty = ("",) * (len(PER_MODEL) * len(table))
    titled = "id" in layout.names
    lines = []
    for row, d in zip(rows, done, strict=True):
        problem = row.problem or d.problem
        own = (show(row.fields.get(name)) for name in layout.inputs)
        ours = (*((row.id,) if titled else ()), problem, *(("", "") if problem else (d.smiles, "; ".join(d.changes))))
        answer = empty if problem else next(estimated)
        lines.append(
            ",".join((*(quoted(guarded(text)) for text in own), *(quoted(guarded(text)) for text in ours), *answer))
        )
    return "".join(f"{line}\n" for line in lines), len(rows) - len(readable)


def _quoted_cells(got: Estimates) -> Iterator[list[str]]:
    """The columns of one model, ready to be joined: of all its cells only a name can need quotes."""
    for suffix, cells in zip(PER_MODEL, cells_of(got), strict=True):
        yield list(map(_quoted_name, cells)) if suffix == NEAREST_ID else cells


@lru_cache(maxsize=1 << 16)
def _quoted_name(name: str) -> str:
    from pharmakon.store.writers import quoted

    return quoted(name)


@lru_cache(maxsize=1 << 16)
def _guarded_name(name: str) -> str:
    from pharmakon.store.writers import guarded

    return guarded(name)


def cells_of(got: Estimates) -> Iterator[list[str]]:
    """The columns of one model as text, in the order of `PER_MODEL`, one cell a molecule."""
    yield from map(_numbers, (got.value, got.low, got.high))
    yield ["yes" if inside else "no" for inside in got.in_domain.tolist()]
    yield list(got.verdict)
    yield _listed(got.percentile, 10, _TENTHS)
    yield list(map(_guarded_name, got.nearest_id))
    yield _numbers(got.nearest_value)
    yield _listed(got.nearest_similarity, 1000, _THOUSANDTHS)


def _numbers(values: Floats) -> list[str]:
    numbers = values.tolist()
    texts = ("%.5g " * len(numbers) % tuple(numbers)).split()  # in one go: twice as fast as one by one
    return ["" if text == "nan" else text for text in texts] if "nan" in texts else texts


def _listed(values: Floats, steps: int, texts: Sequence[str]) -> list[str]:
    """Numbers that have few texts, looked up."""
    import numpy as np

    known = np.isfinite(values)
    place = np.rint(np.where(known, values, 0.0) * steps).astype(int)
    if known.all():
        return [texts[i] for i in place.tolist()]
    return [texts[i] if ok else "" for i, ok in zip(place.tolist(), known.tolist(), strict=True)]


def _stamp(config: PredictConfig, data: Path, profile: Profile, cards: Sequence[Mapping[str, object]]) -> str:
    """What a shard was made from: another input, model or layout makes finished shards stale."""
    from pharmakon.core.files import sha256

    facts = [
        sha256(data),
        config.smiles_column,
        config.id_column,
        config.batch,
        profile,
        [json.dumps(c, sort_keys=True) for c in cards],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
