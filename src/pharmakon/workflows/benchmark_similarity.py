"""How long the neighbours of a molecule, and of a thousand, take among ten million, and whether they are right."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from rdkit import DataStructs

from pharmakon.chem.fingerprints import bits_of_smiles
from pharmakon.chem.neighbours import Neighbours
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.files import write_atomic
from pharmakon.core.random import stream
from pharmakon.engine.local import engine
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of, unpacked

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_speed import SETS, three
from .command_cost import LOOK, below
from .index_files import open_fingerprints, write_fingerprints
from .index_view import Nearest, nearest

ROWS, QUERIES, TOP, BITS = 10_000_000, 1_000, 100, 2048
CHECKED, TIMED = 10, 20
"""Queries that are compared with all rows, too; and that are timed alone."""
BESIDE = 100_000
"""Fingerprints that RDKit compares with."""
READ, BLOCK = 2_000, 20_000
WORKERS = 2
DONE = "rows.txt"
ALONE, MANY = "1 query, s", "1,000 queries, s"
Packed = NDArray[np.uint8]


class SimilarityBenchmark:
    """The fingerprints as `pharmakon index` lays them out, the search as `pharmakon similar` does it."""

    what = "the 100 nearest neighbours of 1 query and of 1,000 among ten million fingerprints: seconds, and exactness"
    protocol = (
        "ECFP4, 2,048 bits; the distinct structures of the public sets, and to reach ten million crosses of two of "
        "these, each bit drawn from the one or the other; queries are real molecules that were left out; files mapped "
        "into memory, and read before; 1 query in an open index, 20 times another, 1,000 by two processes, their start "
        "counted; processor seconds beside, since others may use the machine; of 10 queries the answer beside that of "
        "comparing all, and beside RDKit's BulkTanimotoSimilarity among 100,000"
    )
    published = "none: RDKit is measured beside ours"
    needs = data_set(SETS[0]).files[0].path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return ["nearest"]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name) for name in SETS]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        rows, before = config.limit or ROWS, os.getloadavg()[0]
        folder = config.workplace / f"similarity-{rows}"
        folder.mkdir(parents=True, exist_ok=True)
        queries, made = _made(folder, config, rows, say)
        neighbours = open_fingerprints(folder)
        for start in range(0, rows, BLOCK):  # the files come into memory, where there is room for them
            neighbours.fold[:, start : start + BLOCK].max(), neighbours.words[start : start + BLOCK].max()
        say("one query at a time")
        one = [_timed(lambda i=i: nearest(neighbours, folder, queries[i : i + 1], TOP)) for i in range(TIMED)]  # type: ignore[misc]
        many, peaks, processor = [], [], []
        for repeat in range(config.repeats or self.repeats):
            say(f"1,000 queries, run {repeat + 1}")
            with _Watched() as watched:
                many.append(
                    _timed(lambda: nearest(neighbours, folder, queries, TOP, workers=config.workers or WORKERS))
                )
            peaks.append(watched.peak / 1e6)
            processor.append(many[-1][1] + watched.processor)
        found = many[0][2]
        say("comparing all")
        right = [_same(found[i], _all(neighbours, queries[i])) for i in range(CHECKED)]
        beside, rdkit = _rdkit(neighbours, queries[:CHECKED])
        last = [float(similarity[-1]) for similarity, _ in found if len(similarity) == TOP]
        load = {"before": round(before, 1), "after": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
        alone = float(np.median([cpu for _, cpu, _ in one]))
        scores = {
            ALONE: _score([seconds for seconds, _, _ in one], TIMED),
            "1 query, processor s": _score([cpu for _, cpu, _ in one], TIMED),
            MANY: _score([seconds for seconds, _, _ in many], len(queries)),
            "1,000 queries, processor s": _score(processor, len(queries)),
            "answers as by comparing all": _score([float(np.mean(right))], CHECKED),
            "answers as RDKit's": _score([float(np.mean(beside))], CHECKED),
            "rows a processor second, 1 query": _score([rows / alone], rows),
            "RDKit's rows a processor second": _score([BESIDE / seconds for seconds in rdkit], BESIDE),
            "most memory of a process beside the mapped files, MB": _score(peaks, rows),
            "similarity of the 100th neighbour": _score(last, len(last)),
        }
        return {"scores": scores, "anchors": {}, "load": load, "rows": {"real": made, "crossed": rows - made}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Seconds, and how many times RDKit's rate."""
        told: dict[str, Any] = {}
        for found in results.values():
            value = {name: score["value"] for name, score in found["scores"].items()}
            told |= {name: value[name] for name in (ALONE, MANY)}
            told["times RDKit"] = three(
                value["rows a processor second, 1 query"] / value["RDKit's rows a processor second"]
            )
        return told


SIMILARITY = SimilarityBenchmark()


def structures() -> Iterator[str]:
    """The molecules of the public sets, each text once."""
    seen: set[str] = set()
    for name in SETS:
        with unpacked(path_of(name)) as lines:
            for line in lines:
                words = line.decode().replace(",", " ").split()
                if words and words[0].casefold() not in ("smiles", "structure") and words[0] not in seen:
                    seen.add(words[0])
                    yield words[0]


def real(path: Path, config: BenchmarkConfig, rows: int, say: Say) -> Packed:
    """The fingerprints of at most so many real molecules, (n, 256), kept for a later run."""
    if not path.is_file():
        texts = islice(structures(), rows)
        batches = iter(lambda: list(islice(texts, READ)), [])
        found = []
        with engine(config.workers or WORKERS) as pool:
            for packed in pool.map(bits_of_smiles, batches):
                found.append(packed[packed.any(axis=1)])
                say(f"{READ * len(found):,} molecules read")
        partial = path.with_name(f"{path.stem}.partial.npy")
        np.save(partial, np.concatenate(found), allow_pickle=False)
        partial.replace(path)
    read: Packed = np.load(path, allow_pickle=False)
    return read


def enlarged(molecules: Packed, rows: int, *, seed: int) -> Iterator[Packed]:
    """So many fingerprints, some at a time: those given, and then crosses of two, bit by bit from either."""
    for start in range(0, min(rows, len(molecules)), BLOCK):
        yield molecules[start : min(start + BLOCK, rows)]
    for start in range(len(molecules), rows, BLOCK):
        random, n = stream(seed, "similarity", start), min(BLOCK, rows - start)
        one, other = random.integers(len(molecules), size=(2, n))
        mask = random.integers(256, size=(n, molecules.shape[1]), dtype=np.uint8)
        yield (molecules[one] & mask) | (molecules[other] & ~mask)


def _made(folder: Path, config: BenchmarkConfig, rows: int, say: Say) -> tuple[Packed, int]:
    """The queries, and how many of the rows are real; the files of the rows are in the folder then."""
    whole = rows + QUERIES > 500_000
    molecules = real(folder.parent / ("real.npy" if whole else f"real-{rows}.npy"), config, rows + QUERIES, say)
    asked = stream(config.seed, "similarity queries").permutation(len(molecules))
    count = min(QUERIES, len(molecules) // 2)
    queries, others = molecules[np.sort(asked[:count])], molecules[np.sort(asked[count:])]
    if not (folder / DONE).is_file():
        say(f"writing {rows:,} fingerprints")
        write_fingerprints(lambda: enlarged(others, rows, seed=config.seed), folder, bits=BITS)
        write_atomic(folder / DONE, f"{rows}\n")
    return queries, min(rows, len(others))


def _all(neighbours: Neighbours, query: Packed) -> Nearest:
    """The nearest neighbours by comparing all, which is another code than the search."""
    similarity = np.empty(len(neighbours), np.float64)
    for start in range(0, len(neighbours), BLOCK):
        rows = neighbours.words[start : start + BLOCK].view(np.uint8)
        similarity[neighbours.order[start : start + BLOCK]] = tanimoto(query[None, :], rows)[0]
    best = np.argpartition(-similarity, TOP)[:TOP] if len(similarity) > TOP else np.arange(len(similarity))
    best = np.flatnonzero(similarity >= similarity[best].min())
    best = best[np.lexsort((best, -similarity[best]))][:TOP]
    return similarity[best], best


def _rdkit(neighbours: Neighbours, queries: Packed) -> tuple[list[bool], list[float]]:
    """Whether the search among some rows gives what RDKit gives, and RDKit's processor seconds for a query."""
    some = neighbours.words[:: max(1, len(neighbours) // BESIDE)][:BESIDE].view(np.uint8)
    theirs = [DataStructs.CreateFromBinaryText(row.tobytes()) for row in some]
    ours = Neighbours.of(some).search(queries, TOP)
    same, seconds = [], []
    for query, found in zip(queries, ours, strict=True):
        vector = DataStructs.CreateFromBinaryText(query.tobytes())
        _, taken, all_ = _timed(lambda v=vector: np.array(DataStructs.BulkTanimotoSimilarity(v, theirs)))  # type: ignore[misc]
        best = np.lexsort((np.arange(len(all_)), -all_))[:TOP]
        same.append(_same(found, (all_[best], best[all_[best] > 0])))
        seconds.append(taken * BESIDE / len(theirs))
    return same, seconds


def _same(one: Nearest, other: Nearest) -> bool:
    return bool(np.array_equal(one[1], other[1]) and np.allclose(one[0], other[0][: len(one[0])], rtol=0, atol=1e-6))


def _timed(do: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds, processor seconds of this process, and what a function gives."""
    started, before = time.perf_counter(), time.process_time()
    given = do()
    return time.perf_counter() - started, time.process_time() - before, given


class _Watched:
    """The processes below this one: the most memory that one held of its own, and their processor seconds."""

    def __enter__(self) -> Self:
        self._done, self.peak, self._seconds = threading.Event(), 0.0, dict[int, float]()
        self._before = {pid: seconds for pid, (_, seconds) in below(os.getpid()).items()}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def processor(self) -> float:
        """Of all of them, up to the last look."""
        return sum(seconds - self._before.get(pid, 0.0) for pid, seconds in self._seconds.items())

    def _watch(self) -> None:
        while not self._done.wait(LOOK):
            for pid, (held, seconds) in below(os.getpid()).items():
                self.peak = max(self.peak, held)
                self._seconds[pid] = max(seconds, self._seconds.get(pid, 0.0))


def _score(values: Sequence[float], n: int) -> dict[str, Any]:
    low, high = (three(min(values)), three(max(values))) if len(values) > 1 else (None, None)
    return {"value": three(float(np.median(values))), "low": low, "high": high, "n": n}
