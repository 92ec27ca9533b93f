"""Screens that are disturbed on purpose, at moments drawn by chance, and gone on with: whether they end the same."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pharmakon.core.errors import DataError, PharmakonError
from pharmakon.core.lazy import require
from pharmakon.core.random import stream
from pharmakon.core.types import Progress
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_screen import GOAL
from .benchmark_speed import SETS, three, write
from .screen import SHARDS, ScreenConfig, run

ROWS, SHARD, RAY_ROWS = 1_000, 100, 20_000
SAME, TOLD, OVERHEAD = "ends byte-identical", "faults told in a sentence", "time beside that of the local engine"
FILES = ("top.csv", "top.parquet", "sketches.json", "problems.csv", "quarantine.csv", "scaffolds.csv")
WORKERS = 2
DISTURBED = ("disk-full", "killed", "altered", "machine-lost")


class ScreenFaults:
    """Each fault many times; whatever it was, the same command with --resume must end with the bytes of a quiet run."""

    what = "screens with a full disk, kills, altered shards and machines that leave, each gone on with; cost of Ray"
    protocol = (
        f"{ROWS:,} molecules of public sets in shards of {SHARD}, three goals and two constraints. disk-full: from a "
        "moment on, drawn among all writes that are waited for, every such write fails with ENOSPC (one process). "
        "killed: SIGKILL to the command after a time drawn up to that of a quiet run (two processes). altered: a byte "
        "of a finished shard is changed after a kill. machine-lost: one of two nodes of a Ray cluster of this machine "
        "is removed at a shard that is drawn. Then the same run with --resume; compared are all lists and sketches. "
        f"ray: {RAY_ROWS:,} molecules by two workers of each engine, shards of 500, the time from the fifth shard's "
        "end to the last's, so that no start is counted; median of three pairs. Both Ray tasks need its package"
    )
    published = "none: every run must end the same"
    needs = data_set(SETS[0]).files[0].path
    repeats = 10

    def tasks(self) -> Sequence[str]:
        return [*DISTURBED, "ray"]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name) for name in SETS]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        if task in {"machine-lost", "ray"}:
            require("ray", extra="ray", needed_for=f"the task {task}")
        random = stream(config.seed, "screen faults", task)
        with TemporaryDirectory() as name:
            trial = Trial(Path(name), rows=config.limit or (RAY_ROWS if task == "ray" else ROWS))
            if task == "ray":
                return _overhead(trial, config.repeats or 3, say)
            same, told, n = 0, 0, config.repeats or self.repeats
            for i in range(n):
                say(f"fault {i + 1} of {n}")
                good, clear = trial.disturbed(task, random)
                same, told = same + good, told + clear
        scores = {SAME: {"value": same / n, "n": n}}
        if task == "disk-full":
            scores[TOLD] = {"value": told / n, "n": n}
        return {"scores": scores, "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The worst share over all faults, and what Ray costs."""
        shares = [found["scores"][SAME]["value"] for found in results.values() if SAME in found["scores"]]
        told: dict[str, Any] = {f"{SAME}, worst": min(shares)} if shares else {}
        if "ray" in results:
            told[OVERHEAD] = results["ray"]["scores"][OVERHEAD]["value"]
        return told


SCREEN_FAULTS = ScreenFaults()


class Trial:
    """A library, and what a quiet screen of it ends with."""

    def __init__(self, place: Path, *, rows: int) -> None:
        self.place, self._made = place, 0
        write(place / "library.csv", rows, broken=True)
        (place / "goal.toml").write_text(GOAL, encoding="utf-8")
        start = time.monotonic()
        with full_disk(after=None) as writes:
            self.expected = self.files(run(self.asked("quiet")).folder)
        self.seconds, self.writes = time.monotonic() - start, writes[0]

    def asked(self, name: str, **options: Any) -> ScreenConfig:
        """A screen into the folder `name`."""
        asked = {"objective": self.place / "goal.toml", "top": 300, "rows": SHARD, "workers": 1} | options
        return ScreenConfig(inputs=(str(self.place / "library.csv"),), output=str(self.place / name), **asked)

    def files(self, folder: Path) -> list[bytes]:
        """What must be the same."""
        return [(folder / name).read_bytes() for name in FILES]

    def disturbed(self, fault: str, random: np.random.Generator) -> tuple[bool, bool]:
        """Disturb a run and go on with it: whether the end is the same, and whether the fault was told as ours."""
        self._made += 1
        name, told = f"run-{self._made}", True
        if fault == "disk-full":
            with full_disk(after=int(random.integers(self.writes - 1))):  # the last is of a folder, and not heeded
                try:
                    run(self.asked(name))
                except PharmakonError as error:
                    told = "No space left" in str(error)
                except OSError:
                    told = False
        elif fault == "machine-lost":
            self._lose_machine(name, random)
        else:
            self._kill(name, random.uniform(0.3, 1.0) * self.seconds)
            if fault == "altered":
                _alter(sorted((self.place / name / SHARDS).glob("part-*")), random)
        return self.files(run(self.asked(name, resume=True)).folder) == self.expected, told

    def _kill(self, name: str, seconds: float) -> None:
        keys = {"output", "objective", "top", "rows"}
        asked = self.asked(name).model_dump(mode="json", include=keys) | {"workers": 2}
        words = [word for key, value in asked.items() for word in (f"--{key}", str(value))]
        command = [sys.executable, "-m", "pharmakon", "screen", str(self.place / "library.csv"), *words]
        out = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=out, stderr=out) as one:  # noqa: S603 - our own command
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.wait(seconds)
            one.send_signal(signal.SIGKILL)

    def _lose_machine(self, name: str, random: np.random.Generator) -> None:
        with nodes(2) as cluster:
            second, at = cluster.worker_nodes.copy().pop(), int(random.integers(1, len(self.shards())))

            def progress(done: int, total: int, note: str) -> None:
                if note == "shards" and done == at:
                    cluster.remove_node(second, allow_graceful=False)

            run(self.asked(name, engine="ray", address=cluster.address, workers=None), progress=progress)

    def shards(self) -> range:
        """The numbers of the shards."""
        with (self.place / "library.csv").open(encoding="utf-8") as rows:
            return range(-(-(sum(1 for _ in rows) - 1) // SHARD))


@contextlib.contextmanager
def full_disk(*, after: int | None) -> Iterator[list[int]]:
    """Inside, every write that is waited for fails once there were `after`; gives their number so far."""
    real, seen = os.fsync, [0]

    def fsync(file: Any) -> None:
        seen[0] += 1
        if after is not None and seen[0] > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file)

    os.fsync = fsync  # type: ignore[assignment]
    try:
        yield seen
    finally:
        os.fsync = real


@contextlib.contextmanager
def nodes(count: int) -> Iterator[Any]:
    """A Ray cluster of so many nodes with a worker each, all on this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = require("ray", extra="ray", needed_for="a cluster")
    made = require("ray.cluster_utils", extra="ray", needed_for="a cluster").Cluster()
    try:
        for _ in range(count):
            made.add_node(num_cpus=1, object_store_memory=80 << 20, include_dashboard=False)
        yield made
    finally:
        ray.shutdown()
        made.shutdown()


def _alter(parts: Sequence[Path], random: np.random.Generator) -> None:
    """Change one byte of one of the files."""
    if not parts:
        return
    path = parts[int(random.integers(len(parts)))]
    content = bytearray(path.read_bytes())
    content[int(random.integers(len(content)))] ^= 1 << int(random.integers(8))
    path.write_bytes(content)


def _overhead(trial: Trial, repeats: int, say: Say) -> dict[str, Any]:
    """How much longer shards take with Ray, by two workers each."""
    ratios = []
    for i in range(repeats):
        say(f"pair {i + 1} of {repeats}")
        took = {}
        for engine in ("local", "ray") if i % 2 == 0 else ("ray", "local"):
            marks: list[float] = []
            name = f"{engine}-{i}"
            found = run(trial.asked(name, engine=engine, workers=WORKERS, rows=500), progress=_marking(marks))
            if trial.files(found.folder) != trial.expected:
                raise DataError(f"the engine {engine} gave other bytes")
            took[engine] = marks[-1] - marks[min(2 * WORKERS, len(marks) - 2)]
        ratios.append(took["ray"] / took["local"])
    ends = {"low": three(min(ratios)), "high": three(max(ratios))}
    value = {"value": three(float(np.median(ratios))), **ends, "n": trial.shards().stop * SHARD}
    return {"scores": {OVERHEAD: value}, "anchors": {}, "load": round(os.getloadavg()[0], 1)}


def _marking(marks: list[float]) -> Progress:
    def progress(done: int, total: int, note: str) -> None:
        if note == "shards":
            marks.append(time.monotonic())

    return progress
