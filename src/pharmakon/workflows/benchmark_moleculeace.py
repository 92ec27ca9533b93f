"""MoleculeACE: potency on targets rich in activity cliffs (van Tilborg et al., J. Chem. Inf. Model. 2022).

Fixed split (clusters, stratified by cliff); y = -log10(nM); RMSE on the test molecules and on those of them that stand
on a cliff: at least 90 % alike and more than ten times apart in potency.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.random import stream
from pharmakon.store.catalogue import data_set, folder_of, sets_of
from pharmakon.store.places import is_there, path_of

from .benchmark import BenchmarkConfig, Learner, Say, sample, score

SETS, PUBLISHED = "moleculeace", "moleculeace_published"
METRICS = ("rmse", "cliff_rmse")
SVM, BEST = "SVM-ECFP", "best of 24"


class MoleculeAce:
    """The targets whose files are there; the paper has 30."""

    what = "potency on ChEMBL targets with activity cliffs"
    protocol = "fixed split, RMSE and cliff RMSE on the test molecules; one run"
    published = "SVM on ECFP and the best of 24 methods per target, from the authors' own results on the same targets"
    needs = folder_of(SETS)
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [item.name.removeprefix(f"{SETS}_") for item in sets_of(SETS) if is_there(item)]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(f"{SETS}_{task}")]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        with self.files(task, root)[0].open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        train = _cut([row for row in rows if row["split"] == "train"], config, task, "train")
        test = _cut([row for row in rows if row["split"] == "test"], config, task, "test")
        truth, cliff = _column(test, "y"), _column(test, "cliff_mol") > 0
        say(f"{len(train):,} to learn from, {len(test):,} to predict")
        smiles = [row["smiles"] for row in train], [row["smiles"] for row in test]
        runs = learner(
            smiles[0],
            _column(train, "y"),
            smiles[1],
            kind="regression",
            transform="none",
            seeds=[config.seed + repeat for repeat in range(1, (config.repeats or self.repeats) + 1)],
            max_points=config.max_points,
            n_jobs=config.workers or 1,
        )
        predicted = np.mean(runs, axis=0)
        scores = {"rmse": score("rmse", truth, predicted, seed=config.seed)}
        if cliff.any():
            scores["cliff_rmse"] = score("rmse", truth[cliff], predicted[cliff], seed=config.seed)
        return {"scores": scores, "anchors": _anchors(task), "n_train": len(train)}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Means over the targets that were run, the rivals' over the same targets."""
        out: dict[str, Any] = {"targets": len(results)}
        for metric in METRICS:
            shared = [r for r in results.values() if metric in r["scores"]]
            shared = [r for r in shared if r["anchors"].get(metric)] if rivals else shared
            if shared:
                names = (SVM, BEST) if rivals else ()
                means = {who: float(np.mean([r["anchors"][metric][who] for r in shared])) for who in names}
                means["pharmakon"] = float(np.mean([r["scores"][metric]["value"] for r in shared]))
                out[metric] = {who: round(mean, 4) for who, mean in means.items()}
        return out


MOLECULEACE = MoleculeAce()


@cache
def _published(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _anchors(task: str) -> dict[str, dict[str, float]]:
    """Per metric the SVM on ECFP and the best of all methods; nothing for a target the paper does not have."""
    if not is_there(data_set(PUBLISHED)):
        return {}
    rows = [row for row in _published(path_of(PUBLISHED)) if row["dataset"] == task]
    if not rows:
        return {}
    svm = next(row for row in rows if (row["algorithm"], row["descriptor"]) == ("SVM", "ECFP"))
    return {
        metric: {SVM: round(float(svm[metric]), 4), BEST: round(min(float(row[metric]) for row in rows), 4)}
        for metric in METRICS
    }


def _column(rows: Sequence[Mapping[str, str]], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(row[name]) for row in rows])


def _cut(rows: list[dict[str, str]], config: BenchmarkConfig, task: str, part: str) -> list[dict[str, str]]:
    random = stream(config.seed, "limit", task, part)
    return [rows[i] for i in sample(_column(rows, "y"), config.limit, kind="regression", random=random)]
