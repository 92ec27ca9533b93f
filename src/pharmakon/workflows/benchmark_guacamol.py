"""GuacaMol, goal-directed: 20 tasks from a pool of ChEMBL without their targets, every scored molecule counted.

Each task is a journal: killed and started again it goes on, and ends with the bytes it would have had.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pharmakon.core.files import replacing
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of
from pharmakon.store.plain import document
from pharmakon.store.provenance import code_identity
from pharmakon.store.runs import versions

from .benchmark import BenchmarkConfig, Learner, Say, anchors, over_runs, summed, told

RIVALS = {"graph_ga": "Graph GA", "crem": "CReM", "lstm": "SMILES LSTM"}
METRIC = "score"


class Guacamol:
    """The second version's suite."""

    what = "20 molecule-design tasks, many oracle calls"
    protocol = "100,000 molecules of ChEMBL scored, then 20,000 calls; mean of top 1, 10 and 100 (isomers: of all)"
    published = "Graph GA, CReM and SMILES LSTM, per task"
    needs = data_set("chembl22_bimodal").file().path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return list(anchors()["guacamol"])

    def files(self, task: str, root: Path) -> list[Path]:
        from pharmakon.design.collection import CHEMBL

        return [path_of(name) for name in CHEMBL]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        runs = [_run(task, config.seed + i, config, say) for i in range(config.repeats or self.repeats)]
        return {
            "scores": {METRIC: over_runs([float(run[METRIC]) for run in runs])},
            "anchors": {METRIC: {who: anchors()["guacamol"][task][key] for key, who in RIVALS.items()}},
            "runs": runs,
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The sum of the scores, and what was scored for it."""
        scored = sum(run["scored"] for r in results.values() for run in r["runs"])
        return summed(results, METRIC, RIVALS.values() if rivals else ()) | {"molecules scored": scored}


def _run(task: str, seed: int, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
    from pharmakon.design.guacamol import ISLANDS, SETTINGS, run_task

    facts = [SETTINGS, ISLANDS, config.paid, config.pool, code_identity(), versions()]
    stem = config.workplace / f"{task}-{seed}-{hashlib.sha256(document(facts).encode()).hexdigest()[:12]}"
    kept = stem.with_suffix(".json")
    if not kept.is_file():
        best, scored = _screened(task, seed, config, ISLANDS * SETTINGS["initial"], say)
        with replacing(kept) as out:
            out.write(document({"scored": scored, "best": best}).encode())
    pool = json.loads(kept.read_text(encoding="utf-8"))
    found = run_task(task, pool["best"], calls=config.paid, seed=seed, journals=stem, progress=told(say))
    return found | {"pool": pool["scored"], "scored": pool["scored"] + found["calls"]}


def _screened(
    task: str, seed: int, config: BenchmarkConfig, best: int, say: Say
) -> tuple[list[tuple[str, float]], int]:
    """The best of the pool, and how many were scored to find them."""
    from pharmakon.core.random import stream
    from pharmakon.design.collection import collected, read
    from pharmakon.design.guacamol import screened

    everything = list(read(collected(config.workplace, progress=told(say))))
    rows = stream(seed, "pool").choice(len(everything), min(config.pool, len(everything)), replace=False)
    return screened(task, [everything[i] for i in rows], best=best, progress=told(say))


GUACAMOL = Guacamol()
