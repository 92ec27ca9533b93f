"""What can be done about a gap, and what it costs: each remedy learnt on some people and judged on others.

Every person is held out once. Before and after are compared within the same bootstrap samples, so that what both owe to
the same people cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.interval import Interval

from . import calibration, classification
from .classification import Judged
from .constrained import Constrained
from .gaps import COMPOSED
from .groups import UNKNOWN, Groups, too_small
from .recalibration import Recalibration
from .resampling import ends, resampled
from .reweighing import reweighing
from .thresholds import BOUND, Constraint, Thresholds

FOLDS = 5
BEFORE = "as it is"
REMEDIES = ("reweighing", "group thresholds", "in-training constraint", "group recalibration")
TRAINED = ("reweighing", "in-training constraint")
"""Remedies that train a model anew, and so need features."""
COSTS = ("accuracy", "auc", "brier")
Trainer = Callable[[Floats, Floats, Floats | None], Callable[[Floats], Floats]]
"""(features, outcomes, weights) to what gives risks for features."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One remedy on people it was not learnt from. Figures are of those; `more` are after less before."""

    remedy: str
    model: str
    """What was mended: the risks that were given, or a logistic model of the features."""
    figures: Mapping[str, Interval]
    more: Mapping[str, Interval]
    by_group: Mapping[str, Mapping[str, float]]
    note: str = ""


def compare(
    y: Floats,
    risk: Floats | None,
    groups: Groups,
    fold: NDArray[np.intp],
    *,
    features: Floats | None = None,
    threshold: float = 0.5,
    constraint: Constraint = "equalised odds",
    allowed: float = BOUND,
    remedies: Sequence[str] = REMEDIES,
    trainer: Trainer | None = None,
    people: NDArray[Any] | None = None,
    resamples: int = 200,
    seed: int = 0,
) -> list[Outcome]:
    """Before and after each remedy, on held-out people: `fold` (n,) says in which fold each is held out.

    Risks (n,) that were made elsewhere, out of fold, are mended by thresholds and recalibration; the remedies of
    training need `features` (n, p), from which a logistic model is made before and after. Groups of which nothing can
    be told, and people of unknown group, take no part. Raises DataError where fewer than two groups are left.
    """
    rows = _usable(y, groups)
    y, fold, groups = y[rows], fold[rows], groups.take(rows)
    people = None if people is None else people[rows]
    found: list[Outcome] = []
    if risk is not None:
        given = {BEFORE: (risk[rows], (risk[rows] >= threshold).astype(float))}
        for remedy in remedies:
            if remedy not in TRAINED:
                given[remedy] = _mended(
                    remedy, risk[rows], y, groups, fold, threshold=threshold, constraint=constraint, allowed=allowed
                )
        found += _judged("the risks given", given, y, groups, people=people, resamples=resamples, seed=seed)
    if features is not None:
        X, train = features[rows], trainer or logistic
        own = _held_out(X, y, fold, lambda a, b: train(a, b, None))
        made = {BEFORE: (own, (own >= threshold).astype(float))}
        for remedy in remedies:
            if remedy == "reweighing":
                again = _reweighed(X, y, groups, fold, train)
                made[remedy] = (again, (again >= threshold).astype(float))
            elif remedy == "in-training constraint":
                made[remedy] = (own, _constrained(X, y, groups, fold, constraint=constraint, allowed=allowed))
            elif risk is None:
                made[remedy] = _mended(
                    remedy, own, y, groups, fold, threshold=threshold, constraint=constraint, allowed=allowed
                )
        found += _judged(
            "a logistic model of the features", made, y, groups, people=people, resamples=resamples, seed=seed
        )
    return found


def logistic(X: Floats, y: Floats, weight: Floats | None) -> Callable[[Floats], Floats]:
    """A ridge-penalised logistic model of standardised features."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=500).fit(X, y.astype(int), sample_weight=weight)
    return lambda new: np.asarray(model.predict_proba(new)[:, 1], np.float64)


def _usable(y: Floats, groups: Groups) -> NDArray[np.bool_]:
    n, k = groups.count(), groups.count(y > 0.5)
    told = [level != UNKNOWN and not too_small(n[i], min(k[i], n[i] - k[i])) for i, level in enumerate(groups.levels)]
    if sum(told) < 2:
        raise DataError(f"{groups.name}: fewer than two groups are large enough to mend anything between them")
    return np.array(told)[groups.code]


def _mended(
    remedy: str,
    risk: Floats,
    y: Floats,
    groups: Groups,
    fold: NDArray[np.intp],
    *,
    threshold: float,
    constraint: Constraint,
    allowed: float,
) -> tuple[Floats, Floats]:
    """Risks and decisions after a remedy of risks, each person's learnt without the fold."""
    after, called = risk.copy(), np.empty(len(y))
    for one in np.unique(fold):
        test, train = fold == one, fold != one
        if remedy == "group thresholds":
            rule = Thresholds.fit(
                risk[train], y[train], groups.take(train), constraint=constraint, allowed=allowed, threshold=threshold
            )
            called[test] = rule.apply(risk[test], groups.take(test))
        else:
            line = Recalibration.fit(risk[train], y[train], groups.take(train))
            after[test] = line.apply(risk[test], groups.take(test))
            called[test] = after[test] >= threshold
    return after, called


def _held_out(
    X: Floats, y: Floats, fold: NDArray[np.intp], train: Callable[[Floats, Floats], Callable[[Floats], Floats]]
) -> Floats:
    risk = np.empty(len(y))
    for one in np.unique(fold):
        test = fold == one
        risk[test] = train(X[~test], y[~test])(X[test])
    return risk


def _reweighed(X: Floats, y: Floats, groups: Groups, fold: NDArray[np.intp], train: Trainer) -> Floats:
    risk = np.empty(len(y))
    for one in np.unique(fold):
        test = fold == one
        risk[test] = train(X[~test], y[~test], reweighing(groups.take(~test), y[~test]))(X[test])
    return risk


def _constrained(
    X: Floats, y: Floats, groups: Groups, fold: NDArray[np.intp], *, constraint: Constraint, allowed: float
) -> Floats:
    called = np.empty(len(y))
    for one in np.unique(fold):
        test = fold == one
        model = Constrained.fit(X[~test], y[~test], groups.take(~test), constraint=constraint, bound=allowed)
        called[test] = model.apply(X[test])
    return called


def _judged(
    model: str,
    ways: Mapping[str, tuple[Floats, Floats]],
    y: Floats,
    groups: Groups,
    *,
    people: NDArray[Any] | None,
    resamples: int,
    seed: int,
) -> list[Outcome]:
    levels = len(groups.levels)
    values = {}
    for remedy, (risk, called) in ways.items():
        judged = Judged(y, risk, called)
        parts = [module.by_group(judged, groups.code, levels) for module in (classification, calibration)]

        def together(counts: Floats, parts: Sequence[Any] = parts) -> dict[str, Floats]:
            return {name: value for part in parts for name, value in part(counts).items()}

        values[remedy] = _summed(resampled(together, people, len(y), times=resamples, seed=seed))
    before = values[BEFORE][0]
    out = []
    for remedy, (sums, table) in values.items():
        figures = {name: _figure(value) for name, value in sums.items()}
        more = {name: _figure(value - before[name]) for name, value in sums.items()}
        by_group = {
            level: {name: float(value[0, i]) for name, value in table.items()} for i, level in enumerate(groups.levels)
        }
        out.append(Outcome(remedy, model, figures, more, by_group, _note(remedy)))
    return out


def _summed(values: Mapping[str, Floats]) -> tuple[dict[str, Floats], Mapping[str, Floats]]:
    """Costs and gaps of every sample (1 + times,), and the table by group."""
    sums = {name: values[name][:, -1] for name in COSTS}
    parts = {**COMPOSED, "equal_opportunity": ("tpr",), "calibration_gap": ("ece",)}
    for name, metrics in parts.items():
        spread = [np.ptp(values[m][:, :-1], axis=1) for m in metrics]
        sums[name] = np.max(spread, axis=0)
    return sums, values


def _figure(values: Floats) -> Interval:
    low, high = ends(values)
    return Interval(float(values[0]), float(low), float(high))


def _note(remedy: str) -> str:
    return {
        "group thresholds": "uses the group at the time of decision; where thresholds are mixed it draws lots",
        "in-training constraint": "decisions only: its risks are those of the model as it is; it draws lots",
        "reweighing": "the group is needed for training only",
        "group recalibration": "uses the group at the time of decision",
    }.get(remedy, "")
