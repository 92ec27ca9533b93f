"""design: from a goal file to novel molecules, each with its evidence, and a record that can be checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.types import Estimates, Progress, Property, silent
from pharmakon.design.objective import Constraint, Goal, Objective
from pharmakon.design.optimise import Optimiser, Settings

if TYPE_CHECKING:
    from pharmakon.design.lineage import Archive
    from pharmakon.engine.base import Engine
    from pharmakon.predict.panel import Panel
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.runs import Journal

CALLS = "calls.jsonl"
LEDGER = "ledger.jsonl"
CHUNK = 5
"""Molecules a worker scores at a time: fixed, so that the number of workers changes no byte."""


class DesignConfig(Config):
    """What is wanted. Every key may stand in a goal file."""

    name: str = Field("design", description="what the run is called in the report")
    goals: tuple[Goal, ...] = Field(min_length=1, description="what is wanted, as [[goals]] tables")
    constraints: tuple[Constraint, ...] = Field((), description="what must hold, as [[constraints]] tables")
    models: tuple[str, ...] = Field((), description="own model folders whose properties the goals may name")
    start: tuple[str, ...] = Field((), description="SMILES to start from; assembled from fragments when none")
    designs: int = Field(50, ge=1, le=1000, description="how many designs to keep")
    diversity: float = Field(0.7, gt=0, le=1, description="highest similarity (ECFP4 Tanimoto) between two designs")
    calls: int = Field(2000, ge=1, description="scorer calls to spend")
    batch: int = Field(20, ge=1, le=1000, description="molecules scored at a time; a checkpoint follows each batch")
    seed: int = Field(0, ge=0, description="same seed, same designs")
    proposals: int | None = Field(None, ge=1, description="candidate molecules looked at for each scorer call")


@dataclass(frozen=True, slots=True)
class DesignResult:
    """What a run left behind, and what was found in plain sentences."""

    folder: Path
    report: Path
    designs: int
    best: float
    summary: list[str]


def run(
    config: DesignConfig,
    *,
    output: Path,
    resume: bool = False,
    workers: int | None = None,
    progress: Progress = silent,
) -> DesignResult:
    """Search, explain the best, and write designs.csv, designs.sdf, report.html and the ledger.

    Killed at any moment and resumed, it gives the same designs.csv. Raises UnknownName for a property nobody can
    estimate, RefusedGoal for an objective that rewards harm, UsageError when `output` holds another run.
    """
    from pharmakon.engine.local import engine
    from pharmakon.predict.panel import Panel
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.runs import RunFolder

    from .design_report import Dossier, finish

    panel = Panel.load([*_shipped(), *config.models])
    with engine(workers, initializer=_load, initargs=(tuple(config.models),)) as pool:
        scorer = ModelScorer(panel, pool)
        objective = Objective(config.goals, config.constraints, scorers=[scorer])
        used = sorted(set(objective.names) & set(scorer.properties))
        folder = RunFolder.create(output, verb="design", config=config, seed=config.seed, resume=resume)
        finished = _finished(folder.path)
        if finished is not None:
            return finished
        ledger = Ledger(folder.path / LEDGER)
        journal = RecordedJournal(folder.journal(CALLS), ledger, resumed=folder.resumed)
        if not folder.resumed:
            cards = {name.partition(".")[0]: panel.models[name.partition(".")[0]].card for name in used}
            ledger.append("started", verb="design", name=config.name, seed=config.seed, models=_hashes(cards))
            ledger.output(folder.path / "run.json")
        optimiser = Optimiser(
            objective.evaluate,
            _settings(config),
            start=config.start,
            prefilter=objective.prefilter(),
            journal=journal,
            engine=pool,
            progress=progress,
        )
        archive = optimiser.run()
        journal.close()
        ledger.output(folder.path / CALLS)
        chosen = optimiser.designs(config.designs, max_similarity=config.diversity)
        dossier = Dossier(config, objective, panel, archive, chosen, folder, ledger, pool, tuple(used))
        return finish(dossier, progress=progress)


def _settings(config: DesignConfig) -> Settings:
    changed = {"proposals": config.proposals} if config.proposals is not None else {}
    return Settings(calls=config.calls, batch=config.batch, seed=config.seed, **changed)


def _shipped() -> list[str]:
    from pharmakon.predict.panel import shipped_names

    return shipped_names()


def _hashes(cards: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    from pharmakon.record.entry import canonical

    return {name: hashlib.sha256(canonical(card)).hexdigest() for name, card in cards.items()}


def _finished(folder: Path) -> DesignResult | None:
    """The result of a run that had come to its end, when that is what the folder holds."""
    from pharmakon.record.entry import CLOSED, parse

    path = folder / LEDGER
    if not path.is_file():
        return None
    lines = path.read_bytes().splitlines()
    last = parse(lines[-1]) if lines else None
    if last is None or last.event != CLOSED:
        return None
    found = last.data
    return DesignResult(folder, folder / "report.html", found["designs"], found["best"], list(found["summary"]))


class RecordedJournal:
    """The journal of evaluated batches; each batch is also an entry of the ledger, with the hash of what it says.

    A run killed between the two writes its missing entries, marked late, when it is resumed.
    """

    def __init__(self, journal: Journal, ledger: Ledger, *, resumed: bool = False) -> None:
        self._journal = journal
        self._ledger = ledger
        self._kept = journal.read()
        if resumed:
            known = _count_batches(ledger.path)
            ledger.append("resumed", batches=len(self._kept))
            for entry in self._kept[known:]:
                self._record(entry, late=True)

    def append(self, entry: Mapping[str, Any], /) -> None:
        """Keep a batch for good."""
        self._journal.append(entry)
        self._record(entry)

    def read(self) -> list[dict[str, Any]]:
        """The batches that were kept when the run began."""
        return self._kept

    def close(self) -> None:
        """No more batches."""
        self._journal.close()

    def _record(self, entry: Mapping[str, Any], **more: Any) -> None:
        from pharmakon.record.entry import canonical

        molecules = entry["molecules"]
        self._ledger.append(
            "batch",
            number=entry["batch"],
            calls=len(molecules),
            best=max(m["score"] for m in molecules),
            sha256=hashlib.sha256(canonical(entry)).hexdigest(),
            **more,
        )


def _count_batches(path: Path) -> int:
    from pharmakon.record.entry import parse

    entries = (parse(line) for line in path.read_bytes().splitlines())
    return sum(1 for entry in entries if entry is not None and entry.event == "batch")


class ModelScorer:
    """A panel as the objective's scorer: every model's property, and NAME.similarity to its training molecules.

    Molecules are dealt to the engine's workers, which hold the models.
    """

    def __init__(self, panel: Panel, engine: Engine) -> None:
        self._engine = engine
        self.properties: dict[str, Property] = dict(panel.properties)
        for name, what in panel.properties.items():
            self.properties[f"{name}.similarity"] = Property(
                f"{name}.similarity",
                f"Similarity to the nearest molecule measured for {what.title}",
                "Tanimoto",
                low=0.0,
                high=1.0,
            )
            self.properties[f"{name}.domain"] = Property(
                f"{name}.domain", f"Inside the domain of {what.title}", "", better="high", low=0.0, high=1.0
            )

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """See core.types.Scorer."""
        models = tuple(dict.fromkeys(name.partition(".")[0] for name in names))
        chunks = [(tuple(smiles[i : i + CHUNK]), models) for i in range(0, len(smiles), CHUNK)]
        found = list(self._engine.map(estimate, chunks, label="scoring"))
        joined = {model: join([part[model] for part in found]) for model in models}
        out: dict[str, Estimates] = {}
        for name in names:
            model, _, aspect = name.partition(".")
            got = joined[model]
            if aspect:
                value = got.nearest_similarity if aspect == "similarity" else got.in_domain.astype(float)
                out[name] = Estimates.exact(self.properties[name], model, value)
            else:
                out[name] = got
        return out


def join(parts: Sequence[Estimates]) -> Estimates:
    """Estimates of several lists of molecules as one."""
    import numpy as np

    def column(name: str) -> Any:
        values = [getattr(part, name) for part in parts]
        return np.concatenate(values) if isinstance(values[0], np.ndarray) else [x for value in values for x in value]

    rest = (name for name in Estimates.__slots__ if name not in ("property", "model"))
    return Estimates(property=parts[0].property, model=parts[0].model, **{name: column(name) for name in rest})


_worker: dict[str, Panel] = {}


def _load(models: tuple[str, ...]) -> None:
    """In each worker: load the models once."""
    from pharmakon.predict.panel import Panel

    _worker["panel"] = Panel.load([*_shipped(), *models])


def estimate(task: tuple[tuple[str, ...], tuple[str, ...]]) -> dict[str, Estimates]:
    """In a worker: the estimates of a few molecules."""
    smiles, models = task
    return _worker["panel"].estimate(smiles, models)


def explain_values(smiles: tuple[str, ...]) -> dict[str, list[Any]]:
    """In a worker: for each model, the atom weights of a few molecules."""
    from pharmakon.explain.attribution import atom_weights_many
    from pharmakon.predict.features import Features

    panel = _worker["panel"]

    def predict_many(mols: Sequence[Any]) -> dict[str, Any]:
        features = Features(mols)
        return {name: model.values(features) for name, model in panel.models.items()}

    inside = {name: got.in_domain.tolist() for name, got in panel.predict(smiles).items()}
    return dict(atom_weights_many(predict_many, list(smiles), in_domain=inside))


def trajectory(archive: Archive) -> list[tuple[int, float, float]]:
    """After each batch: calls, best score so far, mean of the batch."""
    points: list[tuple[int, float, float]] = []
    best = float("-inf")
    by_batch: dict[int, list[float]] = {}
    for record in archive:
        by_batch.setdefault(record.batch, []).append(record.score)
    calls = 0
    for _, scores in sorted(by_batch.items()):
        calls += len(scores)
        best = max(best, *scores)
        points.append((calls, best, sum(scores) / len(scores)))
    return points
