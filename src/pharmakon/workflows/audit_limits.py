"""What an audit of a cohort finds, and whether the limits that were written before it are met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pharmakon.biomarkers.declaration import FairnessLimits
from pharmakon.core.errors import UnknownName
from pharmakon.core.units import show
from pharmakon.fairness.classification import HIGHER_IS_BETTER, TITLES
from pharmakon.fairness.groups import CANNOT_TELL
from pharmakon.fairness.performance import NOT_COMPARED, Performance
from pharmakon.fairness.rates import Rate
from pharmakon.fairness.representation import Level, Representation

Verdict = Literal["met", "missed", "cannot tell"]
Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
LEFT_OUT = "not in the cohort"
"""What is counted beside missing cells: being in the table and not in the cohort."""
GAPS = tuple(name for name in TITLES if name not in NOT_COMPARED)


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: what was demanded, what is so, and the verdict. It is met only where the whole interval meets it."""

    demanded: str
    found: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence that a reader must not miss; a limit that is missed is an error."""

    severity: Severity
    sentence: str


def known_metrics(limits: FairnessLimits) -> None:
    """UnknownName for a limit on a metric that there is not; said before anything runs."""
    for name in limits.gap:
        if name not in GAPS:
            raise UnknownName("metric", name, GAPS, where="fairness.limits.gap")
    for name in limits.worst:
        if name not in HIGHER_IS_BETTER:
            raise UnknownName("metric", name, HIGHER_IS_BETTER, where="fairness.limits.worst")


def judged(
    limits: FairnessLimits,
    representation: Sequence[Representation],
    missing: Sequence[Rate],
    performance: Mapping[str, Performance],
) -> list[Limit]:
    """Every limit with what was found."""
    return [
        *_participation(limits, representation),
        *_missing(limits, missing),
        *_gaps(limits, performance),
        *_worst(limits, performance),
    ]


def _participation(limits: FairnessLimits, representation: Sequence[Representation]) -> Iterator[Limit]:
    if limits.participation is None:
        return
    demanded = f"participation of every group at least {limits.participation:g}"
    known = [
        (level.ratio, f"{one.column} {level.level}")
        for one in representation
        for level in one.levels
        if np.isfinite(level.ratio.value)
    ]
    if not known:
        yield Limit(demanded, "no reference population", CANNOT_TELL)  # type: ignore[arg-type]
        return
    ratio, who = min(known, key=lambda pair: pair[0].value)
    verdict = _at_least(ratio.value, min(one.low for one, _ in known), limits.participation)
    yield Limit(demanded, f"{who}: {show(ratio.value)} ({show(ratio.low)} to {show(ratio.high)})", verdict)


def _missing(limits: FairnessLimits, missing: Sequence[Rate]) -> Iterator[Limit]:
    if limits.missing is None:
        return
    demanded = f"no group lacks a value more often than the others by {limits.missing:.0%}"
    told = [one for one in missing if not one.small]
    if not missing:
        yield Limit(demanded, "nothing is missing", "met")
        return
    if not told:
        yield Limit(demanded, "values are missing, and every group is too small to tell", CANNOT_TELL)  # type: ignore[arg-type]
        return
    most = max(told, key=lambda one: one.more.value)
    verdict = _at_most(most.more.value, max(one.more.high for one in told), limits.missing)
    yield Limit(demanded, f"{most.of} of {most.column} {most.level}: {most.more.value:+.1%}", verdict)


def _gaps(limits: FairnessLimits, performance: Mapping[str, Performance]) -> Iterator[Limit]:
    for metric, most in limits.gap.items():
        demanded = f"gap of {TITLES[metric]} at most {most:g}"
        found = [(one.column, one.gaps[metric]) for one in performance.values() if metric in one.gaps]
        if not found:
            yield Limit(demanded, _without(performance), "cannot tell")
            continue
        for column, gap in found:
            said = f"{column}: {show(gap.value)} ({show(gap.low)} to {show(gap.high)}), {gap.worst} against {gap.best}"
            yield Limit(demanded, said, _at_most(gap.value, gap.high, most))


def _worst(limits: FairnessLimits, performance: Mapping[str, Performance]) -> Iterator[Limit]:
    for metric, bound in limits.worst.items():
        up = HIGHER_IS_BETTER[metric]
        demanded = f"{TITLES[metric]} of the worst group at {'least' if up else 'most'} {bound:g}"
        found = [
            (one.column, worst)
            for one in performance.values()
            if metric in one.overall and (worst := one.worst(metric)) is not None
        ]
        if not found:
            yield Limit(demanded, _without(performance), "cannot tell")
            continue
        for column, worst in found:
            figure = worst.metrics[metric]
            said = f"{column} {worst.level}: {show(figure.value)} ({show(figure.low)} to {show(figure.high)})"
            end = figure.low if up else figure.high
            verdict = (_at_least if up else _at_most)(figure.value, end, bound)
            yield Limit(demanded, said, verdict)


def _without(performance: Mapping[str, Performance]) -> str:
    return "fewer than two groups can be told apart" if performance else "no risks were given"


def _at_most(value: float, high: float, limit: float) -> Verdict:
    if not np.isfinite(value):
        return "cannot tell"
    return "missed" if value > limit else "met" if high <= limit else "cannot tell"


def _at_least(value: float, low: float, limit: float) -> Verdict:
    if not np.isfinite(value):
        return "cannot tell"
    return "missed" if value < limit else "met" if low >= limit else "cannot tell"


def findings(
    limits: Sequence[Limit],
    representation: Sequence[Representation],
    missing: Sequence[Rate],
    worse: Sequence[str],
) -> list[Finding]:
    """The sentences of an audit, the worst first."""
    found = [Finding("error", f"Limit missed: {_said(one)}") for one in limits if one.verdict == "missed"]
    found += [
        Finding("warning", f"Limit cannot be told: {_said(one)}") for one in limits if one.verdict == "cannot tell"
    ]
    found += [
        Finding("warning", _too_few(column.column, level))
        for column in representation
        for level in column.levels
        if level.verdict == "under-represented"
    ]
    found += [Finding("warning", _lacks(rate)) for rate in missing if rate.found and rate.more.value > 0]
    found += [Finding("info" if CANNOT_TELL in text else "warning", f"{text}.") for text in worse]
    return sorted(found, key=lambda one: -SEVERITIES.index(one.severity))


def _said(limit: Limit) -> str:
    return f"{limit.demanded}. {limit.found}."


def _too_few(column: str, level: Level) -> str:
    ratio = level.ratio
    return (
        f"{column} {level.level} is under-represented: {level.share:.1%} of the cohort, {level.reference:.1%} of the "
        f"population (ratio {show(ratio.value)}, {show(ratio.low)} to {show(ratio.high)})."
    )


def _lacks(rate: Rate) -> str:
    who = f"{rate.column} {rate.level}"
    what = f"{who} is left out of the cohort more often"
    if rate.of != LEFT_OUT:
        what = f"{rate.of} is missing more often in {who}"
    more = rate.more
    return (
        f"{what}: {rate.inside.value:.1%}, {more.value:+.1%} against the others ({more.low:+.1%} to {more.high:+.1%})."
    )
