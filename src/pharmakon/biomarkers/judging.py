"""How good risks are: metrics with intervals over resampled patients, what is gained over another model, subgroups.

Everything here takes `Risks`, whose patients the model has not seen, and refuses others. Ranks are compared inside an
outer fold only: folds have models of their own, and pooling them drags an AUC of chance below a half.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.calibration_curve import Calibration, calibration, happened_by
from pharmakon.biomarkers.decision_curve import net_benefit
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.risks import Risks
from pharmakon.biomarkers.survival import CensoringDistribution
from pharmakon.biomarkers.survival_metrics import dynamic_auc, uno_c
from pharmakon.core.errors import DataError, UnknownName, UsageError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.learn.metrics import brier, mae, r2, spearman

Metric = Callable[[Outcome, Risks], float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval, the patients it is of, and those of them with the event."""

    value: float
    low: float
    high: float
    patients: int
    events: int


@dataclass(frozen=True, slots=True)
class Subgroup:
    """A metric among the patients of one level of a column, and how far that is from the patients of all others."""

    level: str
    inside: Estimate
    gap: Estimate


def metrics_of(outcome: Outcome, *, horizon: float = np.nan, tau: float | None = None) -> dict[str, Metric]:
    """The metrics that serve an outcome, by name, the one that leads first.

    Survival: Uno's C up to `tau`, by default just before the last event; AUC and Brier score at `horizon`.
    """
    curve = _once(lambda o, r: calibration(o, r.value, horizon=horizon))
    shared: dict[str, Metric] = {
        "calibration_slope": lambda o, r: curve(o, r).slope,
        "calibration_intercept": lambda o, r: curve(o, r).intercept,
        "ici": lambda o, r: curve(o, r).ici,
    }
    if outcome.kind == "binary":
        return {"auc": within_fold_auc, "brier": lambda o, r: brier(o.value, r.value), **shared}
    if outcome.kind == "continuous":
        return {
            "r2": lambda o, r: r2(o.value, r.value),
            "mae": lambda o, r: mae(o.value, r.value),
            "spearman": lambda o, r: _by_fold(o, r, lambda a, b: spearman(a.value, b.score), len),
            **shared,
        }
    known = outcome.take(np.flatnonzero(outcome.known))
    if known.event is None or not np.isfinite(horizon):
        raise UsageError("survival risks are judged at a horizon: give one")
    censoring = CensoringDistribution.of(known.value, known.event)
    last = float(known.value[known.event > 0].max()) if tau is None else tau
    return {
        "c_uno": lambda o, r: within_fold_c(o, r, tau=last, censoring=censoring),
        "auc_at_horizon": lambda o, r: _auc_at(o, r, horizon, censoring),
        "brier_at_horizon": lambda o, r: _weighted_brier(o, r, horizon),
        **shared,
    }


def _once(read: Callable[[Outcome, Risks], Calibration]) -> Callable[[Outcome, Risks], Calibration]:
    """Three metrics read one curve: the last that was made is kept."""
    last: list[tuple[Outcome, Risks, Calibration]] = []

    def kept(outcome: Outcome, risks: Risks) -> Calibration:
        if not (last and last[0][0] is outcome and last[0][1] is risks):
            last[:] = [(outcome, risks, read(outcome, risks))]
        return last[0][2]

    return kept


def within_fold_auc(outcome: Outcome, risks: Risks) -> float:
    """The chance that a patient of the class scores above one without, of pairs in one fold; ties count half."""
    # All folds in one sort: thousands of resamples ask.
    usable = outcome.known & np.isfinite(risks.score)
    score, fold = risks.score[usable], np.unique(risks.fold[usable], return_inverse=True)[1]
    order = np.lexsort((score, fold))
    score, fold, one = score[order], fold[order], outcome.value[usable][order] > 0.5
    starts = np.append(True, (np.diff(score) != 0) | (np.diff(fold) != 0))[: len(score)]
    tied = np.cumsum(starts) - 1
    without = np.bincount(tied, weights=~one)
    ones, zeros = np.bincount(fold, weights=one), np.bincount(fold, weights=~one)
    earlier = np.cumsum(zeros) - zeros  # patients of the folds before, none of whom makes a pair
    below = np.cumsum(without) - without / 2 - earlier[fold[starts]]
    pairs = float(ones @ zeros)
    return float(below[tied[one]].sum() / pairs) if pairs > 0 else np.nan


def within_fold_c(
    outcome: Outcome, risks: Risks, *, tau: float | None = None, censoring: CensoringDistribution | None = None
) -> float:
    """Uno's C of each fold, weighted by its events."""
    return _by_fold(
        outcome,
        risks,
        lambda a, b: uno_c(a.value, _events(a), b.score, tau=tau, censoring=censoring),
        lambda a: float(_events(a).sum()),
    )


def judge(
    outcome: Outcome,
    risks: Risks,
    groups: Sequence[Any] | NDArray[Any],
    *,
    horizon: float = np.nan,
    tau: float | None = None,
    only: Collection[str] = (),
    resamples: int = 500,
    random_state: int = 0,
) -> dict[str, Estimate]:
    """Every metric of the outcome, or `only` some, with 95 % percentile intervals over resampled groups.

    Without resamples the intervals are NaN.
    """
    metrics = metrics_of(outcome, horizon=horizon, tau=tau)
    metrics = {name: metric for name, metric in metrics.items() if not only or name in only}
    outcome, risks, members = _judged(outcome, risks, groups)
    values = {name: [metric(outcome, risks)] for name, metric in metrics.items()}
    for rows in _resampled(members, resamples, random_state):
        o, r = outcome.take(rows), risks.take(rows)
        for name, metric in metrics.items():
            values[name].append(_or_nan(metric, o, r))
    return {name: _estimate(found, outcome) for name, found in values.items()}


def added_value(
    outcome: Outcome,
    risks: Risks,
    baseline: Risks,
    groups: Sequence[Any] | NDArray[Any],
    *,
    thresholds: Sequence[float] = (0.1, 0.2, 0.3, 0.5),
    horizon: float = np.nan,
    tau: float | None = None,
    resamples: int = 500,
    random_state: int = 0,
) -> dict[str, Estimate]:
    """What a model adds to a baseline, of the patients that both have risks for: the leading metric and net benefits.

    Differences are taken within each resample, so that what both models owe to the same patients cancels.
    """
    name, metric = next(iter(metrics_of(outcome, horizon=horizon, tau=tau).items()))
    both = np.flatnonzero(np.isfinite(risks.value) & np.isfinite(baseline.value))
    members = np.asarray(groups)[both]
    other = _judged(outcome.take(both), baseline.take(both), members)[1]
    outcome, risks, members = _judged(outcome.take(both), risks.take(both), members)
    contrasts: dict[str, Callable[[Outcome, Risks, Risks], float]] = {name: lambda o, a, b: metric(o, a) - metric(o, b)}
    if outcome.kind != "continuous":
        for t in thresholds:
            contrasts[f"net_benefit_{t:g}"] = partial(_more_benefit, threshold=t, horizon=horizon)
    values = {key: [contrast(outcome, risks, other)] for key, contrast in contrasts.items()}
    for rows in _resampled(members, resamples, random_state):
        parts = outcome.take(rows), risks.take(rows), other.take(rows)
        for key, contrast in contrasts.items():
            values[key].append(_or_nan(contrast, *parts))
    return {key: _estimate(found, outcome) for key, found in values.items()}


def subgroups(
    outcome: Outcome,
    risks: Risks,
    groups: Sequence[Any] | NDArray[Any],
    levels: Sequence[Any] | NDArray[Any],
    *,
    metric: str | None = None,
    horizon: float = np.nan,
    tau: float | None = None,
    resamples: int = 500,
    random_state: int = 0,
) -> list[Subgroup]:
    """A metric, by default the leading one, at each level of a column (n,), and its gap to the patients of the others.

    A metric that a level cannot have (one class only) is NaN: said, not left out.
    """
    metrics = metrics_of(outcome, horizon=horizon, tau=tau)
    if metric is not None and metric not in metrics:
        raise UnknownName("metric", metric, metrics)
    measure = metrics[metric] if metric else next(iter(metrics.values()))
    labels = np.asarray([str(level) for level in levels])[_usable(outcome, risks)]
    outcome, risks, members = _judged(outcome, risks, groups)
    draws = list(_resampled(members, resamples, random_state))
    table = []
    for level in sorted(set(labels.tolist())):
        inside, gap = [], []
        for rows in (np.arange(len(outcome)), *draws):
            here, rest = rows[labels[rows] == level], rows[labels[rows] != level]
            a = _or_nan(measure, outcome.take(here), risks.take(here))
            b = _or_nan(measure, outcome.take(rest), risks.take(rest))
            inside.append(a)
            gap.append(a - b)
        part = outcome.take(np.flatnonzero(labels == level))
        table.append(Subgroup(level, _estimate(inside, part), _estimate(gap, part)))
    return table


def _more_benefit(outcome: Outcome, a: Risks, b: Risks, *, threshold: float, horizon: float) -> float:
    more, less = (net_benefit(outcome, r.value, threshold, horizon=horizon) for r in (a, b))
    return more - less


def _usable(outcome: Outcome, risks: Risks) -> NDArray[np.intp]:
    return np.flatnonzero(outcome.known & np.isfinite(risks.value))


def _judged(outcome: Outcome, risks: Risks, groups: Any) -> tuple[Outcome, Risks, NDArray[Any]]:
    """What can be judged: known outcomes, given risks, by a model that has not seen the patients."""
    if not len(outcome) == len(risks) == len(groups):
        raise DataError("outcome, risks and groups must be of the same patients")
    rows = _usable(outcome, risks)
    if not len(rows):
        raise DataError("no patient has both a risk and a known outcome")
    return outcome.take(rows), risks.take(rows).fair(), np.asarray(groups)[rows]


def _resampled(groups: NDArray[Any], times: int, random_state: int) -> Iterator[NDArray[np.intp]]:
    """Rows of as many groups as there are, drawn with replacement."""
    _, group = np.unique(groups, return_inverse=True)
    order = np.argsort(group, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(group))[:-1])
    draw = stream(random_state, "judging")
    for _ in range(times):
        yield np.concatenate([members[g] for g in draw.integers(len(members), size=len(members))])


def _estimate(values: Sequence[float], outcome: Outcome) -> Estimate:
    """The first value, and the interval of the rest."""
    rest = np.array([v for v in values[1:] if np.isfinite(v)])
    low, high = np.percentile(rest, [2.5, 97.5]) if len(rest) > len(values) // 2 else (np.nan, np.nan)
    return Estimate(float(values[0]), float(low), float(high), len(outcome), outcome.events)


def _or_nan(measure: Callable[..., float], *parts: Any) -> float:
    try:
        return measure(*parts)
    except (DataError, UsageError):
        return np.nan


def _by_fold(
    outcome: Outcome,
    risks: Risks,
    measure: Callable[[Outcome, Risks], float],
    weight: Callable[[Outcome], float],
) -> float:
    """The mean over folds of a measure of ranks, where it is defined."""
    total = mass = 0.0
    usable = outcome.known & np.isfinite(risks.score)
    for fold in np.unique(risks.fold[usable]):
        rows = np.flatnonzero(usable & (risks.fold == fold))
        part = outcome.take(rows)
        value, w = _or_nan(measure, part, risks.take(rows)), weight(part)
        if np.isfinite(value):
            total, mass = total + w * value, mass + w
    return total / mass if mass > 0 else np.nan


def _auc_at(outcome: Outcome, risks: Risks, horizon: float, censoring: CensoringDistribution) -> float:
    """AUC of having had the event by the horizon, of each fold, weighted by its events."""
    at = np.array([horizon])
    return _by_fold(
        outcome,
        risks,
        lambda a, b: float(dynamic_auc(a.value, _events(a), b.score, at, censoring=censoring).auc[0]),
        lambda a: float(((a.value <= horizon) & (_events(a) > 0.5)).sum()),
    )


def _weighted_brier(outcome: Outcome, risks: Risks, horizon: float) -> float:
    """Mean squared error of event risks at the horizon, weighted for censoring (Graf et al., Stat Med 1999)."""
    label, weight = happened_by(outcome, horizon)
    if not (weight[label < 0.5] > 0).any():  # nobody was followed beyond it: only events would count
        return np.nan
    return float(np.mean(weight * (label - risks.value) ** 2))


def _events(outcome: Outcome) -> Floats:
    if outcome.event is None:
        raise UsageError("not a survival outcome")
    return outcome.event
