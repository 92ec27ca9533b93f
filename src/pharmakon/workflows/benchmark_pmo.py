"""PMO: sample-efficient design (Gao et al., NeurIPS 2022), by its scoring and with every oracle call counted.

The optimiser knows the starting pool (ZINC250k) without labels, no task text and no constants per task. A score is the
area under the mean of the ten best molecules against the calls, 10,000 of them. A search whose ten best stand still for
2,000 calls ends, as in the benchmark's own runs, and one whose ten best all score 1; they count to the end.

`pmo-sane` is the same with good sense asked of every molecule: no absurd group, no ring system that ChEMBL lacks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pharmakon.core.files import write_atomic
from pharmakon.core.types import Progress
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of
from pharmakon.store.plain import document
from pharmakon.store.provenance import code_identity
from pharmakon.store.runs import Journal

from .benchmark import BenchmarkConfig, Learner, Say, anchors, over_runs, summed

POOL = "zinc250k"
METRIC = "auc_top10"
BESIDE = ("auc_top1", "auc_top100", "diversity", "sa_score", "core_seconds")
HARDEST = "valsartan_smarts"
RIVALS = {"gp_bo": "GP-BO", "genetic_gfn": "Genetic GFN", "invirtuogen": "InVirtuoGen"}
SEEDS = (0, 1, 2, 3, 5)
"""The seeds of the published runs, in their order; more repeats go on from 6."""


class Pmo:
    """The 20 tasks whose oracles can be computed without downloads; `sane`: of molecules that a chemist could want."""

    needs = data_set(POOL).file().path
    repeats = 3

    def __init__(self, *, sane: bool = False) -> None:
        self.sane = sane
        self.rivals: Mapping[str, str] = {} if sane else RIVALS
        self.what = "20 molecule-design tasks, few oracle calls" + (", no absurd molecule" if sane else "")
        self.protocol = (
            "ZINC250k pool without labels, 10,000 counted calls, AUC of the ten best, which count to the end where "
            "2,000 calls made none better; 3 seeds"
        )
        self.published = "Tanimoto GP-BO, Genetic GFN and InVirtuoGen without prescreening, per task"
        if sane:
            self.protocol += "; every molecule of pool and search without absurd groups and unprecedented rings"
            self.published = "none: published runs may propose anything"

    def tasks(self) -> Sequence[str]:
        return list(anchors()["pmo"])

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(POOL)]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        seeds = [config.seed + s for s in (*SEEDS, *range(6, 100))][: config.repeats or self.repeats]
        runs = []
        for seed in seeds:

            def advance(done: int, total: int, note: str, *, seed: int = seed) -> None:
                say(f"seed {seed}, call {done:,} of {total:,}, {note}")

            runs.append(_one(task, seed, config, advance, sane=self.sane))
        values = {metric: [float(run[metric]) for run in runs] for metric in (METRIC, *BESIDE)}
        return {
            "scores": {name: over_runs(some) | {"runs": [round(v, 4) for v in some]} for name, some in values.items()},
            "anchors": {METRIC: {who: anchors()["pmo"][task][key] for key, who in self.rivals.items()}},
            "runs": runs,
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The sum of the scores, also without the task where most find nothing, and what the longest run took."""
        seconds = max((run["core_seconds"] for one in results.values() for run in one["runs"]), default=0.0)
        found = summed(results, METRIC, self.rivals.values() if rivals else ())
        if HARDEST in results:
            rest = {task: one for task, one in results.items() if task != HARDEST}
            found |= {"without valsartan": summed(rest, METRIC, ())["pharmakon"]}
        return found | {"most core seconds": round(seconds)}


def _one(task: str, seed: int, config: BenchmarkConfig, progress: Progress, *, sane: bool) -> dict[str, Any]:
    """A finished run, from the work folder where this very code has left it there: all of them take a day.

    One that was killed goes on.
    """
    from pharmakon.design.pmo import run_task

    path = config.workplace / code_identity() / f"{task}-{seed}-{config.paid}{'-sane' if sane else ''}.json"
    if path.is_file():
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    with Clocked(path.with_suffix(".jsonl")) as journal:
        run = run_task(task, calls=config.paid, seed=seed, sane=sane, journal=journal, progress=progress)
    run |= {name: run.get(name, 0.0) + spent for name, spent in journal.before.items()}
    write_atomic(path, document(run))
    journal.path.unlink(missing_ok=True)
    return run


class Clocked(Journal):
    """A journal that knows what the batches before this process took: `before`, in seconds, as a run reports them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.before = {"seconds": 0.0, "core_seconds": 0.0}
        self._began = self._now()

    def append(self, entry: Mapping[str, Any]) -> None:
        spent = {name: self.before[name] + now - self._began[name] for name, now in self._now().items()}
        super().append({**entry, "spent": spent})

    def read(self) -> list[dict[str, Any]]:
        found = super().read()
        if found:
            self.before = dict(found[-1]["spent"])
        self._began = self._now()
        return found

    @staticmethod
    def _now() -> dict[str, float]:
        return {"seconds": time.perf_counter(), "core_seconds": time.process_time()}


PMO, PMO_SANE = Pmo(), Pmo(sane=True)
