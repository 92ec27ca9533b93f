"""How many molecules a second a screen gets through, in how much memory, and what kills and bad molecules cost it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pharmakon.predict.panel import shipped_names
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_screen_faults import PEAK, killed, spoilt
from .benchmark_speed import SETS, three, write
from .command_cost import Cost, cost, highest

ROWS, FAULTY, SHARD = 1_000_000, 200_000, 2_500
WORKERS = {"one": 1, "two": 2}
RATE = "molecules/s per process"
GOAL = """
goals = [
  { property = "solubility", want = ">= -4" },
  { property = "herg", want = "<= 5", weight = 2 },
  { property = "logp", want = "1..4" },
]
constraints = [{ property = "mw", want = "<= 500" }, { avoid = "[N+](=O)[O-]" }]
"""


class ScreenBenchmark:
    """The command as a user runs it: every endpoint of the fast profile, three goals and two constraints."""

    what = "a screen of a million molecules by one process and by two; with workers killed; with molecules that crash"
    protocol = (
        "molecules of public sets, each with an id of its own, every endpoint of the fast profile, three goals and two "
        "constraints; the rate between a quarter of the rows and all of them, so that the start is not counted; the "
        "most memory that any one process held (VmHWM, what it shares counted in full). killed: 200,000 molecules by "
        "two workers, while one process of theirs, drawn by seed, is killed every 20 seconds or sooner, 20 times; "
        "files are compared with those of an undisturbed run. spoilt: 200,000 molecules, of which one in a thousand "
        "hangs, grows without end or aborts when it is standardised, by one worker"
    )
    published = "none"
    needs = data_set(SETS[0]).files[0].path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*WORKERS, "killed", "spoilt"]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name) for name in SETS]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        if task not in WORKERS:
            return self._faults(task, config)
        long = config.limit or ROWS
        short, workers, before = long // 4, WORKERS[task], os.getloadavg()[0]
        rates, peaks = [], []
        for repeat in range(config.repeats or self.repeats):
            say(f"run {repeat + 1}")
            with TemporaryDirectory() as name:
                costs = [_screened(Path(name), rows, workers) for rows in (short, long)]
            rates.append((long - short) / max(costs[1].seconds - costs[0].seconds, 1e-9) / workers)
            peaks += [one.peak / 1e6 for one in costs]
        load = {"before": round(before, 1), "after": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
        ends = {"low": three(min(rates)), "high": three(max(rates))}
        return {
            "scores": {
                RATE: {"value": three(float(np.median(rates))), **ends, "n": long},
                PEAK: {"value": round(max(peaks)), "low": round(min(peaks)), "high": round(max(peaks)), "n": long},
            },
            "anchors": {},
            "load": load,
        }

    def _faults(self, task: str, config: BenchmarkConfig) -> dict[str, Any]:
        rows = config.limit or FAULTY
        with TemporaryDirectory() as name:
            place = Path(name)
            asked = _asked(place, rows)
            if task == "killed":
                write(place / "library.csv", rows, broken=False)
                whole = [sys.executable, "-m", "pharmakon", "screen", str(place / "library.csv"), *asked]
                scores = killed([*whole, "--workers", "2", "-o"], place, seed=config.seed)
            else:
                scores = spoilt(place / "library.csv", rows, asked, place)
        return {"scores": {name: score | {"n": rows} for name, score in scores.items()}, "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Both rates, two processes' as a share of twice one's, and what faults cost."""
        rate = {task: found["scores"][RATE]["value"] for task, found in results.items() if task in WORKERS}
        told: dict[str, Any] = {f"{task}, {RATE}": value for task, value in rate.items()}
        told |= {f"{task}, {PEAK}": results[task]["scores"][PEAK]["value"] for task in rate}
        if len(rate) == len(WORKERS):
            told["efficiency of two"] = round(rate["two"] / rate["one"], 3)
        for task in ("killed", "spoilt"):
            scores = results.get(task, {}).get("scores", {})
            told |= {f"{task}, {name}": score["value"] for name, score in scores.items()}
        return told


SCREEN = ScreenBenchmark()


def _screened(place: Path, rows: int, workers: int) -> Cost:
    table, output = place / f"{rows}.csv", place / f"out-{rows}"
    write(table, rows, broken=False)
    command = [sys.executable, "-m", "pharmakon", "screen", str(table), "-o", str(output), *_asked(place, rows)]
    return cost([*command, "--workers", str(workers)], highest)


def _asked(place: Path, rows: int) -> list[str]:
    """Flags of every screen: the goal, the models, and shards of which each worker has several."""
    goal = place / "goal.toml"
    goal.write_text(GOAL, encoding="utf-8")
    shard = str(max(100, min(SHARD, rows // 8)))
    return ["--objective", str(goal), "--models", ",".join(shipped_names()), "--rows", shard, "--top", "1000"]
