"""Molecules of which it is known which atoms matter, one scorer for all of them, and what was published for them.

The tasks of Sanchez-Lengeling et al. (NeurIPS 2020) and of iBenchmark (Matveieva & Polishchuk, J Cheminform 2021).
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats, Kind
from pharmakon.learn.metrics import auroc

GRAPH_ATTRIBUTION = ("benzene", "logic7", "logic8", "logic10", "crippen")
IBENCHMARK = ("N", "N_plus_O", "amide")
PUBLISHED = Path("xai/graph_attribution/published_results_F3.csv")


@dataclass(frozen=True, slots=True)
class Truth:
    """A task's molecules, their labels (n,), which are for training, and of each the masks (k, n_atoms) that are right.

    Where `graded`, there is one mask, of numbers: how much each atom truly adds.
    """

    kind: Kind
    graded: bool
    smiles: list[str]
    y: Floats
    train: NDArray[np.bool_]
    masks: list[Floats]

    def scored(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The rows that can be scored: all where graded, otherwise positives."""
        return rows if self.graded else rows[self.y[rows] > 0]


def place(task: str) -> Path:
    """Where a task's table is below the root of the data."""
    return Path("xai", "graph_attribution" if task in GRAPH_ATTRIBUTION else "ibenchmark", f"{task}.tsv.gz")


def read(task: str, root: Path) -> Truth:
    """A task's table."""
    csv.field_size_limit(2**30)
    with gzip.open(root / place(task), "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    masks = [np.atleast_2d(json.loads(row.get("atom_attributions") or row["atom_labels"])) for row in rows]
    y = np.array([float(row["y"]) for row in rows])
    return Truth(
        kind="classification" if task in GRAPH_ATTRIBUTION and task != "crippen" else "regression",
        graded=task == "crippen",
        smiles=[row["smiles"] for row in rows],
        y=y,
        train=np.array([row["split"] == "train" for row in rows]),
        masks=[mask.astype(np.float64) for mask in masks],
    )


def metric_of(task: str) -> str:
    """What the scorer measures for a task."""
    return "tau" if task == "crippen" else "auroc"


def agreement(task: str, masks: Floats, scores: Floats) -> float:
    """How well one molecule's atom scores (n_atoms,) rank as its truth does; NaN where the truth is all or nothing.

    The area under the ROC curve, best over the masks; Kendall's tau where the truth is graded.
    """
    if metric_of(task) == "tau":
        from scipy.stats import kendalltau

        return float(kendalltau(masks[0], scores).statistic)
    return max((value for mask in masks if np.isfinite(value := auroc(mask > 0, scores))), default=np.nan)


def top_n(masks: Sequence[Floats], scores: Sequence[Floats]) -> float:
    """Of all molecules' n true atoms, the share among the n that score highest (ties by their order); iBenchmark's."""
    hits = total = 0
    for mask, score in zip(masks, scores, strict=True):
        true = mask[0] > 0
        n = int(true.sum())
        hits += int(true[np.argsort(-score, kind="stable")[:n]].sum())
        total += n
    return hits / total if total else np.nan


def published(task: str, root: Path) -> dict[str, float]:
    """The best of the published figures for a task, and the median of its technique and network over their settings."""
    column = "ATT tau" if metric_of(task) == "tau" else "ATT AUROC"
    found: dict[tuple[str, str], list[float]] = {}
    with (root / PUBLISHED).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["task_type"] == task and row[column]:
                found.setdefault((row["Technique"], row["block_type"]), []).append(float(row[column]))
    if not found:
        return {}
    (technique, network), values = max(found.items(), key=lambda item: max(item[1]))
    who = f"{technique} of {network}"
    return {
        f"{who}, best of {len(values)}": round(max(values), 4),
        f"{who}, median": round(float(np.median(values)), 4),
    }
