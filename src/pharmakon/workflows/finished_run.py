"""A design run read back: what was asked, what was evaluated, and the objective that judged it, without its scorers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from pharmakon.core.config import inner_model
from pharmakon.core.errors import RecordError, UnknownName
from pharmakon.core.types import Estimates, Property
from pharmakon.store.plain import plain

from .design_journal import CALLS

if TYPE_CHECKING:
    from pharmakon.design.guard import Guard
    from pharmakon.design.lineage import Archive, Record
    from pharmakon.design.objective import Objective
    from pharmakon.predict.panel import Panel

    from .design import DesignConfig


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run folder. `records` are all calls in order, `archive` has each molecule once, with its last evaluation."""

    path: Path
    run: Mapping[str, Any]
    config: DesignConfig
    objectives: Sequence[Objective]
    """One for each stage."""
    panel: Panel
    guard: Guard | None
    records: Sequence[Record]
    archive: Archive
    designs: Mapping[str, str]
    """SMILES by name, in order of rank."""

    def objective(self, record: Record) -> Objective:
        """What judged a molecule when it was last scored."""
        for found in reversed(self.objectives):
            if {judge.key for judge in found.judges} == record.evaluation.parts.keys():
                return found
        raise RecordError(f"{self.path / CALLS}: {record.smiles} has other properties than run.json asks for")

    def named(self, text: str) -> tuple[str, Record]:
        """Name and record of a design given by number, by name or as SMILES, which may be any evaluated molecule."""
        from pharmakon.chem.parse import canonical

        name = f"D{int(text):03d}" if text.isdigit() else text
        if name in self.designs:
            return name, self.archive[self.designs[name]]
        smiles = next((s for s in (text, canonical(text)) if s and s in self.archive), "")
        if not smiles:
            raise UnknownName("design", text, list(self.designs), where=f"{self.path}, nor is it an evaluated SMILES")
        name = next((name for name, design in self.designs.items() if design == smiles), "")
        return name or f"call {self.archive[smiles].call}", self.archive[smiles]


class _Recorded:
    """Scorers that are not asked again: only what their numbers mean is needed to judge what is on record."""

    def __init__(self, properties: Mapping[str, Property]) -> None:
        self.properties = properties

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """See core.types.Scorer."""
        raise RecordError(f"{', '.join(names)} cannot be asked again, and the goal file's examples need it")


def read_run(path: str | Path) -> FinishedRun:
    """Read a design run's folder. Raises RecordError where it is none, ModelError where its models are not here."""
    from pharmakon.core.config import build
    from pharmakon.design.lineage import Archive, from_entry
    from pharmakon.design.modes import guard_of
    from pharmakon.design.scorers import Scorers
    from pharmakon.engine.local import engine
    from pharmakon.store.runs import Journal, RunFolder

    from .design import DesignConfig, objective_of
    from .design_scoring import ModelScorer

    folder = RunFolder.open(path)
    if folder.run["verb"] != "design" or not (folder.path / CALLS).is_file():
        raise RecordError(f"{folder.path} is not the folder of a design run")
    config = build(DesignConfig, _said(DesignConfig, folder.run["config"]))
    panel = _panel(config)
    guard = guard_of(config.mode)
    records = [record for entry in Journal(folder.path / CALLS).read() for record in from_entry(entry)]
    last = {record.smiles: record.evaluation for record in records}
    archive = Archive()
    for record in records:
        if record.smiles not in archive:
            archive.add(replace(record, evaluation=last[record.smiles]))
    with engine(1) as pool:
        scorer = Scorers([ModelScorer(panel, pool), _Recorded(_meanings(config))])
        stages = range(1, max(1, len(config.stages)) + 1)
        objectives = [objective_of(config, stage, scorer, guard) for stage in stages]
    designs = _designs(folder.path)
    return FinishedRun(folder.path, folder.run, config, objectives, panel, guard, records, archive, designs)


def _panel(config: DesignConfig) -> Panel:
    """The models that are asked; all that the run had where examples set a range, for these are asked again."""
    from pharmakon.design.quantities import halves
    from pharmakon.predict.panel import Panel, own_names

    from .design import answered
    from .design_scoring import load_panel

    terms = (*config.goals, *config.constraints)
    others = (*config.models, *answered(config))
    if any(term.like for term in terms):
        return load_panel(others)
    asked = {name.partition(".")[0] for term in terms for name in halves(term)}
    names = [*(name for name in own_names() if name in asked), *others]
    return Panel.load(names) if names else Panel([])


def _meanings(config: DesignConfig) -> dict[str, Property]:
    """What the numbers of all but the models are."""
    from pharmakon.engine.local import engine

    from .design_patient import patient_goal
    from .design_routes import RouteScorer

    found = {scorer.name: scorer.meaning for scorer in config.scorers}
    if config.stock is not None:
        with engine(1) as pool:
            found |= RouteScorer(pool, steps=config.route_steps).properties
    patient = patient_goal(config)
    return found | (dict(patient.scorer.properties) if patient is not None else {})


def _designs(folder: Path) -> dict[str, str]:
    import csv

    path = folder / "designs.csv"
    if not path.is_file():
        raise RecordError(f"{folder} has no designs.csv: the run has not finished")
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["name"]: row["smiles"] for row in csv.DictReader(stream)}


def _said(model: type[BaseModel], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that were given: run.json holds them all, and some may not stand beside others."""
    out: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        default = None if field.is_required() else plain(field.get_default(call_default_factory=True))
        if name not in raw or raw[name] == default:
            continue
        inner, value = inner_model(field.annotation), raw[name]
        if inner is not None and isinstance(value, list):
            value = [_said(inner, one) for one in value]
        elif inner is not None and isinstance(value, dict):
            value = _said(inner, value)
        out[name] = value
    return out
