"""design: from a goal file to novel molecules, each with its evidence, and a record that can be checked."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import Field, field_validator, model_validator

from pharmakon.chem.parse import parse as parse_smiles
from pharmakon.chem.routes import STEPS, RouteFinder
from pharmakon.core.config import Config
from pharmakon.core.errors import RecordError, ScorerError, UsageError
from pharmakon.core.random import stream
from pharmakon.core.types import Progress, Scorer, silent
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.objective import Aggregate, Constraint, Goal, Objective, halves
from pharmakon.design.optimise import Optimiser, Settings
from pharmakon.design.own_scorer import Function
from pharmakon.design.scorers import ScorerConfig, Scorers
from pharmakon.engine.local import engine
from pharmakon.record.entry import CLOSED, canonical, parse
from pharmakon.record.ledger import Ledger
from pharmakon.store.models import load_folder
from pharmakon.store.runs import Journal, RunFolder, sha256

from .design_report import DesignResult, finish
from .design_routes import ADVICE, ROUTES, RouteScorer, asks_for_routes, prepare, routes_of
from .design_scorers import OwnScorers, all_scorers, check_same
from .design_scoring import ModelScorer, load_panel
from .design_table import Dossier
from .stock import load_stock
from .train_prior import SHIPPED, load_prior, prior_folder

__all__ = ["DesignConfig", "DesignResult", "run"]

CALLS = "calls.jsonl"
INITIAL = 40
"""Molecules scored before the surrogate is first asked."""
POINTS = 1_000
"""Evaluated molecules the surrogate learns from: more make a run of 2,000 calls longer than a coffee break."""
LEDGER = "ledger.jsonl"
VISITORS = 400
"""Texts of the prior that a run looks among."""


class DesignConfig(Config):
    """What is wanted. Every key may stand in a goal file."""

    name: str = Field("design", description="what the run is called in the report")
    goals: tuple[Goal, ...] = Field(min_length=1, description="what is wanted, as [[goals]] tables")
    constraints: tuple[Constraint, ...] = Field((), description="what must hold, as [[constraints]] tables")
    mode: Mode = Field(Mode(), description="what of a molecule must stay, as a [mode] table")
    aggregate: Aggregate = Field("geometric", description="how the goals' desirabilities make one score")
    models: tuple[str, ...] = Field((), description="own model folders whose properties the goals may name")
    scorers: tuple[ScorerConfig, ...] = Field(
        (), description="scorers of your own whose properties the goals may name, as [[scorers]] tables"
    )
    cache: bool | str = Field(
        True,
        description="whether own scorers' answers are kept for other runs, in the user's cache folder; or the file",
    )
    start: tuple[str, ...] = Field((), description="SMILES to start from; assembled from fragments when none")
    prior: Path = Field(
        SHIPPED, description="folder of pharmakon train-prior whose molecules visit the search; the shipped one's else"
    )
    stock: Path | None = Field(
        None, description="table of building blocks with their SMILES: each design gets a route from them"
    )
    route_steps: int = Field(STEPS, ge=1, le=STEPS, description="most reactions of a route from the stock")
    designs: int = Field(50, ge=1, le=1000, description="how many designs to keep")
    diversity: float = Field(0.7, gt=0, le=1, description="highest similarity (ECFP4 Tanimoto) between two designs")
    per_scaffold: int = Field(
        5, ge=0, description="most designs, and most parents at a time, of one Bemis-Murcko scaffold; 0 for no limit"
    )
    calls: int = Field(2000, ge=1, description="scorer calls to spend")
    batch: int = Field(20, ge=1, le=1000, description="molecules scored at a time; a checkpoint follows each batch")
    seed: int = Field(0, ge=0, description="same seed, same designs")
    proposals: int = Field(12, ge=1, description="candidate molecules looked at for each scorer call")

    @field_validator("start")
    @classmethod
    def _readable(cls, start: tuple[str, ...]) -> tuple[str, ...]:
        for text in start:
            if problem := parse_smiles(text).problem:
                raise ValueError(f"{text!r} is {problem}")
        return start

    @model_validator(mode="after")
    def _routes_have_a_stock(self) -> DesignConfig:
        if self.stock is None and asks_for_routes((*self.goals, *self.constraints)):
            raise ValueError(ADVICE)
        return self


def run(
    config: DesignConfig,
    *,
    output: Path,
    resume: bool = False,
    workers: int | None = None,
    functions: Mapping[str, Function] = MappingProxyType({}),
    progress: Progress = silent,
) -> DesignResult:
    """Search, explain the best, and write designs.csv, designs.sdf, report.html and the ledger.

    Killed at any moment and resumed, it gives the same calls.jsonl, designs.csv and designs.sdf. `functions` are
    scorers by name. Raises UnknownName for a property nobody can estimate, RefusedGoal for an objective that rewards
    harm, UsageError when `output` holds another run, ScorerError where a scorer fails: mended, the run can be resumed.
    """
    config = config.model_copy(update={"scorers": all_scorers(config.scorers, functions)})
    models = (*config.models, *_answered(config))
    panel = load_panel(models)
    finder = _finder(config, progress)
    with (
        OwnScorers(
            config.scorers, functions=functions, cache=config.cache, taken={*panel.properties, *_shipped(), *ROUTES}
        ) as own,
        engine(workers, initializer=prepare, initargs=(models, finder)) as pool,
    ):
        scorers: list[Scorer] = [ModelScorer(panel, pool), *own.scorers]
        if finder is not None:
            scorers.append(RouteScorer(pool, steps=finder.steps))
        guard = guard_of(config.mode)
        objective = Objective(
            config.goals,
            config.constraints,
            scorer=Scorers(scorers),
            allowed=guard.allowed if guard is not None else frozenset(),
            aggregate=config.aggregate,
        )
        used = sorted(name for name in objective.asked if name.partition(".")[0] in panel.models)
        folder = RunFolder.create(
            output,
            verb="design",
            config=config,
            inputs=[config.stock] if config.stock is not None else [],
            seed=config.seed,
            resume=resume,
            ignore=("scorers", "cache"),
        )
        check_same(folder.run["config"].get("scorers", []), config.scorers)
        finished = _finished(folder.path)
        if finished is not None:
            return finished
        ledger = Ledger(folder.path / LEDGER)
        journal = RecordedJournal(folder.journal(CALLS), ledger, own=own, resumed=folder.resumed)
        if not ledger.head.count:
            cards = {name.partition(".")[0]: panel.models[name.partition(".")[0]].card for name in used}
            cards[str(config.prior)] = load_folder(prior_folder(config.prior)).card
            ledger.append(
                "started",
                verb="design",
                name=config.name,
                seed=config.seed,
                models=_hashes(cards),
                **({"stock": sha256(config.stock)} if config.stock is not None else {}),
                **own.definitions(),
            )
            ledger.output(folder.path / "run.json")
        optimiser = Optimiser(
            objective.evaluate,
            _settings(config),
            start=config.start or [s for s in objective.seeds() if guard is None or guard.accepts(s)],
            strangers=_strangers(config),
            prefilter=objective.sieve,
            guard=guard,
            journal=journal,
            engine=pool,
            progress=progress,
        )
        try:
            archive = optimiser.run()
        except UsageError:
            if not len(optimiser.archive):  # refused before anything was scored: nothing is worth keeping
                journal.close()
                shutil.rmtree(folder.path)
            raise
        except ScorerError as error:
            journal.close()
            reason = str(error.cause)
            ledger.append("failed", scorer=error.scorer, molecule=error.molecule, reason=reason, **own.counts())
            advice = f"mend the scorer, and the same command with --resume goes on after {len(optimiser.archive)} calls"
            raise ScorerError(error.scorer, error.molecule, f"{error.cause}; {advice}") from error
        journal.close()
        ledger.output(folder.path / CALLS)
        chosen = optimiser.designs(config.designs, max_similarity=config.diversity)
        smiles = [record.smiles for record in chosen]
        dossier = Dossier(
            name=config.name,
            text=config.model_dump_json(indent=2, exclude_defaults=True),
            diversity=config.diversity,
            batch=config.batch,
            mode=config.mode.kind,
            guard=guard,
            objective=objective,
            panel=panel,
            archive=archive,
            chosen=chosen,
            folder=folder,
            ledger=ledger,
            engine=pool,
            used=tuple(used),
            stock=config.stock,
            routes=dict(zip(smiles, routes_of(smiles, pool), strict=True)) if finder is not None else None,
            own=own.names,
        )
        return finish(dossier, progress=progress)


def _finder(config: DesignConfig, progress: Progress) -> RouteFinder | None:
    if config.stock is None:
        return None
    return RouteFinder(load_stock(config.stock, progress=progress), steps=config.route_steps)


def _answered(config: DesignConfig) -> list[str]:
    """What goals and constraints ask of the networks: endpoints without a model of their own, and targets."""
    from pharmakon.predict.panel import own_names

    terms = (*config.goals, *config.constraints)
    asked = dict.fromkeys(name.partition(".")[0] for term in terms for name in halves(term))
    return [name for name in asked if name in _shipped() - {*own_names()}]


def _shipped() -> set[str]:
    """The endpoints and targets that can be estimated."""
    from pharmakon.predict.panel import shipped_names, target_names

    return {*shipped_names(), *target_names()}


def _strangers(config: DesignConfig) -> list[str]:
    """What the prior writes: molecules that the search itself would not come upon."""
    return load_prior(config.prior).sample(VISITORS, random=stream(config.seed, "strangers"))


def _settings(config: DesignConfig) -> Settings:
    return Settings(
        calls=config.calls,
        batch=config.batch,
        seed=config.seed,
        initial=INITIAL,
        proposals=config.proposals,
        points=POINTS,
        per_scaffold=config.per_scaffold,
    )


def _hashes(cards: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: hashlib.sha256(canonical(card)).hexdigest() for name, card in cards.items()}


def _finished(folder: Path) -> DesignResult | None:
    """The result of a run that had come to its end, when that is what the folder holds."""
    path = folder / LEDGER
    if not path.is_file():
        return None
    lines = path.read_bytes().splitlines()
    last = parse(lines[-1]) if lines else None
    if last is None or last.event != CLOSED:
        return None
    found = last.data
    return DesignResult(
        folder, folder / "report.html", found["designs"], found["best"], list(found["summary"]), last.hash
    )


class RecordedJournal:
    """The journal of evaluated batches; each batch is also an entry of the ledger, with the hash of what it says.

    A run killed between the two writes its missing entries, marked late, when it is resumed.
    """

    def __init__(
        self, journal: Journal, ledger: Ledger, *, own: OwnScorers | None = None, resumed: bool = False
    ) -> None:
        self._journal = journal
        self._own = own
        self._ledger = ledger
        self._kept = journal.read()
        if resumed:
            known = _recorded_batches(ledger.path)
            for entry, recorded in zip(self._kept, known, strict=False):
                if _digest(entry) != recorded:
                    raise RecordError(f"batch {entry['batch']} of {CALLS} was changed after it was recorded")
            if len(self._kept) < len(known):
                raise RecordError(
                    f"{journal.path} holds {len(self._kept)} batches and the ledger recorded {len(known)}: some were "
                    f"cut off, so this run cannot go on; put back the whole {CALLS} from a copy and --resume, or start "
                    "again in another folder (-o)"
                )
            ledger.append("resumed", batches=len(self._kept), **(own.definitions() if own else {}))
            for entry in self._kept[len(known) :]:
                self._record(entry, late=True)

    def append(self, entry: Mapping[str, Any], /) -> None:
        """Keep a batch for good."""
        self._journal.append(entry)
        self._record(entry, **(self._own.counts() if self._own else {}))

    def read(self) -> list[dict[str, Any]]:
        """The batches that were kept when the run began."""
        return self._kept

    def close(self) -> None:
        """No more batches."""
        self._journal.close()

    def _record(self, entry: Mapping[str, Any], **more: Any) -> None:
        molecules = entry["molecules"]
        self._ledger.append(
            "batch",
            number=entry["batch"],
            calls=len(molecules),
            best=max(m["score"] for m in molecules),
            sha256=_digest(entry),
            **{key: entry[key] for key in ("withheld",) if key in entry},
            **more,
        )


def _digest(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(entry)).hexdigest()


def _recorded_batches(path: Path) -> list[str]:
    """The hash of each batch, as the ledger has it."""
    entries = (parse(line) for line in path.read_bytes().splitlines())
    return [str(entry.data.get("sha256")) for entry in entries if entry is not None and entry.event == "batch"]
