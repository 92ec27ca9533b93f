"""What plans of very large screens are made from: rates by profile, of two cores and machines, of the first process."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pharmakon.predict.panel import shipped_names
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_faults import nodes
from .benchmark_screen import GOAL
from .benchmark_speed import SETS, molecules, three
from .screen import SHARDS, ScreenConfig, run
from .screen_scale import SHARD, Measured, most_cores

ROWS = {"fast": 20_000, "full": 3_000, "cores": 20_000, "machines": 20_000, "first process": SHARD}
COPIES = 300
"""Shards that the first process writes down and merges."""
RATE, EFFICIENCY = "molecules/s", "efficiency"


class Scale:
    """Small screens from which large ones are reckoned (workflows/screen_scale.py)."""

    what = "what a screen of billions would take, from screens of thousands"
    protocol = (
        "molecules of public sets as Parquet, every endpoint of the profile, three goals and two constraints, 30 or "
        "40 shards; a rate is that between the third shard's end and the last's. fast, full: one process. cores: two "
        "processes, their rate beside twice one's, measured in turns, the median of the repeats. machines: a Ray "
        "cluster of one node with one worker, then of two such nodes, all on this machine. first process: a real "
        "shard of 20,000 rows written down 300 times as a screen does, and merged"
    )
    published = "none"
    needs = data_set(SETS[0]).files[0].path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return list(ROWS)

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name) for name in SETS]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        rows, before = config.limit or ROWS[task], os.getloadavg()[0]
        with TemporaryDirectory() as name:
            work = _Work(Path(name), rows)
            if task in {"fast", "full"}:
                scores = {RATE: work.rate("one", profile=task, workers=1)}
            elif task == "cores":
                turns = range(config.repeats or self.repeats)
                pairs = [[work.rate(f"{n}-{turn}", workers=n) for n in (1, 2)] for turn in turns]
                scores = {
                    RATE: float(np.median([two for _, two in pairs])),
                    EFFICIENCY: float(np.median([two / one / 2 for one, two in pairs])),
                }
            elif task == "machines":
                with nodes(1) as cluster:
                    one = work.rate("one", engine="ray", address=cluster.address)
                with nodes(2) as cluster:
                    two = work.rate("two", engine="ray", address=cluster.address)
                scores = {RATE: two, EFFICIENCY: two / one / 2}
            else:
                scores = work.first_process(COPIES if config.limit is None else 10)
        load = {"before": round(before, 1), "after": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
        told = {name: {"value": three(value), "n": rows} for name, value in scores.items()}
        return {"scores": told, "anchors": {}, "load": load}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Rates, and how many cores one first process can keep at work."""
        told: dict[str, Any] = {
            f"{task}, {name}": score["value"]
            for task, found in results.items()
            for name, score in found["scores"].items()
            if name in {RATE, EFFICIENCY}
        }
        if {"fast", "first process"} <= results.keys():
            told["cores that one first process keeps at work, fast"] = most_cores(
                Measured.of({"tasks": results}, "fast")
            )
        return told


SCALE = Scale()


class _Work:
    """A library of so many rows, and screens of it."""

    def __init__(self, place: Path, rows: int) -> None:
        from itertools import islice

        from pharmakon.store.writers import write_parquet

        self.place, self.rows = place, rows
        records = [{"id": f"C{i:09d}", "smiles": smiles} for i, smiles in enumerate(islice(molecules(), rows))]
        write_parquet(place / "library.parquet", ("id", "smiles"), records)
        (place / "goal.toml").write_text(GOAL, encoding="utf-8")

    def screened(self, name: str, *, rows: int, **options: Any) -> list[float]:
        """Screen; when each shard was finished."""
        marks: list[float] = []

        def progress(done: int, total: int, note: str) -> None:
            if note == "shards":
                marks.append(time.monotonic())

        asked = {"objective": self.place / "goal.toml", "models": tuple(shipped_names()), "rows": rows} | options
        output, inputs = str(self.place / name), (str(self.place / "library.parquet"),)
        run(ScreenConfig(inputs=inputs, output=output, **asked), progress=progress)
        return marks

    def rate(self, name: str, **options: Any) -> float:
        """Molecules a second, without start and end."""
        rows = max(100, self.rows // (30 if options.get("profile") == "full" else 40))
        marks = self.screened(name, rows=rows, **options)
        first = min(2, len(marks) - 2)
        return rows * (len(marks) - 1 - first) / (marks[-1] - marks[first])

    def first_process(self, copies: int) -> dict[str, float]:
        """What it writes down and merges, with a shard as it comes from a worker."""
        from pharmakon.engine.shards import run_shards

        from .screen_summary import read_part

        kept: list[bytes] = []

        def progress(done: int, total: int, note: str) -> None:
            if note == "shards":
                kept.append(next((self.place / "run" / SHARDS).glob("part-*")).read_bytes())

        asked = {"objective": self.place / "goal.toml", "models": tuple(shipped_names()), "rows": max(100, self.rows)}
        inputs, output = (str(self.place / "library.parquet"),), str(self.place / "run")
        run(ScreenConfig(inputs=inputs, output=output, workers=1, **asked), progress=progress)
        content = kept[0]
        start = time.monotonic()
        parts = run_shards(
            ((i, range(SHARD)) for i in range(copies)), lambda _: content, self.place / "parts", suffix=".json.gz"
        )
        written = time.monotonic()
        whole = read_part(parts[0], top=10_000, seed=0)
        for part in parts[1:]:
            whole.merge(read_part(part, top=10_000, seed=0, into=whole.best))
        merged = time.monotonic()
        return {
            "bytes a row": (self.place / "library.parquet").stat().st_size / self.rows,
            "bytes a shard": float(len(content)),
            "shards/s": copies / (written - start),
            "merged/s": copies / (merged - written),
        }
