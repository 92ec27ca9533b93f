"""How many molecules a second a screen gets through, by one process and by two, and the most memory that one holds."""

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
from .benchmark_speed import SETS, three, write
from .command_cost import Cost, cost, highest

ROWS, SHARD = 20_000, 2_500
WORKERS = {"one": 1, "two": 2}
RATE, PEAK = "molecules/s per process", "peak memory of a process, MB"
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

    what = "a screen of 20,000 molecules by one process and by two: molecules a second, and memory"
    protocol = (
        "molecules of public sets, every endpoint of the fast profile, three goals and two constraints; the rate "
        "between a quarter of the rows and all of them, so that the start is not counted; the most memory that any one "
        "process held (VmHWM, what it shares counted in full)"
    )
    published = "none"
    needs = data_set(SETS[0]).files[0].path
    repeats = 3

    def tasks(self) -> Sequence[str]:
        return list(WORKERS)

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name) for name in SETS]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
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

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Both rates, and two processes' as a share of twice one's."""
        rate = {task: found["scores"][RATE]["value"] for task, found in results.items()}
        told: dict[str, Any] = {f"{task}, {RATE}": value for task, value in rate.items()}
        told |= {f"{task}, {PEAK}": found["scores"][PEAK]["value"] for task, found in results.items()}
        return told | ({"efficiency of two": round(rate["two"] / rate["one"], 3)} if len(rate) == 2 else {})


SCREEN = ScreenBenchmark()


def _screened(place: Path, rows: int, workers: int) -> Cost:
    table, goal, output = place / f"{rows}.csv", place / "goal.toml", place / f"out-{rows}"
    write(table, rows, broken=False)
    goal.write_text(GOAL, encoding="utf-8")
    asked = ["--objective", str(goal), "--models", ",".join(shipped_names()), "--rows", str(SHARD)]
    command = [sys.executable, "-m", "pharmakon", "screen", str(table), "-o", str(output), *asked]
    return cost([*command, "--workers", str(workers), "--top", "1000"], highest)
