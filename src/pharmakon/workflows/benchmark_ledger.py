"""Ledgers and signatures that were attacked, which must all be found and named; appends a second; writers at once."""

from __future__ import annotations

import os
import re
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pharmakon.core.random import stream
from pharmakon.record.approval import check
from pharmakon.record.entry import LEDGER, parse
from pharmakon.record.identity import Signer
from pharmakon.record.ledger import Ledger, verify
from pharmakon.record.trust import TrustList

from .benchmark import BenchmarkConfig, Learner, Say
from .ledger_attacks import ENTRIES, KINDS, OF_SIGNATURES, Files, Record, Touched

TRIES, RECORDS, REPEATS = 10_000, 2_000, 5
BATCHES = (1, 10, 100, 1000)
WRITERS = (2, 4)
EACH = 100
"""Entries that each of several writers adds."""


class Ledgers:
    """Every way to change a record without its key, and what keeping one costs."""

    what = "ledgers: 10,000 attacks on entries and signatures, the speed of durable appends, writers at once"
    protocol = (
        f"10,000 attacks, by turns of each kind, on a closed ledger of {ENTRIES + 1} entries, signed when it was "
        "closed, with signatures of author, reviewer and approver. Those on signatures make every hash and the head "
        "right again, as somebody can who has no key. An attack counts as found where verify has a problem, and as "
        "named where a problem names the place: the number of each entry or signature that was touched; of an "
        "insertion or a cut, the one before it; of a chain rewritten with all its hashes, the signed checkpoint that "
        "no longer holds; of the head, the head. The untouched record as control, after each attack. Appends a second "
        f"of {RECORDS:,} records, each batch on the disk before the next begins (one by one: a tenth as many); beside "
        f"them fsync alone on the same disk. Two and four processes at once, each adding {EACH} entries one by one: "
        "the share that is there in the end, once each, in an unbroken chain"
    )
    published = "none: all must be found and named; at least 1,000 records/s; nothing lost"
    needs = ""
    repeats = REPEATS

    def tasks(self) -> Sequence[str]:
        return ["attacks", "appends", "writers"]

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        config.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=config.folder) as place:
            if task == "attacks":
                scores = _attacked(Path(place), config.limit or TRIES, config.seed, say)
            elif task == "appends":
                scores = _appended(Path(place), config.limit or RECORDS, config.repeats or REPEATS, say)
            else:
                scores = _written(Path(place), config.limit or EACH)
        return {"scores": scores, "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """What was found and named of all, and the speed."""
        said: dict[str, Any] = {}
        attacks = results.get("attacks", {}).get("scores", {})
        for what in (FOUND, NAMED):
            kinds = [score for name, score in attacks.items() if name.endswith(what) and name != f"all: {what}"]
            if kinds:
                n = sum(score["n"] for score in kinds)
                said[f"attacks {what}"] = f"{sum(round(s['value'] * s['n']) for s in kinds):,} of {n:,}"
        for name, score in results.get("appends", {}).get("scores", {}).items():
            said[name] = score["value"]
        for name, score in results.get("writers", {}).get("scores", {}).items():
            said[name] = score["value"]
        return said


FOUND, NAMED, CONTROL = "found", "place named", "untouched: whole"


def _attacked(folder: Path, tries: int, seed: int, say: Say) -> dict[str, Any]:
    """Shares found and named, by kind of attack, and the share of untouched records that are whole."""
    people = [_person(name) for name in ("Author", "Reviewer", "Approver")]
    roles = ("author", "reviewer", "approver")
    trust = TrustList.model_validate(
        {"people": [{"name": p.name, "key": p.key, "roles": [r]} for p, r in zip(people, roles, strict=True)]}
    )
    found: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    named: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    whole: list[bool] = []
    place = folder / "attacked"
    place.mkdir()
    record = None
    for i in range(tries):
        random = stream(seed, "ledger", str(i))
        if i % 500 == 0:
            say(f"{i:,} of {tries:,} attacks")
            record = Record(folder / str(i), random, people)
        assert record is not None  # noqa: S101  - made at i = 0
        kind = list(KINDS)[i % len(KINDS)]
        files, touched = KINDS[kind](record, random)
        problems = _problems(place, files, trust)
        found[kind].append(bool(problems))
        named[kind].append(_names(problems, touched, of_signatures=kind in OF_SIGNATURES))
        whole.append(not _problems(place, record.files, trust))
    scores = {}
    for kind in KINDS:
        scores[f"{kind}: {FOUND}"] = _share(found[kind])
        scores[f"{kind}: {NAMED}"] = _share(named[kind])
    scores[f"all: {FOUND}"] = _share([one for kind in KINDS for one in found[kind]])
    scores[f"all: {NAMED}"] = _share([one for kind in KINDS for one in named[kind]])
    return {**scores, CONTROL: _share(whole)}


def _problems(place: Path, files: Files, trust: TrustList) -> list[str]:
    for path in place.iterdir():
        path.unlink()
    for name, content in files.items():
        (place / name).write_bytes(content)
    return [*verify(place, trust=trust).problems, *check(place, trust).problems]


def _names(problems: Sequence[str], touched: Touched, *, of_signatures: bool) -> bool:
    """Whether each touched number stands in a problem of its chain, alone or within a range, and each word in any."""
    said = [re.sub(r"\(.*?\)", "", p) for p in problems if p.startswith("signature") == of_signatures]
    spans = [(int(a), int(b or a)) for p in said for a, b in re.findall(r"(\d+)(?:-(\d+))?", p)]
    return all(
        any(what in p for p in problems) if isinstance(what, str) else any(a <= what <= b for a, b in spans)
        for what in touched
    )


def _person(name: str) -> Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    return Signer(name, "", private.public_key().public_bytes_raw().hex(), private.private_bytes_raw())


# --- speed, and several writers -----------------------------------------------------------------------------------


def _appended(folder: Path, records: int, repeats: int, say: Say) -> dict[str, Any]:
    """Records a second that are on the disk, by the size of the batch, and what the disk alone does."""
    found: dict[str, list[float]] = {}
    for turn in range(repeats):
        say(f"{turn + 1} of {repeats}")
        for batch in BATCHES:
            # One by one the disk is waited for so often that a tenth of them is enough to tell.
            n = max(records // 10, 20) if batch == 1 else max(records, batch)
            name = "one by one, records/s" if batch == 1 else f"in batches of {batch:,}, records/s"
            found.setdefault(name, []).append(n / _seconds(Ledger(folder / f"{turn}-{batch}"), n, batch))
        found.setdefault("fsync alone, per second", []).append(_fsyncs(folder / f"{turn}"))
    return {name: _over(values) for name, values in found.items()}


def _seconds(ledger: Ledger, records: int, batch: int) -> float:
    start = time.perf_counter()
    for first in range(0, records, batch):
        many = range(first, min(first + batch, records))
        ledger.append_many(("batch", {"number": number, "smiles": "CC(=O)Oc1ccccc1C(=O)O"}) for number in many)
    return time.perf_counter() - start


def _fsyncs(path: Path, number: int = 200) -> float:
    """How often a second the disk writes 300 bytes, and says so."""
    start = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for _ in range(number):
            file.write(b"x" * 300)
            os.fsync(file.fileno())
    return number / (time.perf_counter() - start)


def _written(folder: Path, each: int) -> dict[str, Any]:
    """The share of entries that are there, once each, in an unbroken chain, after processes wrote at once."""
    scores = {}
    for writers in WRITERS:
        place = folder / str(writers)
        with ProcessPoolExecutor(writers, mp_context=get_context("spawn")) as pool:
            list(pool.map(_write, [str(place)] * writers, range(writers), [each] * writers))
        entries = [parse(line) for line in (place / LEDGER).read_bytes().splitlines()]
        there = {(e.data["writer"], e.data["number"]) for e in entries if e is not None}
        whole = verify(place).ok and len(entries) == len(there)
        share = len(there) / (writers * each) if whole else 0.0
        scores[f"{writers} writers: kept"] = {"value": share, "low": None, "high": None, "n": writers * each}
    return scores


def _write(folder: str, writer: int, each: int) -> None:
    ledger = Ledger(folder)
    for number in range(each):
        ledger.append("batch", writer=writer, number=number)


def _share(values: Sequence[bool]) -> dict[str, Any]:
    """A share, with its exact one-sided 95 % bound where none failed (the rule of three)."""
    n = len(values)
    share = sum(values) / n
    return {"value": share, "low": round(0.05 ** (1 / n), 6) if all(values) else 0.0, "high": 1.0, "n": n}


def _over(values: Sequence[float]) -> dict[str, Any]:
    middle, low, high = statistics.median(values), min(values), max(values)
    return {"value": round(middle, 1), "low": round(low, 1), "high": round(high, 1), "n": len(values)}


LEDGERS = Ledgers()
