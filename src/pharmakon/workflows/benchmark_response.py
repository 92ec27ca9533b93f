"""Drug response of cell lines, by what is new: single responses, lines, drugs, both, a tissue; beside the means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pharmakon.store.catalogue import data_set
from pharmakon.store.places import paths_of
from pharmakon.therapy.crossvalidation import MODEL, SPLITS, Split, cross_validate
from pharmakon.therapy.screen import GDSC, gdsc_screen

from .benchmark import BenchmarkConfig, Learner, Say, anchors, over_runs, told

METRICS = ("rmse", "pearson", "within_drug")
ONCE = ("both", "tissue")
"""Splits that are run once: 25 models, or nothing drawn by lot."""


class Response:
    """RMSE, Pearson's r over all, and r inside a drug, of the model and of the means that the split leaves known."""

    what = "ln IC50 of cell lines from omics and structure: error, r over all, r within a drug, beside the means"
    protocol = (
        "GDSC2, 580 lines x 170 drugs, 82,833 responses; five folds of responses, lines, drugs, or lines x drugs; "
        "three seeds (one for lines x drugs); every tissue of ten lines left out. Standardising, gene weights, filling "
        "and penalties are learnt in the training part; the kernels' shapes were chosen by eye on other folds of the "
        "same set; the expression was z-scored over all lines by the set's authors"
    )
    published = "ridge per drug and Tanimoto kernel with fixed penalties, on other folds of the same set"
    needs = data_set(GDSC).file("response").path
    repeats = 3

    def tasks(self) -> Sequence[str]:
        return list(SPLITS)

    def files(self, task: str, root: Path) -> list[Path]:
        return paths_of(GDSC)

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        say("reading the screen")
        screen = gdsc_screen()
        split: Split = next(known for known in SPLITS if known == task)
        runs = 1 if task in ONCE else config.repeats or self.repeats
        found = []
        for run in range(runs):
            held = cross_validate(screen, split, seed=config.seed + run, progress=told(say))
            found.append(held.scores())
        scores = {}
        for metric in METRICS:
            for who in found[0]:
                figure = over_runs([one[who][metric] for one in found])
                scores[metric if who == MODEL else f"{metric}, {who}"] = figure | {"n": int(found[0][who]["n"])}
        return {"scores": scores, "anchors": anchors()["response"].get(task, {}), "runs": runs}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The model's figures by split."""
        return {
            task: {metric: found["scores"][metric]["value"] for metric in METRICS} for task, found in results.items()
        }


RESPONSE = Response()
