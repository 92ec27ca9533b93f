"""How many molecules a second, and in how much memory: the predict command from CSV to CSV, beside ADMET-AI's.

Every command runs as a user would run it, on the same molecules. A rate compares a long file with a short one: the rows
it has more over the seconds it takes more, so that what a command does once, such as loading its models, is in neither.
"""

from __future__ import annotations

import csv
import itertools
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of, unpacked

from .benchmark import BenchmarkConfig, Learner, Say
from .command_cost import cost, held

SETS = ("chembl31_s4dd_valid", "chembl22_bimodal", "chembl30_35_rdkitblog", "zinc250k", "chembl_reinvent_validation")
"""Drug-like molecules, in this order; a longer file begins again."""
SIZES = {"fast": (4_000, 20_000), "full": (200, 1_000), "admet_ai": (200, 1_000)}
MEMORY = {"memory_ten_thousand": 10_000, "memory_million": 1_000_000}
RATE, PEAK, LOST = "molecules/s", "peak memory, MB", "rows lost or changed"
BREAK_EVERY = 20
BROKEN = (
    "",
    "C1CC",
    "c1ccccc",
    "C(C)(C)(C)(C)C",
    "not a structure",
    "CC(=O)[Xx]",
    "C" * 1_200,
    "[Na+].[Cl-",
    '"=1+1"',
    "CCO\tCC N",
)
"""Ten ways in which a structure cannot be read."""


class AdmetSpeed:
    """Speed and memory of predicting the whole panel."""

    what = "molecules a second from CSV to CSV, whole panel, and memory from ten thousand rows to a million"
    protocol = (
        "each command as a user runs it; the rate between a short and a long file; one row in twenty of the memory "
        "files is broken, in ten ways; ADMET-AI from a virtual environment of its own (--admet-ai)"
    )
    published = "none: ADMET-AI is measured beside ours"
    needs = data_set(SETS[0]).files[0].path
    repeats = 3

    def tasks(self) -> Sequence[str]:
        return [*SIZES, *MEMORY]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name) for name in SETS]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        if task == "admet_ai" and config.admet_ai is None:
            return {"scores": {}, "anchors": {}, "note": "not measured: --admet-ai names no environment that has it"}
        with TemporaryDirectory() as folder:
            return self._memory(task, config, Path(folder)) if task in MEMORY else self._rate(task, config, folder, say)

    def _rate(self, task: str, config: BenchmarkConfig, folder: str, say: Say) -> dict[str, Any]:
        short, long = (min(size, config.limit or size) for size in SIZES[task])
        short = min(short, long // 2)
        found = []
        for repeat in range(config.repeats or self.repeats):
            say(f"run {repeat + 1}")
            seconds = []
            for rows in (short, long):
                table, out = Path(folder) / f"{rows}.csv", Path(folder) / f"{rows}-out.csv"
                write(table, rows, broken=False)
                seconds.append(round(cost(_command(task, table, out, config), held).seconds, 2))
                _require_rows(out, rows, task)
            found.append((long - short) / max(seconds[1] - seconds[0], 1e-9))
        median = float(np.median(found))
        scores = {RATE: {"value": three(median), "low": three(min(found)), "high": three(max(found)), "n": long}}
        return {"scores": scores, "anchors": {}, "runs": [three(rate) for rate in found], "cores": os.cpu_count()}

    def _memory(self, task: str, config: BenchmarkConfig, folder: Path) -> dict[str, Any]:
        rows = min(MEMORY[task], config.limit or MEMORY[task])
        table, out = folder / "in.csv", folder / "out.csv"
        write(table, rows, broken=True)
        got = cost(_command("fast", table, out, config), held)
        lost, problems = differences(table, out)
        scores = {
            PEAK: {"value": round(got.peak / 1e6), "low": None, "high": None, "n": rows},
            LOST: {"value": lost, "low": None, "high": None, "n": rows},
            "rows with a problem": {"value": problems, "low": None, "high": None, "n": rows},
        }
        broken = sum(1 for i in range(rows) if i % BREAK_EVERY == 0)
        return {
            "scores": scores,
            "anchors": {"rows with a problem": {"broken": broken}},
            "whole_s": round(got.seconds, 2),
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Rates as multiples of ADMET-AI's, where that was measured in the same run."""
        rate = {task: found["scores"][RATE]["value"] for task, found in results.items() if RATE in found["scores"]}
        rival = rate.pop("admet_ai", None)
        out: dict[str, Any] = {f"{task}, {RATE}": value for task, value in rate.items()}
        if rival:
            out |= {f"{task}, times ADMET-AI": round(value / rival) for task, value in rate.items()}
        return out


ADMET_SPEED = AdmetSpeed()


def molecules() -> Iterator[str]:
    """Structures without end."""
    for name in itertools.cycle(SETS):
        with unpacked(path_of(name)) as lines:
            for line in lines:
                words = line.decode().replace(",", " ").split()
                if words and words[0].casefold() not in ("smiles", "structure"):
                    yield words[0]


def write(path: Path, rows: int, *, broken: bool) -> None:
    """A table of structures with columns of its own; `broken` spoils every twentieth in one of ten ways."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["compound", "smiles", "plate"])
        for i, smiles in enumerate(itertools.islice(molecules(), rows)):
            spoilt = broken and i % BREAK_EVERY == 0
            text = BROKEN[i // BREAK_EVERY % len(BROKEN)] if spoilt else smiles
            table.writerow([f"C{i:07d}", text, f"P{i // 384:05d} well {i % 384}, µM"])


def differences(given: Path, made: Path) -> tuple[int, int]:
    """Rows that are missing, out of order, or whose own cells changed; and rows with a problem."""
    lost = problems = 0
    with given.open(encoding="utf-8", newline="") as one, made.open(encoding="utf-8", newline="") as two:
        for before, after in itertools.zip_longest(csv.DictReader(one), csv.DictReader(two)):
            if before is None or after is None or any(after.get(name) != cell for name, cell in before.items()):
                lost += 1
            elif after["problem"]:
                problems += 1
    return lost, problems


def _command(task: str, table: Path, out: Path, config: BenchmarkConfig) -> list[str]:
    if task == "admet_ai":
        program = Path(str(config.admet_ai)) / "bin" / "admet_predict"
        return [str(program), "--data_path", str(table), "--save_path", str(out), "--smiles_column", "smiles"]
    workers = [] if config.workers is None else ["--workers", str(config.workers)]
    return [sys.executable, "-m", "pharmakon", "predict", str(table), "-o", str(out), "--profile", task, *workers]


def _require_rows(out: Path, rows: int, task: str) -> None:
    with out.open(encoding="utf-8", newline="") as stream:
        found = sum(1 for _ in csv.reader(stream)) - 1
    if found < 0.9 * rows:
        raise DataError(f"{task} wrote {found:,} of {rows:,} rows: that is no measurement")


def three(value: float) -> float:
    """A rate as it is told: three digits, since the next run gives others."""
    return float(f"{value:.3g}")
