"""How long a library of 100,000 molecules takes to open, to page, to sort, to filter and to search."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.files import sha256
from pharmakon.core.random import stream
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say, told
from .benchmark_speed import SETS, write
from .library import LibraryConfig, read_facts, run
from .library_filter import LibraryFilter, Order, Similar
from .library_view import Library

ROWS, REPEATS, SHOWN = 100_000, 20, 50
COLUMNS = ("mw", "logp", "tpsa", "qed", "solubility", "herg", "ames", "bbb", "hia")
"""What the page shows at first."""
SMARTS = (
    "c1ccncc1",
    "C(=O)[OH]",
    "[NX3;H2]",
    "c1ccc2[nH]ccc2c1",
    "S(=O)(=O)N",
    "C#N",
    "C(F)(F)F",
    "c1ccsc1",
    "N=[N+]=[N-]",
)


class LibraryBenchmark:
    """Each request as the page makes it, on a library of drug-like molecules; none is answered from memory."""

    what = "a library of 100,000 molecules: seconds to open, page, sort, filter and search it"
    protocol = (
        "drug-like molecules of public sets, the fast profile; each kind of request many times, each time with another "
        "column, bound, molecule or place, median and 95th percentile; to open is to read the facts, find all rows "
        "and fetch the first 50 with nine columns; the whole substructure search, screen and exact, is counted"
    )
    published = "none"
    needs = data_set(SETS[0]).files[0].path
    repeats = REPEATS

    def tasks(self) -> Sequence[str]:
        return ["library"]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name) for name in SETS]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        rows = config.limit or ROWS
        folder, before = _made(config, rows, say), os.getloadavg()[0]
        random = stream(config.seed, "library", rows)
        taken: dict[str, list[float]] = {}
        for repeat in range(config.repeats or REPEATS):
            say(f"round {repeat + 1}")
            for name, seconds in _round(folder, repeat, random):
                taken.setdefault(name, []).append(seconds)
        load = {"before": round(before, 1), "after": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
        scores = {key: score for name, some in taken.items() for key, score in percentiles(name, some).items()}
        return {"scores": scores, "anchors": {}, "load": load}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Seconds of each kind of request."""
        return {f"{name}, s": score["value"] for one in results.values() for name, score in one["scores"].items()}


LIBRARY = LibraryBenchmark()


def percentiles(name: str, seconds: Sequence[float]) -> dict[str, dict[str, Any]]:
    """Median, with the range, and 95th percentile of some times."""
    n = len(seconds)
    spread = {"low": _three(min(seconds)), "high": _three(max(seconds))}
    return {
        name: {"value": _three(float(np.median(seconds))), **spread, "n": n},
        f"{name}, 95th percentile": {"value": _three(float(np.percentile(seconds, 95))), "n": n},
    }


def _made(config: BenchmarkConfig, rows: int, say: Say) -> Path:
    """The library, from an earlier run where its file is still the same."""
    place = config.workplace / f"library-{rows}"
    place.mkdir(parents=True, exist_ok=True)
    table, folder = place / "molecules.csv", place / "library"
    write(table, rows, broken=False)
    if (folder / "library.json").is_file() and read_facts(folder)["sha256"] == sha256(table):
        return folder
    run(LibraryConfig(data=table, output=folder, workers=config.workers, resume=True), progress=told(say))
    return folder


def _round(folder: Path, repeat: int, random: np.random.Generator) -> Iterator[tuple[str, float]]:
    def opened() -> Library:
        library = Library(folder)
        library.page(library.find(LibraryFilter())[:SHOWN].tolist(), COLUMNS)
        return library

    library, seconds = timed(opened)
    yield "open", seconds
    numbers = [name for name, column in library.columns.items() if column["kind"] in ("number", "estimate")]
    start = int(random.integers(0, max(1, library.rows - SHOWN)))
    yield "a page", timed(lambda: library.page(range(start, min(library.rows, start + SHOWN)), COLUMNS))[1]
    name = numbers[repeat % len(numbers)]

    def first(asked: LibraryFilter, order: Order | None = None) -> None:
        library.page(library.find(asked, order)[:SHOWN].tolist(), COLUMNS)

    yield "sort", timed(lambda: first(LibraryFilter(), Order(sort=name, down=bool(repeat % 2))))[1]
    other = numbers[int(random.integers(len(numbers)))]
    low = {one: float(np.nanquantile(library.values(one), random.random())) for one in (name, other)}
    ranges = LibraryFilter(ranges={one: (bound, None) for one, bound in low.items()})
    yield "filter by two properties", timed(lambda: first(ranges, Order(sort=other)))[1]
    yield "filter by text", timed(lambda: first(LibraryFilter(text=f"{random.integers(10**4)}")))[1]
    fresh = numbers[(repeat * 7 + 3) % len(numbers)]
    yield "a column for the plot", timed(lambda: Library(folder).values(fresh))[1]
    smiles = str(library.page([int(random.integers(library.rows))], [])[0]["smiles"])
    alike = LibraryFilter(similar=Similar(smiles=smiles, at_least=0.4))
    yield "molecules alike", timed(lambda: first(alike, Order(sort="similarity", down=True)))[1]
    if repeat % 4 == 0:
        smarts = SMARTS[repeat // 4 % len(SMARTS)]
        yield "substructure", timed(lambda: library.search(smarts, wait=600.0))[1]


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    """What a function gives, and its seconds."""
    started = time.perf_counter()
    return do(), time.perf_counter() - started


def _three(value: float) -> float:
    return float(f"{value:.3g}")
