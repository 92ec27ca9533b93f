"""How many drugs lead back to the gene that they act on, with and without general sensitivity held fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of, paths_of
from pharmakon.therapy.markers import target_ranks
from pharmakon.therapy.screen import GDSC, gdsc_screen
from pharmakon.therapy.targets import read_targets

from .benchmark import BenchmarkConfig, Learner, Say, anchors
from .benchmark_coverage import wilson

WAYS: Mapping[str, dict[str, bool]] = {
    "plain": {"adjusted": False},
    "adjusted": {"adjusted": True},
    "adjusted, tissue": {"adjusted": True, "tissue": True},
}
PAIRS = (("Erlotinib", "EGFR"), ("Gefitinib", "EGFR"), ("Lapatinib", "ERBB2"), ("Venetoclax", "BCL2"))
"""Drugs whose rank of the target is told one by one."""


class Markers:
    """Of the pairs of a drug and a measured gene that it acts on: the share whose gene is among the first 10 and 50."""

    what = "drugs of GDSC2 whose target is among the 10 (50) genes that go best with their response"
    protocol = (
        "every drug with a target among the 706 genes, families as their members; a gene counts by the stronger of its "
        "expression, mutation and copy number; general sensitivity from drugs without a shared target"
    )
    published = "114 pairs by another list of targets: 3 in the first 10 without adjustment, 7 with it"
    needs = data_set(GDSC).file("targets").path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return list(WAYS)

    def files(self, task: str, root: Path) -> list[Path]:
        return paths_of(GDSC)

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        say("reading the screen")
        ranks = target_ranks(gdsc_screen(), read_targets(path_of(GDSC, "targets")), **WAYS[task])
        scores = {}
        for first in (10, 50):
            share = sum(rank <= first for rank in ranks.values()) / len(ranks)
            low, high = wilson(share, len(ranks))
            scores[f"in the first {first}"] = {"value": round(share, 4), "low": low, "high": high, "n": len(ranks)}
        return {
            "scores": scores,
            "anchors": anchors()["markers"].get(task, {}),
            "pairs in the first 10": sum(rank <= 10 for rank in ranks.values()),
            "ranks": {f"{drug}, {gene}": ranks[drug, gene] for drug, gene in PAIRS if (drug, gene) in ranks},
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Pairs in the first 10."""
        return {task: found["pairs in the first 10"] for task, found in results.items()}


MARKERS = Markers()
