"""design: from a goal file to novel molecules, each with its evidence, and a record that can be checked."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from pharmakon.chem.parse import parse as parse_smiles
from pharmakon.chem.routes import STEPS, RouteFinder
from pharmakon.core.config import Config
from pharmakon.core.errors import ScorerError, UsageError
from pharmakon.core.types import Progress, Scorer, silent
from pharmakon.design.aggregate import Aggregate
from pharmakon.design.curriculum import Curriculum, Stage
from pharmakon.design.graph import Limits
from pharmakon.design.guard import Guard
from pharmakon.design.hits import HitSettings
from pharmakon.design.infeasible import unheld, why_nothing
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.objective import Constraint, Goal, Objective, halves
from pharmakon.design.oddities import NONE
from pharmakon.design.optimise import Settings
from pharmakon.design.own_scorer import Function
from pharmakon.design.scorers import ScorerConfig, Scorers
from pharmakon.record import crate
from pharmakon.record.entry import canonical
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import RunFolder, sha256

from .design_end import chosen_of, closest, how_it_ended, nothing_found
from .design_inputs import inputs_of, known_rows
from .design_journal import CALLS, RecordedJournal
from .design_patient import OURS, patient_goal, with_goal
from .design_report import DesignResult, finish
from .design_routes import ADVICE, ROUTES, RouteScorer, asks_for_routes, made_of_stock, prepare, routes_of
from .design_scorers import OwnScorers, all_scorers, check_same
from .design_scoring import ModelScorer, load_panel
from .design_search import Searches, policy_of, prior_visitors
from .design_start import given_of, initial_of, sizes_of, start_of, with_table
from .design_table import Dossier
from .engines import Machines, Where
from .stock import read_stock
from .train_prior import SHIPPED, prior_of
from .train_response import OUTPUT

__all__ = ["DesignConfig", "DesignResult", "run"]

POINTS = 1_000
"""Evaluated molecules the surrogate learns from: more make a run of 2,000 calls longer than a coffee break."""
LEDGER = "ledger.jsonl"


class DesignConfig(Config):
    """What is wanted. Every key may stand in a goal file."""

    name: str = Field("design", description="what the run is called in the report")
    goals: tuple[Goal, ...] = Field(min_length=1, description="what is wanted, as [[goals]] tables")
    constraints: tuple[Constraint, ...] = Field((), description="what must hold, as [[constraints]] tables")
    mode: Mode = Field(Mode(), description="what of a molecule must stay, as a [mode] table")
    aggregate: Aggregate = Field("geometric", description="how the goals' desirabilities make one score")
    models: tuple[str, ...] = Field((), description="own model folders whose properties the goals may name")
    known: Path | None = Field(
        None, description="table of molecules that 'novelty' is the distance from, such as the company's own"
    )
    scorers: tuple[ScorerConfig, ...] = Field(
        (), description="scorers of your own whose properties the goals may name, as [[scorers]] tables"
    )
    cache: bool | str = Field(
        True,
        description="whether own scorers' answers are kept for other runs, in the user's cache folder; or the file",
    )
    patient: Path | None = Field(
        None, description="table of profiles whose response, patient_response, is a goal (see pharmakon match)"
    )
    against: Path | None = Field(None, description="table of profiles that a design for the patient should spare")
    response: Path = Field(OUTPUT, description="folder of the response model that pharmakon train-response wrote")
    start: tuple[str, ...] = Field((), description="SMILES to start from; assembled from fragments when none")
    start_table: Path | None = Field(None, description="table of molecules to start from, such as the hits of a screen")
    prior: Path = Field(
        SHIPPED, description="folder of pharmakon train-prior whose molecules visit the search; the shipped one's else"
    )
    policy: bool = Field(
        False, description="whether the prior learns the best molecules of the search as it goes on; needs extra deep"
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
    hits: float | None = Field(
        None, gt=0, le=1, description="search for many different hits of at least this score, not for the best"
    )
    hit_distance: float = Field(
        0.7, gt=0, lt=1, description="least distance (1 - ECFP4 Tanimoto) of two different hits"
    )
    calls: int = Field(2000, ge=1, description="scorer calls to spend; with stages, theirs count")
    patience: int | None = Field(
        None, ge=1, description="end early, after so many calls in which the mean of the ten best did not rise by .1 %"
    )
    stages: tuple[Stage, ...] = Field(
        (), description="a curriculum, as [[stages]] tables: goals with stage = 2 count from the second on"
    )
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
    def _routes_have_a_stock(self) -> Self:
        if self.stock is None and asks_for_routes((*self.goals, *self.constraints)):
            raise ValueError(ADVICE)
        return self

    @model_validator(mode="after")
    def _stages_are_there(self) -> Self:
        terms, last = (*self.goals, *self.constraints), max(1, len(self.stages))
        if late := [term for term in terms if term.stage > last]:
            count = f"{len(self.stages)} stages" if self.stages else "no [[stages]]"
            raise ValueError(f"{late[0].name()} counts from stage {late[0].stage} on, and there are {count}")
        if self.stages and "calls" in self.model_fields_set:
            raise ValueError("each of the stages has its own calls; leave calls out")
        if self.hits is None and "hit_distance" in self.model_fields_set:
            raise ValueError("hit_distance is of hits, and no hits are asked for")
        if self.patience is not None and (self.hits is not None or self.aggregate == "pareto"):
            raise ValueError("patience waits for the best to get better: no hits, no Pareto front")
        if self.hits is not None and (self.stages or self.aggregate == "pareto" or self.policy):
            raise ValueError("hits are looked for with one score, in one stage, without a policy")
        if all(goal.stage > 1 for goal in self.goals):
            raise ValueError("the first stage has no goal")
        return self


def run(
    config: DesignConfig,
    *,
    output: Path,
    resume: bool = False,
    workers: int | None = None,
    engine: Where = "local",
    address: str | None = None,
    functions: Mapping[str, Function] = MappingProxyType({}),
    progress: Progress = silent,
) -> DesignResult:
    """Search, explain the best, and write designs.csv, designs.sdf, report.html and the ledger.

    Killed at any moment and resumed, it gives the same calls.jsonl, designs.csv and designs.sdf. `functions` are
    scorers by name. Raises UnknownName for a property nobody can estimate, RefusedGoal for an objective that rewards
    harm, UsageError when `output` holds another run, ScorerError where a scorer fails: mended, the run can be resumed.
    """
    config = with_goal(config.model_copy(update={"scorers": all_scorers(config.scorers, functions)}))
    models = (*config.models, *answered(config))
    panel = load_panel(models)
    stock = read_stock(config.stock, progress=progress) if config.stock is not None else None
    finder = RouteFinder(stock[0], steps=config.route_steps) if stock is not None else None
    guard, patient = guard_of(config.mode), patient_goal(config)
    config, began = with_table(config, guard)
    taken = {*panel.properties, *_shipped(), *ROUTES, *OURS}
    with (
        OwnScorers(config.scorers, functions=functions, cache=config.cache, taken=taken) as own,
        Machines(workers, engine, address).engine(initializer=prepare, initargs=(models, finder)) as pool,
    ):
        scorers: list[Scorer] = [ModelScorer(panel, pool), *own.scorers]
        scorers += [RouteScorer(pool, steps=finder.steps)] if finder is not None else []
        scorers += [patient.scorer] if patient is not None else []
        objectives = [
            objective_of(config, stage, Scorers(scorers), guard) for stage in range(1, max(1, len(config.stages)) + 1)
        ]
        objective = objectives[-1]
        used = sorted(name for name in objective.asked if name.partition(".")[0] in panel.models)
        # What can be wrong with a file is found before there is a folder.
        prior, strangers, policy = prior_of(config.prior), prior_visitors(config), policy_of(config)
        read = [
            *([stock[1].sentence("building block")] if stock is not None else []),
            *known_rows(config.known),
            *began,
        ]
        folder = RunFolder.create(
            output,
            verb="design",
            config=config,
            inputs=inputs_of(config, patient),
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
            cards |= {str(config.response): patient.card} if patient is not None else {}
            _started(ledger, config, cards | {str(config.prior): prior.card}, own)

        search = Searches(config, objectives, guard, finder, strangers, policy, pool, progress)
        curriculum = Curriculum(config.stages, _settings(config), search, journal=journal)
        start = start_of(config, objective, objectives[0].sieve, guard)
        try:
            archive = curriculum.run(start, max_similarity=config.diversity)
        except UsageError as error:
            if not journal.calls:  # refused before anything was scored: nothing is worth keeping
                journal.close()
                shutil.rmtree(folder.path)
            raise why_nothing(error, objectives[0], guard) from None
        except ScorerError as error:
            journal.close()
            reason = str(error.cause)
            ledger.append("failed", scorer=error.scorer, molecule=error.molecule, reason=reason, **own.counts())
            advice = f"mend the scorer, and the same command with --resume goes on after {journal.calls} calls"
            raise ScorerError(error.scorer, error.molecule, f"{error.cause}; {advice}") from error
        journal.close()
        ledger.output(folder.path / CALLS)
        chosen, front = chosen_of(config, curriculum, objective)
        smiles, last = [record.smiles for record in chosen], curriculum.finished[-1].search
        dossier = Dossier(
            name=patient.title if patient is not None and "name" not in config.model_fields_set else config.name,
            text=config.model_dump_json(indent=2, exclude_defaults=True),
            diversity=closest(config),
            batch=config.batch,
            given=given_of(config),
            mode=config.mode.kind,
            guard=guard,
            objective=objective,
            panel=panel,
            archive=archive,
            stages=tuple(stage.records for stage in curriculum.finished),
            chosen=chosen,
            front=front,
            folder=folder,
            ledger=ledger,
            engine=pool,
            used=tuple(used),
            stock=config.stock,
            routes=dict(zip(smiles, routes_of(smiles, pool), strict=True)) if finder is not None else None,
            own=(*own.names, *(patient.scorer.properties if patient is not None else ())),
            notes=(
                *read,
                *how_it_ended(last),
                *made_of_stock(archive),
                *(patient.notes(smiles) if patient else ()),
            ),
            nothing=" ".join(filter(None, [nothing_found(last), unheld(objective.constraints, archive)])),
            aside=patient.aside(smiles) if patient is not None else None,
        )
        return finish(dossier, progress=progress)


def _started(ledger: Ledger, config: DesignConfig, cards: Mapping[str, Mapping[str, Any]], own: OwnScorers) -> None:
    """The first entry of a run's ledger, and what was asked."""
    ledger.append(
        "started",
        verb="design",
        name=config.name,
        seed=config.seed,
        models=hashes(cards),
        **({"stock": sha256(config.stock)} if config.stock is not None else {}),
        **own.definitions(),
    )
    ledger.output(ledger.path.parent / "run.json")


def objective_of(config: DesignConfig, stage: int, scorer: Scorer, guard: Guard | None) -> Objective:
    """What counts in a stage, from 1."""
    return Objective(
        [goal for goal in config.goals if goal.stage <= stage],
        [constraint for constraint in config.constraints if constraint.stage <= stage],
        scorer=scorer,
        allowed=guard.allowed if guard is not None else NONE,
        aggregate=config.aggregate,
        known=config.known or "",
        elements=(guard.limits(Limits()) if guard is not None else Limits()).elements,
    )


def answered(config: DesignConfig) -> list[str]:
    """What goals and constraints ask of the networks: endpoints without a model of their own, and targets."""
    from pharmakon.predict.panel import own_names

    terms = (*config.goals, *config.constraints)
    asked = dict.fromkeys(name.partition(".")[0] for term in terms for name in halves(term))
    return [name for name in asked if name in _shipped() - {*own_names()}]


def _shipped() -> set[str]:
    """The endpoints and targets that can be estimated."""
    from pharmakon.predict.panel import shipped_names, target_names

    return {*shipped_names(), *target_names()}


def _settings(config: DesignConfig) -> Settings:
    common: dict[str, Any] = {
        "calls": config.calls,
        "patience": config.patience,
        "batch": config.batch,
        "seed": config.seed,
        "initial": initial_of(config),
        "proposals": config.proposals,
        "points": POINTS,
        "per_scaffold": config.per_scaffold,
        **sizes_of(config),
    }
    if config.hits is None:
        return Settings(**common)
    return HitSettings(**common, hit=config.hits, distance=config.hit_distance)


def hashes(cards: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: hashlib.sha256(canonical(card)).hexdigest() for name, card in cards.items()}


def _finished(folder: Path) -> DesignResult | None:
    """The result of a run that had come to its end, when that is what the folder holds."""
    last = crate.finished(folder)
    if last is None:
        return None
    found = last.data
    return DesignResult(
        folder, folder / "report.html", found["designs"], found["best"], list(found["summary"]), last.hash
    )
