"""The 22 tasks of the TDC ADMET benchmark group, by its own rules.

Fixed scaffold split; fit on all of train_val.csv, judged on test.csv; five seeds; each run's metric is rounded to three
decimals, then mean and population standard deviation (TDC base_group.py, evaluate_many).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Kind
from pharmakon.store.catalogue import folder_of
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say, anchors, sample, score
from .benchmark_lent import lent

RIVALS = {"maplight": "MapLight", "clean": "best clean"}
CLASSIFIED = {"auroc", "auprc"}


class TdcAdmet:
    """Therapeutics Data Commons, ADMET group."""

    what = "22 ADMET tasks of the Therapeutics Data Commons"
    protocol = "official train_val/test files, fit on all of train_val, mean and population sd of 5 seeds"
    published = "MapLight and the best value that survived an audit, per task"
    needs = folder_of("tdc_admet_group")
    repeats = 5

    def tasks(self) -> Sequence[str]:
        return list(anchors()["tdc"])

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(f"tdc_{task}", part) for part in ("train_val", "test")]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        facts = anchors()["tdc"][task]
        metric = str(facts["metric"])
        kind: Kind = "classification" if metric in CLASSIFIED else "regression"
        (train_x, train_y), (test_x, test_y) = (
            _cut(*_read(file), config=config, kind=kind, labels=(task, file.stem)) for file in self.files(task, root)
        )
        seeds = [config.seed + repeat for repeat in range(1, (config.repeats or self.repeats) + 1)]
        say(f"{len(train_y):,} to learn from, {len(test_y):,} to predict, {len(seeds)} seeds")
        transform, whole = facts.get("transform", "none"), 100.0 if facts.get("percent") else 1.0
        options = {"seeds": seeds, "max_points": config.max_points, "n_jobs": config.workers or 1}
        options |= lent(config.network, f"tdc_{task}")
        predicted = learner(train_x, train_y / whole, test_x, kind=kind, transform=transform, **options)
        found = [score(metric, test_y, whole * values, seed=s) for s, values in zip(seeds, predicted, strict=True)]
        first = found[0]
        runs = [np.nan if f["value"] is None else round(f["value"], 3) for f in found]
        value = {"value": round(float(np.mean(runs)), 3), "sd": round(float(np.std(runs)), 3), "runs": runs}
        return {
            "scores": {metric: first | value},  # the interval is the first run's
            "anchors": {metric: {who: facts[key] for key, who in RIVALS.items() if key in facts}},
            "note": facts.get("note", ""),
            "n_train": len(train_y),
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """On how many tasks the score is at least as good as each rival's, of those where the rival has one."""
        out: dict[str, Any] = {"tasks": len(results)}
        for who in RIVALS.values() if rivals else ():
            wins = [won for result in results.values() if (won := _at_least(result, who)) is not None]
            out[f"at or above {who}"] = f"{sum(wins)} of {len(wins)}"
        return out


TDC = TdcAdmet()


def _at_least(result: Mapping[str, Any], who: str) -> bool | None:
    (metric, got), *_ = result["scores"].items()
    rival = result["anchors"][metric].get(who)
    if rival is None:
        return None
    return bool(got["value"] <= rival if metric == "mae" else got["value"] >= rival)


def _read(path: Path) -> tuple[list[str], Floats]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["Drug"] for row in rows], np.array([float(row["Y"]) for row in rows])


def _cut(
    smiles: list[str], y: Floats, *, config: BenchmarkConfig, kind: Kind, labels: tuple[str, str]
) -> tuple[list[str], Floats]:
    kept = sample(y, config.limit, kind=kind, random=stream(config.seed, "limit", *labels))
    return [smiles[i] for i in kept], y[kept]
