"""What nested cross-validation says of each model: scores, what it adds to the clinic, chance, subgroups, stability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pharmakon.biomarkers.block_model import CLINICAL
from pharmakon.biomarkers.challenger import NAME as TREES
from pharmakon.biomarkers.cohort import Cohort
from pharmakon.biomarkers.judging import Estimate, Subgroup, added_value, judge, metrics_of, subgroups
from pharmakon.biomarkers.meta import Summary, random_effects
from pharmakon.biomarkers.nested import FUSED, STABLE, Nested
from pharmakon.biomarkers.nogueira import Agreement, agreement
from pharmakon.core.types import Floats
from pharmakon.core.units import show
from pharmakon.learn.interval import NORMAL

MEASURES = {
    "auc": "AUC",
    "r2": "R²",
    "c_uno": "Uno's C",
    "brier": "Brier score",
    "mae": "mean absolute error",
    "spearman": "rank correlation",
    "auc_at_horizon": "AUC at the horizon",
    "brier_at_horizon": "Brier score at the horizon",
    "calibration_slope": "calibration slope",
    "calibration_intercept": "calibration intercept",
    "ici": "mean error of the risk (ICI)",
}
CHANCE = {"auc": 0.5, "c_uno": 0.5, "r2": 0.0}
LOGIT = frozenset({"auc", "c_uno"})
"""Metrics that are summed up on the scale of their logit."""
RESAMPLES = 500
FEWEST_RUNS = 5
"""Permutations from which their range is shown: that of one has no width, and of a few says nothing of chance."""


@dataclass(frozen=True, slots=True)
class Null:
    """The leading metric of runs on permuted outcomes."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def ends(self) -> str:
        """The lowest and the highest in words, or why there are none."""
        runs = len(self.values)
        if runs < FEWEST_RUNS:
            return f"none: of {runs} {'run' if runs == 1 else 'runs'}, {FEWEST_RUNS} are needed"
        return f"{show(min(self.values))} to {show(max(self.values))}"


@dataclass(frozen=True, slots=True)
class Scores:
    """All that the report says of models; metrics by name, the leading one first."""

    leading: str
    models: Mapping[str, Mapping[str, Estimate]]
    added: Mapping[str, Mapping[str, Estimate]]
    """What each model adds to clinical-only; empty where there is no clinical block."""
    null: Mapping[str, Null]
    groups: Mapping[str, Sequence[Subgroup]] = field(default_factory=dict)
    """By column, of the main model."""
    stability: Mapping[str, Mapping[str, Agreement]] = field(default_factory=dict)
    """By model and block: how much the choices of the folds agree."""

    @property
    def main(self) -> str:
        """The model that the signature is made as."""
        return main_of(tuple(self.models))


def main_of(models: Sequence[str]) -> str:
    """All blocks fused where there are several; else the one."""
    return FUSED if FUSED in models else next(model for model in models if model != TREES)


def called(model: str) -> str:
    """A model's name for people."""
    known = {
        CLINICAL: "Clinical only",
        FUSED: "All blocks, elastic net",
        STABLE: "Stable markers and clinical",
        TREES: "Boosted trees",
    }
    return known.get(model, f"{model} alone, elastic net")


def scores_of(nested: Nested, cohort: Cohort, *, horizon: float = np.nan, seed: int = 0) -> Scores:
    """Judge every model of a nested cross-validation by its out-of-fold risks."""
    outcome, patients = cohort.outcome, cohort.patients
    leading = next(iter(metrics_of(outcome, horizon=horizon)))
    models = {model: _judged(nested, model, cohort, horizon=horizon, seed=seed) for model in nested.models}
    added, null = {}, {}
    for model in nested.models:
        if CLINICAL in nested.models and model != CLINICAL:
            risks, bar = nested.risks(model), nested.risks(CLINICAL)
            added[model] = added_value(
                outcome, risks, bar, patients, horizon=horizon, resamples=RESAMPLES, random_state=seed
            )
        null[model] = _null(nested, model, leading, horizon)
    main = nested.risks(main_of(nested.models))
    groups = {
        column: subgroups(
            outcome, main, patients, cohort.labels(column), horizon=horizon, resamples=RESAMPLES, random_state=seed
        )
        for column in cohort.declaration.design.subgroups
    }
    stability = {
        model: {
            name: agreement(nested.selections(model, name))
            for name in cohort.omics
            if model in (name, FUSED, STABLE) and nested.selections(model, name).any()
        }
        for model in nested.models
        if model not in (CLINICAL, TREES)
    }
    return Scores(leading, models, added, null, groups, stability)


def high_risk(nested: Nested, model: str) -> Floats:
    """Whose risk is above the median of their fold, 1 or 0; NaN without a risk. Folds have models of their own."""
    risks = nested.risks(model)
    found = np.full(len(risks), np.nan)
    for fold in np.unique(risks.fold[risks.fold >= 0]):
        rows = (risks.fold == fold) & np.isfinite(risks.score)
        found[rows] = risks.score[rows] > np.median(risks.score[rows])
    return found


def _judged(nested: Nested, model: str, cohort: Cohort, *, horizon: float, seed: int) -> dict[str, Estimate]:
    """Each metric, averaged over the repeats with its ends."""
    runs = [
        judge(
            cohort.outcome,
            nested.risks(model, repeat),
            cohort.patients,
            horizon=horizon,
            resamples=RESAMPLES if nested.repeats == 1 else RESAMPLES // 2,
            random_state=seed + repeat,
        )
        for repeat in range(nested.repeats)
    ]
    return {name: _mean([run[name] for run in runs]) for name in runs[0]}


def _mean(found: Sequence[Estimate]) -> Estimate:
    value, low, high = np.mean([(one.value, one.low, one.high) for one in found], axis=0).tolist()
    return Estimate(value, low, high, found[0].patients, found[0].events)


def _null(nested: Nested, model: str, leading: str, horizon: float) -> Null:
    values = []
    for repeat in range(_permutations(nested)):
        outcome, risks = nested.permuted(model, repeat)
        rows = np.flatnonzero(outcome.known & np.isfinite(risks.value))
        metric = metrics_of(outcome, horizon=horizon)[leading]
        values.append(metric(outcome.take(rows), risks.take(rows).fair()))
    return Null(tuple(values))


def _permutations(nested: Nested) -> int:
    return 1 + max(result.task.repeat for result in nested.results if result.task.permuted)


def pooled(found: Sequence[Estimate], leading: str) -> Summary | None:
    """Random effects over cohorts, an AUC or C on its logit; None where fewer than two have an interval."""
    table = np.array([[one.value, one.low, one.high] for one in found])
    if leading in LOGIT:
        table = np.clip(table, 1e-6, 1 - 1e-6)
        table = np.log(table) - np.log1p(-table)
    errors = (table[:, 2] - table[:, 1]) / (2 * NORMAL)
    usable = np.isfinite(table).all(axis=1) & (errors > 0)
    if usable.sum() < 2:
        return None
    summary = random_effects(table[usable, 0], errors[usable])
    weights = np.zeros(len(found))
    weights[usable] = summary.weights
    return replace(summary, weights=weights)


def unscaled(leading: str, value: float) -> float:
    """A number of `pooled` on the metric's own scale."""
    return 1 / (1 + math.exp(-value)) if leading in LOGIT and math.isfinite(value) else value
