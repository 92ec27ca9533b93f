"""Networks of drug response beside the shipped kernels and the additive baseline, on the same held-out parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pharmakon.store.catalogue import data_set
from pharmakon.store.places import paths_of
from pharmakon.therapy.crossvalidation import MODEL, Split
from pharmakon.therapy.response_challenge import challenge
from pharmakon.therapy.screen import GDSC, gdsc_screen

from .benchmark import BenchmarkConfig, Learner, Say, over_runs, told
from .benchmark_response import METRICS, ONCE

TASKS: tuple[Split, ...] = ("cell", "drug", "both")
KERNEL = "kernel"


class ResponseNetwork:
    """RMSE, Pearson's r over all, and r inside a drug: kernels, the means, networks, averages of them."""

    what = "does a network predict drug response better than the shipped kernels? (torch, extra `deep`)"
    protocol = (
        "the folds and seeds of `response` for new lines, new drugs, and both; three shapes of network, each the mean "
        "of three seeds, on what the additive baseline leaves; when to stop, omics or responses alone, and the share "
        "beside the kernels are chosen on a fifth of the training part; rate, width and dropout by eye on some of them"
    )
    published = "none: the kernels' own figures of the same folds stand beside"
    needs = data_set(GDSC).file("response").path
    repeats = 3

    def tasks(self) -> Sequence[str]:
        return list(TASKS)

    def files(self, task: str, root: Path) -> list[Path]:
        return paths_of(GDSC)

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        say("reading the screen")
        screen = gdsc_screen()
        split: Split = next(known for known in TASKS if known == task)
        runs = 1 if task in ONCE else config.repeats or self.repeats
        found = []
        for run in range(runs):
            held = challenge(screen, split, seed=config.seed + run, threads=config.workers or 1, progress=told(say))
            found.append({KERNEL if who == MODEL else who: scores for who, scores in held.scores().items()})
        scores = {
            f"{metric}, {who}": over_runs([one[who][metric] for one in found]) | {"n": int(found[0][who]["n"])}
            for metric in METRICS
            for who in found[0]
        }
        return {"scores": scores, "anchors": {}, "runs": runs}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The error by split, of each predictor."""
        return {
            task: {
                name.removeprefix("rmse, "): score["value"]
                for name, score in found["scores"].items()
                if name.startswith("rmse, ")
            }
            for task, found in results.items()
        }


RESPONSE_NETWORK = ResponseNetwork()
