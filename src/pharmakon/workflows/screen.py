"""screen: millions of molecules through models, constraints and an objective; the best of them, and what all are like.

Rows are worked on in shards, each a pure function of its rows, and forgotten but for the best and for sketches that
merge: memory does not grow with the library. A run that is killed goes on, and ends with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pharmakon.core.errors import DataError, PharmakonError, UsageError
from pharmakon.core.types import Progress, silent

from .screen_request import LEDGER, REPORT, SHARDS, ScreenConfig, ScreenResult

if TYPE_CHECKING:
    from .design import DesignConfig
    from .screen_plan import Plan
    from .screen_shard import Asked, Screener

__all__ = ["REPORT", "SHARDS", "ScreenConfig", "ScreenResult", "run"]

USED = {"name", "goals", "constraints", "aggregate", "models", "known"}
"""The keys of a goal file that a screen heeds; the others are about a search."""
FORMAT = 2
LIMITS = ("seconds_per_molecule", "megabytes_per_molecule")
"""What may be given otherwise to go on with: a run that set too many molecules aside says so. The ledger has both."""


def run(config: ScreenConfig, *, progress: Progress = silent) -> ScreenResult:
    """Screen. Killed at any moment and resumed, it gives the same lists and the same sketches.

    Raises DataError where a file cannot be read at all, UnknownName for a column, model or property that is not there,
    RefusedGoal for an objective that rewards harm, UsageError where the folder holds another run.
    """
    from pharmakon.core.files import alone
    from pharmakon.store.remote import is_url

    from .screen_plan import Plan, files_of, opened
    from .screen_shard import Screener

    files = files_of(config.inputs)
    plan = Plan(opened(files, smiles=config.smiles_column, id=config.id_column), config.rows)
    asked, notes = _asked(config)
    screener = Screener(asked)
    notes = [*notes, *(f"{table.path.name}: {note}" for table in plan.tables for note in table.notes)]
    if is_url(config.output):
        return _away(config, plan, files, screener, notes=notes, progress=progress)
    place = Path(config.output)
    with alone(place):
        return _run(place, config, plan, files, screener, notes=notes, progress=progress)


def _away(
    config: ScreenConfig,
    plan: Plan,
    files: Sequence[Path],
    screener: Screener,
    *,
    notes: Sequence[str],
    progress: Progress,
) -> ScreenResult:
    """Screen in a folder of this machine whose files are put at an address as they are finished."""
    from pharmakon.store.mirror import mirrored

    with TemporaryDirectory(prefix="pharmakon-screen-") as folder:
        place = Path(folder)
        with mirrored(config.output, place, resume=config.resume) as mirror:

            def told(done: int, total: int, note: str) -> None:
                mirror.push()
                progress(done, total, note)

            try:
                found = _run(place, config, plan, files, screener, notes=notes, progress=told)
            except PharmakonError as error:
                error.args = (str(error).replace(folder, config.output),)
                raise
        return replace(found, url=config.output)


def _run(
    place: Path,
    config: ScreenConfig,
    plan: Plan,
    files: Sequence[Path],
    screener: Screener,
    *,
    notes: Sequence[str],
    progress: Progress,
) -> ScreenResult:
    """Screen in a folder that is ours."""
    from pharmakon.engine.shards import run_shards
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.runs import RUN, RunFolder

    from .design import hashes
    from .engines import Machines
    from .screen_output import finished, write
    from .screen_shard import load, score

    asked = screener.asked
    # It may not be there: so before there is a folder.
    machines = Machines(config.workers, config.engine, config.address)
    pool = machines.engine(initializer=load, initargs=(asked,))
    goals = [path for path in (config.objective, Path(asked.known) if asked.known else None) if path is not None]
    folder = RunFolder.create(
        place,
        verb="screen",
        config=config.model_copy(update={"inputs": tuple(map(str, files))}),
        inputs=[*files, *goals],
        seed=config.seed,
        resume=config.resume,
        ignore=("output", "workers", "resume", "engine", "address", *LIMITS),
    )
    if (done := finished(folder.path, config, notes)) is not None:
        return done
    ledger = Ledger(folder.path / LEDGER)
    if not ledger.head.count:
        cards = {name: model.card for name, model in screener.panel.models.items()}
        ledger.append("started", verb="screen", seed=config.seed, models=hashes(cards), wanted=_wanted(asked))
        ledger.output(folder.path / RUN)
    elif folder.resumed:
        ledger.append("resumed", **{name: getattr(config, name) for name in LIMITS})
    digests = [str(one["sha256"]) for one in folder.run["inputs"][: len(files)]]
    with pool:
        parts = run_shards(
            plan,
            score,
            folder.path / SHARDS,
            engine=pool,
            stamp=_stamp(asked, screener, digests, config),
            suffix=".parquet" if asked.whole else ".json.gz",
            total=plan.total,
            label="shards",
            claims=True,
            progress=progress,
        )
    if not plan.rows:
        raise DataError(f"{files[0]} has no rows" if len(files) == 1 else "the files have no rows")
    notes = [*notes, *(f"{name}: it has no rows" for name in plan.empty)]
    return write(config, screener, parts, files, folder=folder, ledger=ledger, notes=notes, progress=progress)


def _asked(config: ScreenConfig) -> tuple[Asked, list[str]]:
    """What every batch is asked, and what of the goal file is left aside."""
    from pharmakon.engine.forked import Limits
    from pharmakon.predict.panel import expanded

    from .design import DesignConfig
    from .screen_shard import Asked

    named = [str(name) for name in expanded(config.models)]
    limits = Limits(config.seconds_per_molecule, config.megabytes_per_molecule)
    common = {
        "profile": config.profile,
        "top": config.top,
        "whole": config.whole,
        "seed": config.seed,
        "limits": limits,
    }
    if config.objective is None:
        return Asked(tuple(named), **common), []  # type: ignore[arg-type]
    goal = DesignConfig.from_toml(config.objective)
    asked = Asked(
        tuple(dict.fromkeys([*goal.models, *_shipped(goal), *named])),
        goals=goal.goals,
        constraints=goal.constraints,
        aggregate=goal.aggregate,
        known=str(goal.known or ""),
        **common,  # type: ignore[arg-type]
    )
    _refuse_strange(goal, config.objective)
    unused = sorted(goal.model_fields_set - USED)
    note = f"{config.objective}: {', '.join(unused)} {'is' if len(unused) == 1 else 'are'} of a search, and not used"
    return asked, [note] if unused else []


def _names(goal: DesignConfig) -> list[str]:
    """The properties that a goal file asks about."""
    from pharmakon.design.objective import halves

    return list(dict.fromkeys(name for term in (*goal.goals, *goal.constraints) for name in halves(term)))


def _shipped(goal: DesignConfig) -> list[str]:
    """The shipped models that a goal file asks."""
    from pharmakon.predict.panel import shipped_names, target_names

    known = {*shipped_names(), *target_names()}
    return [name for name in dict.fromkeys(name.partition(".")[0] for name in _names(goal)) if name in known]


def _refuse_strange(goal: DesignConfig, path: Path) -> None:
    """UsageError for a goal that only a search can answer."""
    from .design_patient import OURS
    from .design_routes import ROUTES

    for name in _names(goal):
        if name in {scorer.name for scorer in goal.scorers}:
            raise UsageError(f"{path}: {name!r} is a scorer of your own, which a screen does not ask; leave it out")
        if name in {*OURS, *ROUTES}:
            raise UsageError(f"{path}: {name!r} is known in a design alone; leave it out")


def _wanted(asked: Asked) -> dict[str, object]:
    """For the record: what counts, as it was written."""
    return {
        "goals": [term.model_dump(mode="json", exclude_defaults=True) for term in asked.goals],
        "constraints": [term.model_dump(mode="json", exclude_defaults=True) for term in asked.constraints],
        "aggregate": asked.aggregate,
    }


def _stamp(asked: Asked, screener: Screener, digests: Sequence[str], config: ScreenConfig) -> str:
    """What a shard was made from: other rows, models or wishes make finished shards stale."""
    cards: Mapping[str, object] = {name: model.card for name, model in screener.panel.models.items()}
    facts = [
        FORMAT,
        list(digests),
        [config.smiles_column, config.id_column, config.rows, config.top, config.seed, asked.whole, asked.profile],
        [_wanted(asked), {name: list(span) for name, span in screener.spans().items()}],
        json.dumps(cards, sort_keys=True, default=str),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
