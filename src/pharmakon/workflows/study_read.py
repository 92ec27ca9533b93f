"""A finished discovery read back: its verdict in sentences, scores beside the clinic, groups, markers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import RecordError
from pharmakon.core.units import show
from pharmakon.record.discovery import MARKERS_FILE, RESULT, SIGNATURE

from .study_report import number
from .study_scores import CHANCE, MEASURES, called, main_of

SHOWN = 12
"""Markers that are told."""
CLINICAL = "clinical"


class StudyConfig(Config):
    """Which study."""

    study: Path = Field(description="folder that discover wrote")


@dataclass(frozen=True, slots=True)
class Score:
    """A model's leading score on patients it has not seen, and what it adds to the clinic."""

    model: str
    value: str
    interval: str
    over_clinic: str
    main: bool
    span: tuple[float, float, float] | None
    """Low, value, high."""


@dataclass(frozen=True, slots=True)
class Group:
    """The main model's score in one subgroup."""

    column: str
    level: str
    patients: int
    score: str


@dataclass(frozen=True, slots=True)
class Study:
    """What a discovery came to."""

    name: str
    verdict: Sequence[str]
    verdict_kind: str
    """good: it adds to the clinic; unsure: that is not shown; "" where no signature was made."""
    figures: Sequence[tuple[str, str]]
    """(number, of what)."""
    measure: str
    scores: Sequence[Score]
    groups: Sequence[Group]
    checks: Sequence[Mapping[str, Any]]
    markers: Sequence[Mapping[str, str]]
    effects: Sequence[str]
    """What the effects of its markers are, such as a log hazard ratio per SD: one, or one for each block."""
    in_signature: frozenset[str]
    has_signature: bool


def run(config: StudyConfig) -> Study:
    """Read a study. Raises RecordError where there is none."""
    try:
        said = json.loads((config.study / RESULT).read_bytes())
        with (config.study / MARKERS_FILE).open(encoding="utf-8", newline="") as stream:
            markers = [_marker(row) for row in islice(csv.DictReader(stream), SHOWN)]
    except (OSError, ValueError):
        raise RecordError(f"{config.study} holds no finished discovery") from None
    models = said.get("models", {})
    measure = said.get("measure", "")
    main = main_of([name for name in models if name != CLINICAL]) if set(models) - {CLINICAL} else ""
    tables = said["univariable"].values()
    means = {name: one["effect"] for name, one in said["univariable"].items()}
    several = len({*means.values()}) > 1
    found, tested = sum(one["found"] for one in tables), sum(one["tested"] for one in tables)
    gain = models.get(main, {}).get("over clinical", {}).get(measure) if main else None
    shown = bool(gain) and _above(gain, 0.0) and _above(models[main]["scores"][measure], CHANCE.get(measure, 0.0))
    kind = "" if not main else "good" if shown else "unsure"
    figures = [(f"{said['patients']:,}", "patients"), (f"{said['events']:,}", "events")]
    figures += [(f"{tested:,}", "features tested"), (f"{found:,}", "found at a false discovery rate of 5 %")]
    return Study(
        said["cohort"],
        [*_verdict(models, measure, main, gain)],
        kind,
        figures,
        MEASURES.get(measure, measure),
        [_score(name, one, measure, main) for name, one in models.items()],
        [_group(column, one) for column, groups in said.get("subgroups", {}).items() for one in groups],
        said["checks"],
        markers,
        [f"{name}: {effect}" for name, effect in means.items()] if several else sorted({*means.values()}),
        frozenset(marker[1] for marker in said.get("signature", {}).get("markers", ())),
        (config.study / SIGNATURE).is_dir(),
    )


def _verdict(models: Mapping[str, Any], measure: str, main: str, gain: Mapping[str, float] | None) -> Iterator[str]:
    if not main:
        yield "No signature was made: the markers below were looked at one by one."
        return
    best = models[main]["scores"][measure]
    name = MEASURES.get(measure, measure)
    doubt = "" if _above(best, CHANCE.get(measure, 0.0)) else ", which may be chance"
    if gain is not None:
        word = "adds to" if _above(gain, 0.0) else "is not shown to add to"
        yield f"The signature {word} the clinical variables: {_told(gain, signed=True)} in {name}."
    yield f"On patients it has not seen it reaches {name} {_told(best)}{doubt}."


def _marker(row: Mapping[str, str]) -> dict[str, str]:
    """A marker's line with numbers that can be read."""
    numbers = {key: show(float(row[key])) for key in ("effect", "low", "high", "p", "q") if row.get(key)}
    return {**dict.fromkeys(("effect", "low", "high", "p", "q"), ""), **row, **numbers}


def _score(model: str, said: Mapping[str, Any], measure: str, main: str) -> Score:
    found, gain = said["scores"][measure], said["over clinical"].get(measure)
    span = (found["low"], found["value"], found["high"]) if _finite(found) else None
    return Score(
        called(model),
        number(_or_nan(found["value"])),
        _interval(found),
        _told(gain, signed=True) if gain else "",
        model == main,
        span,
    )


def _group(column: str, said: Mapping[str, Any]) -> Group:
    return Group(column, str(said["level"]), int(said["inside"]["patients"]), _told(said["inside"]))


def _told(found: Mapping[str, float], *, signed: bool = False) -> str:
    return f"{number(_or_nan(found['value']), signed=signed)} ({_interval(found)})"


def _interval(found: Mapping[str, float]) -> str:
    return f"{number(found['low'])} to {number(found['high'])}" if _finite(found) else "no interval"


def _finite(found: Mapping[str, Any]) -> bool:
    return all(isinstance(found[end], (int, float)) for end in ("low", "high"))


def _above(found: Mapping[str, Any] | None, limit: float) -> bool:
    """Whether the whole interval lies above a limit."""
    return found is not None and _finite(found) and float(found["low"]) > limit


def _or_nan(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")
