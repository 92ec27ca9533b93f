"""Simulated cohorts whose true markers are known: how many of the found are false, and how many true ones are found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.differential import find_differential
from pharmakon.biomarkers.outcome import OutcomeKind
from pharmakon.biomarkers.penalised import tune
from pharmakon.biomarkers.simulate import Simulated, simulate
from pharmakon.biomarkers.stability import StabilityRecipe, stability_selection, threshold_of
from pharmakon.core.random import stream
from pharmakon.learn.splits import random_folds

from .benchmark import BenchmarkConfig, Learner, Say

PATIENTS, FEATURES, TRUE, EFFECT = 200, 400, 10, {"continuous": 0.5, "binary": 1.0, "survival": 0.6}
REPETITIONS = 100
NOMINAL = {"q": 0.05, "stability": 0.25}
CASES: Mapping[str, tuple[OutcomeKind, float]] = {
    f"{kind}, {'independent' if correlation == 0 else f'correlation {correlation:g}'}": (kind, correlation)
    for kind in ("continuous", "binary", "survival")
    for correlation in (0.0, 0.3)
}


class Selection:
    """False discoveries and power of single markers by q, of stability selection, of Stabl's rule and of the lasso."""

    what = "simulated cohorts of 200 patients and 400 features, 10 of them true: false discovery rate and power"
    protocol = (
        "100 repetitions; single markers at q 0.05 (independent features only: of correlated ones others go with the "
        "outcome too), stability selection at FDP+ 0.25 as discover runs it, the same by Stabl's rule, lasso with its "
        "penalty by cross-validation"
    )
    published = "none: the truth is known"
    needs = ""
    repeats = REPETITIONS

    def tasks(self) -> Sequence[str]:
        return list(CASES)

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        kind, correlation = CASES[task]
        times = config.repeats or REPETITIONS
        found: dict[str, list[tuple[float, float]]] = {}
        for i in range(times):
            say(f"{i:,} of {times:,} cohorts")
            seed = int(stream(config.seed, "selection", task, i).integers(2**31))
            made = simulate(
                PATIENTS,
                FEATURES,
                true=TRUE,
                effect=EFFECT[kind],
                correlation=correlation,
                kind=kind,
                random_state=seed,
            )
            for way, chosen in _ways(made, correlation, seed):
                found.setdefault(way, []).append(judged(chosen, made.true))
        scores = {}
        for way, runs in found.items():
            for name, values in zip(("false", "power"), np.array(runs).T, strict=True):
                half = 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
                mean = float(values.mean())
                scores[f"{way}: {name}"] = {
                    "value": round(mean, 4),
                    "low": round(max(0.0, mean - half), 4),
                    "high": round(min(1.0, mean + half), 4),
                    "n": len(values),
                }
        return {"scores": scores, "anchors": {}, "nominal": NOMINAL}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The highest false discovery rate of what discover reports."""
        rates = [
            found["value"]
            for result in results.values()
            for name, found in result["scores"].items()
            if name in ("single, q: false", "stability: false")
        ]
        return {"tasks": len(results), "highest false discovery rate": max(rates, default=0.0)}


def judged(chosen: NDArray[np.bool_], true: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of the chosen (p,) that is false, 0 where nothing is chosen, and of the true that is chosen."""
    return float((chosen & ~true).sum() / max(chosen.sum(), 1)), float((chosen & true).sum() / true.sum())


def _ways(made: Simulated, correlation: float, seed: int) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    X, names, outcome = made.block.values, made.block.features, made.outcome
    if correlation == 0:
        table = find_differential(X, names, outcome)
        yield "single, q", np.nan_to_num(table.adjusted.q, nan=1.0) <= NOMINAL["q"]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    recipe = StabilityRecipe()
    stable = stability_selection(Z, outcome, np.arange(len(Z)), features=names, recipe=recipe, random_state=seed)
    yield "stability", stable.selected
    yield "Stabl's rule", replace(stable, threshold=threshold_of(stable.fdp, None)).selected
    folds = random_folds(len(Z), n_folds=5, random_state=seed, stratify=outcome.strata)
    lasso = tune(Z, outcome, folds, alphas=(1.0,), n_lambda=30)
    yield "lasso", lasso.coefficients != 0


SELECTION = Selection()
