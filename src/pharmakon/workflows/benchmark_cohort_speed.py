"""What a discovery costs: 500 patients and 20,000 genes, single markers and nested folds with stability selection."""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.biomarkers.differential import find_differential
from pharmakon.biomarkers.nested import Study
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.simulate import Simulated, simulate
from pharmakon.core.random import stream
from pharmakon.core.types import Floats

from .benchmark import BenchmarkConfig, Learner, Say, told
from .engines import Machines
from .study import run_study

PATIENTS, GENES, SAMPLE = 500, 20_000, 200
TASKS = ("binary, single", "survival, single", "binary, nested")
FOLDS, PERMUTATIONS, WORKERS = 5, 1, 2


class CohortSpeed:
    """Seconds and gigabytes. Single markers also beside a loop that fits one gene after the other."""

    what = "seconds and memory of 500 patients by 20,000 genes: single markers, nested folds with stability selection"
    protocol = (
        "simulated; single markers raw and adjusted for two covariates, on one core; five outer folds and five on a "
        "permuted outcome, stability selection in each, two processes; the loop fits 200 genes and is scaled up"
    )
    published = "none"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return list(TASKS)

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        genes = config.limit or GENES
        kind = "survival" if task.startswith("survival") else "binary"
        made = simulate(PATIENTS, genes, true=15, effect=0.5, kind=kind, random_state=config.seed)  # type: ignore[arg-type]
        if task.endswith("single"):
            return {"scores": _single(made, config.seed), "anchors": {}}
        groups = np.array([f"P{i}" for i in range(PATIENTS)])
        study = Study({made.block.name: made.block}, made.outcome, groups, Recipe())
        workers = config.workers or WORKERS
        started = time.perf_counter()
        run_study(
            study,
            folds=FOLDS,
            repeats=1,
            permutations=PERMUTATIONS,
            machines=Machines(workers),
            seed=config.seed,
            progress=told(say),
        )
        seconds = time.perf_counter() - started
        used = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        scores = {
            "seconds": {"value": round(seconds, 1), "n": 1},
            "GB of the largest process": {"value": round(max(used) / 1e6, 2), "n": 1},
        }
        return {"scores": scores, "anchors": {}, "workers": workers}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Nothing is summed."""
        return {"tasks": len(results)}


def _single(made: Simulated, seed: int) -> dict[str, Any]:
    """Seconds of this package and of a loop over genes."""
    covariates = stream(seed, "covariates").normal(size=(PATIENTS, 2))
    X, names = made.block.values, made.block.features
    started = time.perf_counter()
    find_differential(X, names, made.outcome, covariates=covariates, covariate_names=("a", "b"))
    ours = time.perf_counter() - started
    if made.outcome.event is not None:
        return {"seconds": {"value": round(ours, 2), "n": X.shape[1]}}
    started = time.perf_counter()
    _loop(X[:, :SAMPLE], made.outcome.value, covariates)
    loop = (time.perf_counter() - started) * X.shape[1] / SAMPLE
    return {
        "seconds": {"value": round(ours, 2), "n": X.shape[1]},
        "times faster than a loop": {"value": round(loop / ours, 1), "n": SAMPLE},
    }


def _loop(X: Floats, y: Floats, covariates: Floats) -> list[Any]:
    """Least squares of one gene after the other, raw and adjusted."""
    ones = np.ones(len(y))
    designs = (np.column_stack([ones, y]), np.column_stack([ones, covariates, y]))
    return [np.linalg.lstsq(design, X[:, j], rcond=None)[0] for j in range(X.shape[1]) for design in designs]


COHORT_SPEED = CohortSpeed()
