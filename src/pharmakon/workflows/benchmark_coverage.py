"""How often 90 % intervals hold the truth, and how wide they are: the cards of the panel, and small models made anew.

A split's molecules are judged by calibrations that never saw them. Random folds share scaffolds and look-alikes with
what was learnt; scaffold folds share no scaffold, cluster folds no look-alike: three steps away from what is known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pharmakon.core.errors import ModelError
from pharmakon.predict.endpoints import endpoint
from pharmakon.predict.panel import card_file, shipped_names

from .benchmark import BenchmarkConfig, Learner, Say
from .models import cards
from .train import run_endpoint

SPLITS = ("random", "scaffold", "cluster", "laboratory")
"""In this order; a card has some of them ("laboratory" where it was recalibrated)."""
SMALL = ("caco2", "hia", "dili", "ppb")
"""Endpoints of 400 to 1,300 molecules: made anew in minutes."""
ANEW = "_retrained"


class Coverage:
    """Cards are read as they are; a task NAME_retrained trains that endpoint from the public data, once a repeat."""

    what = "coverage and width of the panel's 90 % intervals on random, scaffold and cluster splits"
    protocol = "five folds a split, each judged by a calibration without its molecules; one card or one training a task"
    published = "none: the promise is 90 %"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        """The shipped models; and the small ones made anew, where their data is there."""
        small = [name for name in SMALL if endpoint(name).data.is_there]
        return [*shipped_names(), *(name + ANEW for name in small)]

    def files(self, task: str, root: Path) -> list[Path]:
        name = _anew(task)
        if not name:
            return [card_file(task)]
        return endpoint(name).data.paths

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        if not _anew(task):
            return _found(cards([task]))
        made = []
        for repeat in range(config.repeats or self.repeats):

            def advance(done: int, total: int, note: str, *, run: int = repeat + 1) -> None:
                say(f"run {run}, {note}")

            with TemporaryDirectory() as folder:
                trained = run_endpoint(
                    _anew(task),
                    Path(folder) / task,
                    seed=config.seed + repeat,
                    max_points=min(config.limit or config.max_points, config.max_points),
                    workers=config.workers or 1,
                    progress=advance,
                )
            made.append(trained.card)
        return _found(made)

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Over the models with the split: mean and range of coverage; widths as multiples of the scaffold split's."""
        out: dict[str, Any] = {}
        for who, anew in (("cards", False), ("retrained", True)):
            mine = [found["scores"] for task, found in results.items() if bool(_anew(task)) == anew]
            for split in SPLITS:
                hits = [s[f"coverage_{split}"]["value"] for s in mine if f"coverage_{split}" in s]
                if hits:
                    told = {"models": len(hits), "coverage": round(float(np.mean(hits)), 3)}
                    out[f"{who}, {split}"] = told | {"least": min(hits), "most": max(hits)} | _relative(mine, split)
        return out


COVERAGE = Coverage()


def _anew(task: str) -> str:
    """The endpoint that a task trains; "" where it reads a card."""
    name = task.removesuffix(ANEW)
    return name if task.endswith(ANEW) and name in SMALL else ""


def _found(made: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Coverage and width per split, means over the cards of one task. Raises ModelError where a card has neither."""
    what = made[0]["property"]
    scores: dict[str, Any] = {}
    for split in SPLITS:
        told = [card["coverage"][split] for card in made if split in card.get("coverage", {})]
        if not told:
            continue
        n = int(made[0]["scores"][split]["n"])
        hits, widths = ([float(t[key]) for t in told] for key in ("observed", "mean_width"))
        low, high = wilson(float(np.mean(hits)), n)
        scores[f"coverage_{split}"] = {"value": _mean(hits), "low": low, "high": high, "n": n, "runs": hits}
        scores[f"width_{split}"] = {"value": _mean(widths), "low": None, "high": None, "n": n, "runs": widths}
    if not scores:
        raise ModelError(f"the card of {made[0]['name']} does not say how often its intervals held the truth")
    return {
        "scores": scores,
        "anchors": {metric: {"promised": 0.9} for metric in scores if metric.startswith("coverage")},
        "width_unit": "classes" if what["kind"] == "classification" else what["unit"],
        "n_train": made[0]["dataset"]["used"],
    }


def _mean(values: Sequence[float]) -> float:
    return float(f"{np.mean(values):.4g}")


def _relative(mine: Sequence[Mapping[str, Any]], split: str) -> dict[str, float]:
    """Units differ between models, so widths are compared within one, with its scaffold split's."""
    widths, base = f"width_{split}", "width_scaffold"
    ratios = [s[widths]["value"] / s[base]["value"] for s in mine if widths in s and base in s and s[base]["value"]]
    return {"width to scaffold's": round(float(np.mean(ratios)), 3)} if ratios else {}


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share of n (Wilson, J. Am. Stat. Assoc. 1927), as if molecules were independent."""
    z2 = 1.96**2 / n
    centre, half = share + z2 / 2, 1.96 * math.sqrt(share * (1 - share) / n + z2 / (4 * n))
    return round((centre - half) / (1 + z2), 4), round((centre + half) / (1 + z2), 4)
