"""Acceptance limits written before a run, registered in a ledger, and what became of them: plan against run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, model_validator

from pharmakon.core.config import Config, build, read_toml
from pharmakon.core.errors import ConfigError, RecordError
from pharmakon.core.files import sha256
from pharmakon.core.units import show
from pharmakon.record.audit import verify
from pharmakon.record.entry import Entry, locate, parse
from pharmakon.record.filling import Written
from pharmakon.record.ledger import Ledger
from pharmakon.record.notebook import Shown

PLAN = "plan"
"""The event of a registered plan."""
Level = Literal["low", "medium", "high"]
LEVELS: tuple[Level, ...] = get_args(Level)
ENDS = {"value": 0, "low": 1, "high": 2}


class Limit(Config):
    """A figure of the run and the least or most it may be; `by` says which end of its interval has to keep it."""

    figure: str = Field(min_length=1)
    least: float | None = None
    most: float | None = None
    by: Literal["value", "low", "high"] = "value"

    @model_validator(mode="after")
    def _one_side(self) -> Limit:
        if (self.least is None) == (self.most is None):
            raise ValueError(f"give least or most for {self.figure!r}, one of them")
        return self

    @property
    def words(self) -> str:
        """Such as "at least 0.85"."""
        end = "" if self.by == "value" else f" ({self.by} end of the interval)"
        return f"at {'least' if self.least is not None else 'most'} {self._bound:g}{end}"

    @property
    def _bound(self) -> float:
        return self.least if self.least is not None else self.most or 0.0

    def met(self, found: tuple[float, float, float]) -> bool:
        """Whether a figure keeps it; a missing one does not."""
        value = found[ENDS[self.by]]
        return isfinite(value) and (value >= self._bound if self.least is not None else value <= self._bound)


class Plan(Config):
    """What was promised: question and use in words, limits, and the settings that will be used.

    `influence` is how much the decision rests on the model, `consequence` what a wrong one does.
    """

    question: str = Field(min_length=1)
    context: str = Field(min_length=1)
    by: str = Field(min_length=1)
    influence: Level | None = None
    consequence: Level | None = None
    limits: tuple[Limit, ...] = Field(min_length=1)
    settings: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registered(Shown):
    """A plan as a ledger holds it, and how that is known."""

    plan: Plan
    time: datetime
    sha256: str
    entry: int
    hash: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A plan against a run: (figure, limit, found, met or missed) rows, and what deviates."""

    registered: Registered
    rows: tuple[tuple[str, str, str, str], ...]
    deviations: tuple[str, ...]


class PlanConfig(Config):
    """Which plan, into which ledger."""

    plan: Path = Field(description="TOML with question, context, by, [[limits]] and [settings]")
    output: Path = Field(description="folder of the ledger that it is registered in; made when absent")


def register(config: PlanConfig) -> Registered:
    """Write a plan into a ledger, word for word. ConfigError for a plan that is not whole."""
    plan = build(Plan, read_toml(config.plan), where=str(config.plan))
    entry = Ledger(config.output).append(PLAN, sha256=sha256(config.plan), plan=plan.model_dump(mode="json"))
    return _registered(entry)


def registered(folder: str | Path) -> Registered:
    """The last plan of a ledger. RecordError where it holds none, or is not what was written."""
    found = verify(folder)
    if not found.ok:
        raise RecordError(f"the ledger of the plan is not what was written: {found.problems[0]}")
    lines = locate(folder).read_bytes().splitlines()
    plans = [entry for entry in map(parse, lines) if entry is not None and entry.event == PLAN]
    if not plans:
        raise RecordError(f"no plan is registered in {folder}")
    return _registered(plans[-1])


def words(found: Registered) -> dict[str, dict[str, Written]]:
    """What a person wrote in the plan, as answers to the forms that ask for it."""
    plan = found.plan
    said = {"1": plan.question, "2.1": plan.context, "3.1": plan.influence, "3.2": plan.consequence}
    by = f"{plan.by}, in the registered plan"
    written = {n: Written(text=text, by=by, on=found.time.date()) for n, text in said.items() if text}
    return {"fda_credibility": written, "fda_ema_principles": {"4": written["2.1"]}}


def judge(
    found: Registered,
    figures: Mapping[str, tuple[float, float, float]],
    settings: Mapping[str, str],
    started: datetime | None,
) -> Judgement:
    """The plan against what a run measured. ConfigError for a limit on a figure that such a run never has."""
    rows, deviations = [], []
    for limit in found.plan.limits:
        if limit.figure not in figures:
            rows.append((limit.figure, limit.words, "-", "not measured"))
            deviations.append(f"{limit.figure}: planned, and not measured.")
            continue
        value = figures[limit.figure]
        met = limit.met(value)
        rows.append((limit.figure, limit.words, show(value[ENDS[limit.by]]), "met" if met else "missed"))
        if not met:
            deviations.append(f"{limit.figure}: {show(value[ENDS[limit.by]])}, where the plan asks for {limit.words}.")
    if all(row[3] == "not measured" for row in rows):
        raise ConfigError(f"no limit of the plan is on a figure of this run; it has {', '.join(figures) or 'none'}")
    for key, planned in found.plan.settings.items():
        used = settings.get(key)
        if used != planned:
            deviations.append(f"Setting {key}: planned {planned}, used {used if used is not None else 'not recorded'}.")
    if started is None:
        deviations.append("When the run was made is not recorded, so it is not shown that the plan came first.")
    elif found.time >= started.astimezone(UTC):
        deviations.append(f"The plan was registered at {found.time.isoformat()}, after the run had started.")
    return Judgement(found, tuple(rows), tuple(deviations))


def _registered(entry: Entry) -> Registered:
    plan = build(Plan, dict(entry.data["plan"]), where="the registered plan")
    time = datetime.fromisoformat(entry.time)
    return Registered(plan, time, str(entry.data["sha256"]), entry.seq, entry.hash)
