"""Fuzzed inputs to every parser: none may crash, hang or fill the memory; all are read, or refused in a sentence."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from pharmakon.core.errors import PharmakonError
from pharmakon.store.keys import KEY

from .benchmark import BenchmarkConfig, Learner, Say
from .fuzz import Kind, fuzzed, kinds

SHARES: Mapping[Kind, int] = {
    "SMILES": 30_000,
    "SDF": 15_000,
    "SMILES file": 5_000,
    "table": 12_000,
    "matrix": 6_000,
    "JSON": 15_000,
    "TOML": 7_000,
    "compressed": 2_000,
    "vault": 4_000,
    "Parquet": 2_000,
    "h5ad": 2_000,
}
"""Inputs of each kind, 100,000 together: more where one costs less."""
SECONDS, MOST = 5.0, 1_000_000_000
"""Most processor time of one input, and most bytes that the process which reads them may hold."""
PATIENCE = 120.0
"""Seconds by the clock for a process to start, or to read one input: the machine may do other things too."""
_SECRET = "00112233445566778899aabbccddeeff" * 2  # of vaults that hold nothing
READ, REFUSED = "read", "refused"


@dataclass(slots=True)
class Counts:
    """What became of the inputs of one kind. `failures` names each that should not be."""

    ends: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)
    slowest: float = 0.0
    memory: int = 0


class Parsers:
    """The parsers of everything that somebody may send: structures, tables, records, archives, vaults."""

    what = "100,000 fuzzed inputs to the parsers: SMILES, SDF, tables, Parquet, h5ad, JSON, TOML, archives, vaults"
    protocol = (
        "100,000 inputs, good ones and bombs bent up to eight times by seed, read in a process of their own; a crash, "
        f"an exception that is none of ours, more than {SECONDS:g} s of processor time and more than "
        f"{MOST // 10**6:,} MB are failures"
    )
    published = "none: no input may fail"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return list(SHARES)

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        number = min(SHARES[task], config.limit or SHARES[task])
        found = fuzz(task, number, seed=config.seed, say=say)
        n = sum(found.ends.values())
        scores = {
            "no failure": _score(1 - len(found.failures) / n, n),
            "refused in a sentence": _score(found.ends[REFUSED] / n, n),
            "slowest, s": _score(found.slowest, n),
            "memory at most, MB": _score(found.memory / 1e6, n),
        }
        return {"scores": scores, "anchors": {}, "failures": found.failures[:20]}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """How many inputs there were, and what was the worst."""
        scores = [result["scores"] for result in results.values()]
        failed = sum(round((1 - score["no failure"]["value"]) * score["no failure"]["n"]) for score in scores)
        return {
            "inputs": sum(score["no failure"]["n"] for score in scores),
            "failures": failed,
            "slowest, s": max((score["slowest, s"]["value"] for score in scores), default=0),
            "memory at most, MB": max((score["memory at most, MB"]["value"] for score in scores), default=0),
        }


def fuzz(kind: Kind, number: int, *, seed: int = 0, say: Say = lambda text: None) -> Counts:
    """Read `number` inputs of a kind in a process that is started anew after each that brings it down."""
    counts = Counts()
    start = 0
    while start < number:
        say(f"{start:,} of {number:,} inputs")
        start = _some(kind, start, number, seed, counts)
    return counts


def _some(kind: Kind, start: int, end: int, seed: int, counts: Counts) -> int:
    """Inputs from `start` on, until the end or the first that fails; the next one's number."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, kind, start, end, seed), daemon=True)
    process.start()
    theirs.close()
    now, ready = start, False
    try:
        if not ours.poll(PATIENCE):
            return _unready(kind)
        ready = ours.recv_bytes() == b"ready"
        while now < end:
            if not ours.poll(PATIENCE):
                return _failed(counts, kind, now, f"more than {PATIENCE:g} s by the clock") + 1
            outcome, seconds, held = ours.recv_bytes().decode(errors="replace").rsplit("\t", 2)
            counts.slowest, counts.memory = max(counts.slowest, float(seconds)), max(counts.memory, int(held))
            counts.ends[outcome if outcome in (READ, REFUSED) else "failed"] += 1
            if outcome not in (READ, REFUSED):
                counts.failures.append({"kind": kind, "number": now, "what": outcome[:200]})
            elif float(seconds) > SECONDS:
                counts.failures.append({"kind": kind, "number": now, "what": f"{seconds} s"})
            elif int(held) > MOST:
                counts.failures.append({"kind": kind, "number": now, "what": f"{int(held):,} bytes of memory"})
                return now + 1
            now += 1
        return now
    except EOFError:
        process.join(5)
        if not ready:
            return _unready(kind)
        return _failed(counts, kind, now, f"the process ended with {process.exitcode}") + 1
    finally:
        ours.close()
        process.kill()
        process.join()


def _unready(kind: Kind) -> NoReturn:
    raise PharmakonError(f"the process that reads {kind} did not start")


def _failed(counts: Counts, kind: Kind, number: int, what: str) -> int:
    counts.ends["failed"] += 1
    counts.failures.append({"kind": kind, "number": number, "what": what})
    return number


def _serve(line: Connection, kind: Kind, start: int, end: int, seed: int) -> None:
    """The process that reads: one message an input, of what came of it, its seconds and the memory held at most."""
    os.environ[KEY] = _SECRET
    warnings.simplefilter("ignore")
    read = reader(kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / kinds()[kind]
        attempt(read, fuzzed(kind, 0, seed=seed), path)  # imports cost seconds, and belong to no input
        line.send_bytes(b"ready")
        for number in range(start, end):
            content = fuzzed(kind, number, seed=seed)
            before = time.process_time()
            said = attempt(read, content, path)
            seconds = time.process_time() - before
            line.send_bytes(f"{said}\t{seconds:.4f}\t{_held()}".encode())


def attempt(read: Callable[[bytes, Path], object], content: bytes, path: Path) -> str:
    """Whether it was "read" or "refused"; else the exception that should not have been."""
    try:
        read(content, path)
    except PharmakonError:
        return REFUSED
    except Exception as error:  # noqa: BLE001  finding these is what it is for
        return f"{type(error).__name__}: {error}"
    return READ


def reader(kind: Kind) -> Callable[[bytes, Path], object]:
    """What reads an input of a kind, as the verbs do."""
    if kind == "SMILES":
        return _read_smiles
    return {"JSON": _read_json, "TOML": _read_toml, "matrix": _read_matrix, "h5ad": _read_matrix}.get(kind, _read_table)


def _read_smiles(content: bytes, path: Path) -> None:
    from pharmakon.chem.parse import canonical, parse

    found = parse(content.decode(errors="replace"))
    if found.mol is not None:
        canonical(found.mol)


def _read_table(content: bytes, path: Path) -> None:
    from pharmakon.chem.parse import parse
    from pharmakon.store.tables import open_table

    path.write_bytes(content)
    for row in open_table(path).rows():
        if row.number <= 20 and not row.problem:
            parse(row.structure)


def _read_matrix(content: bytes, path: Path) -> None:
    from pharmakon.store.matrix import read_frame, read_matrix

    path.write_bytes(content)
    read_frame(path, columns=[None])
    read_matrix(path)


def _read_json(content: bytes, path: Path) -> None:
    from pharmakon.store.hierarchical import read_json

    path.write_bytes(content)
    read_json(path)


def _read_toml(content: bytes, path: Path) -> None:
    from pharmakon.core.config import read_toml

    path.write_bytes(content)
    read_toml(path)


def _held() -> int:
    """The most bytes that this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _score(value: float, n: int) -> dict[str, Any]:
    return {"value": round(value, 4), "n": n}


PARSERS = Parsers()
