"""For whom a model works: every metric in every group with its interval, the worst group, and the gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Floats
from pharmakon.core.units import show
from pharmakon.learn.interval import Interval

from . import calibration, classification, regression
from .classification import HIGHER_IS_BETTER, Judged
from .gaps import COMPOSED, Gap, largest
from .groups import UNKNOWN, Groups, too_small
from .intervals import q_values
from .resampling import RESAMPLES, ends, resampled

NOT_COMPARED = ("prevalence", "intercept", "slope", "line_intercept", "observed_expected", "bias")
"""Metrics without a best side: no gap is a fault of the model's own."""
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class GroupScores:
    """One group: its people and those with the rarer outcome, its metrics, and how far each is from everybody's."""

    level: str
    n: int
    events: int
    metrics: Mapping[str, Interval]
    apart: Mapping[str, Interval]
    """The group less everybody."""
    small: str = ""
    """Why nothing can be told of it; "" where something can."""
    worse: tuple[str, ...] = ()
    """Metrics in which it is worse than everybody together at a false discovery rate of 5 %."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A model in the groups of one column. `gaps` and `worst` are over the groups of which something can be told."""

    column: str
    overall: Mapping[str, Interval]
    groups: tuple[GroupScores, ...]
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    resamples: int = RESAMPLES

    @property
    def assessable(self) -> tuple[GroupScores, ...]:
        """Groups of which something can be told."""
        return tuple(one for one in self.groups if not one.small and one.level != UNKNOWN)

    @property
    def untold(self) -> tuple[GroupScores, ...]:
        """Groups too small to tell, all of them listed."""
        return tuple(one for one in self.groups if one.small)

    def worst(self, metric: str) -> GroupScores | None:
        """The group in which a metric is worst; None where it has no worse side, or no group has it."""
        if metric not in HIGHER_IS_BETTER:
            return None
        some = [one for one in self.assessable if np.isfinite(one.metrics[metric].value)]
        sign = 1 if HIGHER_IS_BETTER[metric] else -1
        return min(some, key=lambda one: sign * one.metrics[metric].value, default=None)


Weighted = Callable[[Floats], Mapping[str, Floats]]
"""From counts (b, n) to metrics by name, each (b, levels + 1), the last being everybody."""
ByRows = Callable[[NDArray[np.intp]], float]
"""A metric of some of the people, given by position, some of them more than once."""


def of_risks(
    judged: Judged,
    groups: Groups,
    *,
    people: NDArray[Any] | None = None,
    extra: Mapping[str, ByRows] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Performance:
    """Risks of a binary outcome in each group, with 95 % percentile intervals over `resamples` of people.

    `extra` are further metrics by name, such as a concordance of survival times. DataError or UsageError in one of them
    is taken as no value.
    """
    levels = len(groups.levels)
    parts = [module.by_group(judged, groups.code, levels) for module in (classification, calibration)]
    others = [_slowly(name, metric, groups) for name, metric in (extra or {}).items()]
    rare = [int(min(k, n - k)) for k, n in zip(groups.count(judged.y > 0.5), groups.count(), strict=True)]
    return _assembled(groups, [*parts, *others], rare, people=people, resamples=resamples, seed=seed)


def of_numbers(
    truth: Floats,
    predicted: Floats,
    groups: Groups,
    *,
    within: float = 0.2,
    relative: bool = True,
    people: NDArray[Any] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Performance:
    """Predicted numbers, such as doses, in each group; metrics as in `regression`."""
    part = regression.by_group(truth, predicted, groups.code, len(groups.levels), within=within, relative=relative)
    return _assembled(groups, [part], None, people=people, resamples=resamples, seed=seed)


def of_metrics(
    metrics: Mapping[str, ByRows],
    groups: Groups,
    *,
    events: Sequence[int] | None = None,
    people: NDArray[Any] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Performance:
    """Any metrics of rows in each group; `events` (levels,) are those of the rarer outcome."""
    parts = [_slowly(name, metric, groups) for name, metric in metrics.items()]
    return _assembled(groups, parts, events, people=people, resamples=resamples, seed=seed)


def flags(performance: Performance, metrics: Sequence[str], *, unit: str = "", least: float = 0.0) -> list[str]:
    """Sentences on the groups in which a metric is worse than in all, and on those too small to tell.

    A difference below the share `least` of everybody's value is passed over, however sure.
    """
    found = []
    for one in performance.groups:
        for metric in metrics:
            off = one.apart[metric]
            if metric in one.worse and abs(off.value) >= least * abs(performance.overall[metric].value):
                here = one.metrics[metric]
                found.append(
                    f"{performance.column} {one.level}: {classification.TITLES[metric]} {show(here.value, unit)} "
                    f"({show(here.low)} to {show(here.high)}), against "
                    f"{show(performance.overall[metric].value, unit)} in all; "
                    f"difference {off.value:+.3g} ({off.low:+.3g} to {off.high:+.3g})"
                )
    found += [f"{performance.column} {one.level}: {one.small}" for one in performance.untold if one.n]
    return found


def _assembled(
    groups: Groups,
    parts: Sequence[Weighted],
    events: Sequence[int] | None,
    *,
    people: NDArray[Any] | None,
    resamples: int,
    seed: int,
) -> Performance:
    n = len(groups)

    def together(counts: Floats) -> dict[str, Floats]:
        return {name: value for part in parts for name, value in part(counts).items()}

    values = resampled(together, people, n, times=resamples, seed=seed)
    rest = {name: found[:, :-1] - found[:, -1:] for name, found in values.items()}
    intervals = {name: ends(found) for name, found in values.items()}
    apart = {name: ends(found) for name, found in rest.items()}
    count = groups.count().tolist()
    small = [too_small(count[i], None if events is None else events[i]) for i in range(len(groups.levels))]
    told = [i for i, level in enumerate(groups.levels) if not small[i] and level != UNKNOWN]
    worse = _worse(rest, told)
    lines = tuple(
        GroupScores(
            level,
            count[i],
            count[i] if events is None else events[i],
            {
                m: Interval(float(v[0, i]), float(intervals[m][0][i]), float(intervals[m][1][i]))
                for m, v in values.items()
            },
            {m: Interval(float(v[0, i]), float(apart[m][0][i]), float(apart[m][1][i])) for m, v in rest.items()},
            small[i],
            tuple(m for m in values if (m, i) in worse),
        )
        for i, level in enumerate(groups.levels)
    )
    overall = {
        m: Interval(float(v[0, -1]), float(intervals[m][0][-1]), float(intervals[m][1][-1])) for m, v in values.items()
    }
    return Performance(groups.name, overall, lines, _gaps(values, told, groups.levels), resamples)


def _gaps(values: Mapping[str, Floats], told: Sequence[int], levels: Sequence[str]) -> dict[str, Gap]:
    chosen = {m: v[:, told] for m, v in values.items()}
    names = [levels[i] for i in told]
    wanted = {m: (m,) for m in chosen if m not in NOT_COMPARED} | {
        name: parts for name, parts in COMPOSED.items() if all(m in chosen for m in parts)
    }
    found = {name: largest(name, {m: chosen[m] for m in parts}, names) for name, parts in wanted.items()}
    return {name: one for name, one in found.items() if one is not None}


def _worse(rest: Mapping[str, Floats], told: Sequence[int]) -> set[tuple[str, int]]:
    """(metric, level) in which a level is worse than everybody, at a false discovery rate among all of them."""
    from scipy.special import ndtr

    keys, p = [], []
    for metric, values in rest.items():
        if metric not in HIGHER_IS_BETTER:
            continue
        for i in told:
            with np.errstate(invalid="ignore"):
                error = float(np.nanstd(values[1:, i], ddof=1)) if np.isfinite(values[1:, i]).sum() > 2 else np.nan
            sign = -1 if HIGHER_IS_BETTER[metric] else 1
            keys.append((metric, i))
            p.append(float(2 * ndtr(-abs(values[0, i]) / error)) if sign * values[0, i] > 0 and error > 0 else 1.0)
    q = q_values(np.array(p)) if p else np.empty(0)
    return {key for key, value in zip(keys, q, strict=True) if value <= LEVEL}


def _slowly(name: str, metric: ByRows, groups: Groups) -> Weighted:
    """A metric of rows as one of counts: the rows are written out as often as they were drawn."""

    def value(rows: NDArray[np.intp]) -> float:
        try:
            return metric(rows) if len(rows) else np.nan
        except (DataError, UsageError):
            return np.nan

    def metrics(counts: Floats) -> dict[str, Floats]:
        out = np.empty((len(counts), len(groups.levels) + 1))
        for b, row in enumerate(counts.astype(np.intp)):
            drawn = np.repeat(np.arange(len(row)), row)
            code = groups.code[drawn]
            out[b] = [*(value(drawn[code == i]) for i in range(len(groups.levels))), value(drawn)]
        return {name: out}

    return metrics
