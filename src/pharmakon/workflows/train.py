"""train: from any table of structures and measurements to a model folder with a card."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from pharmakon.core.access import SAID, TERMS, AccessClass, stated
from pharmakon.core.errors import ConfigError, DataError
from pharmakon.core.types import Better, Kind, Problem, Progress, Property, silent
from pharmakon.predict.endpoints import Endpoint, Transform, endpoint
from pharmakon.record.notebook import Shown

from .assay import AssayConfig, open_assay, spare
from .engines import Address, Machines, OnEngine, address_is_of_a_cluster
from .recorded import recorded

if TYPE_CHECKING:
    from pharmakon.engine.base import Opener
    from pharmakon.predict.features import Features
    from pharmakon.predict.lending import Lend
    from pharmakon.store.tables import Row

REFERENCE = "chembl_approved_drugs"
_STEPS = 9
ALL_VIEWS = ("ecfp4", "ecfp6", "fcfp4", "atom_pair", "torsion", "avalon")


class TrainConfig(AssayConfig):
    """What to learn from which table."""

    name: str | None = Field(None, description="the model's name; the value column's when not given")
    title: str | None = Field(None, description="how the property is called in reports")
    output: Path | None = Field(None, description="model folder to write; models/NAME when not given")
    kind: Literal["auto", "regression", "classification"] = Field("auto", description="what the values are")
    unit: str = Field("", description="unit of the values")
    better: Better = Field("none", description="which direction is good")
    threshold: float | None = Field(None, description="value that divides good from poor")
    log: bool = Field(False, description="learn log10 of the values (for skewed, positive quantities)")
    hazard: bool = Field(False, description="a toxicity: designs may penalise or forbid it, never reward it")
    max_points: int = Field(5_000, ge=100, description="most molecules that carry the kernel; trees use all")
    seed: int = Field(0, ge=0, description="seed of every random choice")
    access: AccessClass | None = Field(None, description=SAID)
    terms: str = Field("", description=TERMS)
    overwrite: bool = Field(False, description="replace a model of another data set in the output folder")
    workers: int = Field(1, ge=1, description="processes in which the trees of the folds grow; the model is the same")
    engine: OnEngine = "local"
    address: Address = None

    _address = model_validator(mode="after")(address_is_of_a_cluster)

    @property
    def opener(self) -> Opener | None:
        """Starts the workers; None where this process does the work."""
        if self.engine == "local" and self.workers == 1:
            return None
        return Machines(self.workers, self.engine, self.address).engine


@dataclass(frozen=True, slots=True)
class TrainResult(Shown):
    """A finished model: where it is, its card, and what became of the rows."""

    folder: Path
    card: dict[str, Any]
    problems: list[Problem]
    notes: list[str] = field(default_factory=list)
    set_aside: Path | None = None
    """Where each row that was not used is written down with its reason; None when all were used."""


def run(config: TrainConfig, *, progress: Progress = silent) -> TrainResult:
    """Train, judge and write a model.

    Raises UnknownName for a wrong column, UsageError where the folder holds another data set's model, and DataError
    when too little can be used.
    """
    from pharmakon.core.files import sha256

    progress(0, _STEPS, "reading")
    table, value = open_assay(config)
    name = config.name or slug(value)
    check_name(name)
    dataset = {"name": config.data.name, "files": [config.data.name], "sha256": [sha256(config.data)]}
    dataset |= {"structure": table.structure_column, "value": value}
    folder = config.output or Path("models") / name
    if not config.overwrite:
        spare(folder, same=lambda card: _is_of(card, dataset), made_of="this table")
    with recorded("train", config, [folder], inputs=[config.data], seed=config.seed):
        return _learn(
            table.rows(),
            value=value,
            dataset=dataset | {"licence": "the user's own data", "citation": ""} | stated(config.access, config.terms),
            what=Property(
                name=name,
                title=config.title or name,
                unit=config.unit,
                better=config.better,
                threshold=config.threshold,
                hazard=config.hazard,
            ),
            kind=None if config.kind == "auto" else config.kind,
            transform="log10" if config.log else "none",
            positive=config.positive,
            folder=folder,
            listed=True,
            max_points=config.max_points,
            seed=config.seed,
            opener=config.opener,
            progress=progress,
            notes=list(table.notes),
        )


def run_endpoint(
    name: str,
    folder: Path,
    *,
    seed: int = 0,
    max_points: int = 5_000,
    workers: int = 1,
    lend: Lend | None = None,
    progress: Progress = silent,
) -> TrainResult:
    """Train a shipped endpoint from the public data sets it names. Raises DataError where one is absent.

    `lend` gives what a network trained before knows of the endpoint's molecules.
    """
    facts = endpoint(name)
    source = facts.data
    return _learn(
        endpoint_rows(facts),
        value=source.value,
        dataset=endpoint_dataset(facts),
        what=facts.property(),
        kind=facts.kind,
        transform=facts.transform,
        positive=source.positive,
        minimum=source.minimum,
        maximum=source.maximum,
        folder=folder,
        max_points=max_points,
        seed=seed,
        opener=Machines(workers).engine if workers > 1 else None,
        progress=progress,
        views=facts.views,
        description=facts.what,
        limits=source.limits,
        lend=lend,
    )


def endpoint_rows(facts: Endpoint) -> Iterator[Row]:
    """The rows of an endpoint's data sets, numbered through. Raises DataError where one is absent."""
    from pharmakon.store.tables import open_table

    from .structures import chained

    source = facts.data
    return chained([open_table(path, smiles=source.structure, id=source.id) for path in source.paths])


def endpoint_dataset(facts: Endpoint) -> dict[str, Any]:
    """What a card says of an endpoint's data sets."""
    from pharmakon.core.files import sha256

    source = facts.data
    return {
        "name": facts.name,
        "files": [file.path for file in source.files],
        "sha256": [sha256(path) for path in source.paths],
        "structure": source.structure,
        "value": source.value,
        "licence": source.licence,
        "citation": source.citation,
        "origin": origin_of(facts),
    }


def origin_of(facts: Endpoint) -> list[str]:
    """Of which version each of an endpoint's files is: its address with the commit, or the repository alone."""
    from pharmakon.store.catalogue import data_set

    repositories = [data_set(part.partition("/")[0]).repository for part in facts.data.sets]
    return [file.url for file in facts.data.files if file.url] or [f"github.com/{one}" for one in repositories]


def _learn(
    rows: Iterator[Any],
    *,
    value: str,
    dataset: dict[str, Any],
    what: Property,
    kind: Kind | None,
    transform: Transform,
    folder: Path,
    max_points: int,
    seed: int,
    progress: Progress,
    opener: Opener | None = None,
    positive: str | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    views: Sequence[str] = ALL_VIEWS,
    description: str = "",
    limits: Sequence[str] = (),
    notes: Sequence[str] = (),
    listed: bool = False,
    lend: Lend | None = None,
) -> TrainResult:
    """`listed` writes the rows that were set aside beside the model; a shipped one keeps no structures."""
    from dataclasses import replace

    from pharmakon.engine.threads import one_thread
    from pharmakon.predict.curate import curate
    from pharmakon.predict.judging import Facts
    from pharmakon.predict.training import train
    from pharmakon.store.models import SET_ASIDE

    progress(1, _STEPS, "standardising structures")
    clean = curate(rows, value=value, kind=kind, positive=positive, minimum=minimum, maximum=maximum)
    if clean.kind == "classification":
        threshold = what.threshold if what.threshold is not None else 0.5
        what = replace(what, kind="classification", unit="probability", low=0.0, high=1.0, threshold=threshold)
        transform = "none"
    elif what.low is None and transform == "log10":
        what = replace(what, low=0.0)
    done = 1

    def step(note: str) -> None:
        nonlocal done
        done = min(done + 1, _STEPS - 1)
        progress(done, _STEPS, note)

    dataset = dataset | {"rows": clean.read, "used": len(clean.smiles), "set_aside": clean.set_aside}
    facts = Facts(what, dataset, transform, description, tuple(limits), (*notes, *clean.notes))
    with one_thread():
        model = train(
            clean.smiles,
            clean.y,
            clean.ids,
            clean.rows,
            facts=facts,
            views=views,
            max_points=max_points,
            seed=seed,
            opener=opener,
            lent=lend(clean.smiles) if lend else None,
            progress=step,
        )
        reference = reference_quantiles(model)
        if reference:
            model.card["reference"] = reference
    listed = listed and bool(clean.problems)
    model.save(folder, set_aside=_listing(clean.problems) if listed else "")
    progress(_STEPS, _STEPS, "done")
    warnings = [limit for limit in model.card["limits"] if limit.startswith("it does not beat")]
    if not reference:
        warnings.append(f"no percentile among approved drugs: the set is not here (pharmakon data fetch {REFERENCE})")
    aside = folder / SET_ASIDE if listed else None
    return TrainResult(folder, model.card, clean.problems, [*notes, *clean.notes, *warnings], aside)


def _is_of(card: Mapping[str, Any], dataset: Mapping[str, Any]) -> bool:
    """Whether a model was trained on this very column of this very table."""
    held = card["dataset"]
    return "recalibration" not in card and all(held.get(key) == dataset[key] for key in ("name", "sha256", "value"))


def _listing(problems: Sequence[Problem]) -> str:
    """set_aside.csv: a line for each row that was not used."""
    from pharmakon.store.writers import CsvText

    columns = ("row", "id", "reason", "text")
    text = CsvText(columns)
    return text.header() + text.text({name: getattr(problem, name) for name in columns} for problem in problems)


def reference_quantiles(model: Any) -> dict[str, Any] | None:
    """Where approved drugs lie: 101 quantiles of the model's own predictions for them; None without the data."""
    import numpy as np

    from pharmakon.store.catalogue import data_set
    from pharmakon.store.places import is_there, path_of

    if not is_there(data_set(REFERENCE)):
        return None
    drugs, features = _reference(path_of(REFERENCE))
    value = model.predict(drugs, features=features).value
    value = value[np.isfinite(value)]
    if not len(value):
        raise DataError(f"{REFERENCE} holds no readable drug")
    quantiles = np.quantile(value, np.linspace(0, 1, 101))
    return {
        "name": "approved small-molecule drugs (ChEMBL, CC BY-SA 3.0)",
        "n": len(value),
        "quantiles": [float(f"{q:.6g}") for q in quantiles],
    }


@cache
def _reference(path: Path) -> tuple[list[str], Features]:
    """The approved drugs, featurised once for all models."""
    from pharmakon.predict.features import Features
    from pharmakon.store.tables import open_table

    drugs = [row.structure for row in open_table(path, smiles="smiles").rows() if not row.problem]
    return drugs, Features.from_smiles(drugs)


def check_name(name: str) -> None:
    """Refuse (ConfigError) what cannot be a model's name, or is a descriptor's."""
    from pharmakon.chem.descriptors import descriptor
    from pharmakon.design.quantities import RESERVED

    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ConfigError(f"a model's name is made of letters, digits, _ and -, not {name!r}")
    if name in RESERVED or descriptor(name) is not None:
        raise ConfigError(f"{name!r} is a descriptor's name; choose another for the model")


def slug(text: str) -> str:
    """A name made of a text."""
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_") or "model"
