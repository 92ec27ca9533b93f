"""One line of a ledger: canonical JSON whose hash covers the line before it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pharmakon.core.errors import RecordError
from pharmakon.core.files import write_atomic

FIRST = "0" * 64
"""What the first entry names as its previous hash."""

LEDGER = "ledger.jsonl"
SIGNATURES = ("signatures.jsonl", "signatures.head.json")
"""A chain of its own beside the ledger, so that what is closed stays closed, and its head."""
CRATE = ("ro-crate-metadata.json", "ro-crate-metadata.dsse.json")
"""What says of the whole folder what it is, written when the ledger is closed, and the signature of that."""
CLOSED, OUTPUT, REPAIRED, AMENDED, CHECKPOINT = "closed", "output", "repaired", "amended", "checkpoint"
"""Events with a meaning to the ledger itself."""

_KEYS = {"seq", "time", "event", "data", "previous", "hash"}
_NOTES = {"by", "clock"}
"""Keys that an entry may have: ledgers written before these were thought of lack them, and stay readable."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: `seq` counts from 1, `time` is UTC to the microsecond, hashes are SHA-256 in hex.

    `by` says who wrote it (`record.actor`). `clock` names the clock in the first entry of each writer, and holds
    `behind`, seconds, where the entry before is dated later.
    """

    seq: int
    time: str
    event: str
    data: Mapping[str, Any]
    previous: str
    hash: str
    by: Mapping[str, Any] = field(default_factory=dict)
    clock: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def make(
        cls,
        seq: int,
        time: str,
        event: str,
        data: Mapping[str, Any],
        previous: str,
        *,
        by: Mapping[str, Any] | None = None,
        clock: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Raises RecordError when `data` is not plain JSON (NaN and infinity are refused)."""
        entry = cls(seq, time, event, _plain(dict(data), event), previous, "", dict(by or {}), dict(clock or {}))
        return replace(entry, hash=hashlib.sha256(canonical(entry.body())).hexdigest())

    def body(self) -> dict[str, Any]:
        """What the hash is of."""
        body = {"seq": self.seq, "time": self.time, "event": self.event, "data": self.data, "previous": self.previous}
        return body | {key: value for key, value in (("by", self.by), ("clock", self.clock)) if value}

    def line(self) -> bytes:
        """The entry as it stands in the file, line end included."""
        return canonical({**self.body(), "hash": self.hash}) + b"\n"


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries there are and the last one's hash: the anchor that makes a cut at the end show."""

    count: int = 0
    hash: str = FIRST


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value: sorted keys, no spaces, UTF-8, no NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def parse(line: bytes) -> Entry | None:
    """The entry a line holds (no line end), or None when a single byte of it is not as it was written."""
    try:
        body = json.loads(line)
        if not _KEYS <= set(body) <= _KEYS | _NOTES or type(body["seq"]) is not int:
            return None
        tables, texts = body.keys() & {"data", *_NOTES}, ("time", "event", "previous", "hash")
        if not all(isinstance(body[k], dict) for k in tables) or not all(isinstance(body[k], str) for k in texts):
            return None
        entry = Entry(**body)
        # The whole line again, so that a key without a value, which the hash leaves out, cannot slip in.
        sound = hashlib.sha256(canonical(entry.body())).hexdigest() == entry.hash and entry.line() == line + b"\n"
        return entry if sound else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def when(entry: Entry) -> datetime | None:
    """The time that an entry bears; None where a forger wrote something else."""
    try:
        time = datetime.fromisoformat(entry.time)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def claimed_seq(line: bytes) -> int:
    """The number a damaged line still claims, or 0."""
    try:
        seq = json.loads(line)["seq"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return 0
    return seq if type(seq) is int else 0


def locate(path: str | Path) -> Path:
    """A folder stands for the ledger in it, also one that is not there yet."""
    path = Path(path)
    return path if path.suffix == ".jsonl" or path.is_file() else path / LEDGER


def head_path(ledger: Path) -> Path:
    """`ledger.jsonl` keeps its head in `ledger.head.json`."""
    return ledger.with_suffix(".head.json")


def write_head(ledger: Path, head: Head) -> None:
    """Replace the head in one step, durably: after a crash the old or the new one is there, never half of one."""
    write_atomic(head_path(ledger), canonical({"count": head.count, "hash": head.hash}) + b"\n")


def read_head(ledger: Path) -> Head | None:
    """The anchored head; None when there is no such file.

    Raises RecordError when the file does not hold a head.
    """
    path = head_path(ledger)
    try:
        head = Head(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, RecursionError):
        head = Head(count=-1)
    if type(head.count) is not int or head.count < 0 or not isinstance(head.hash, str):
        raise RecordError(f"the head {path.name} was edited (it does not hold a count and a hash)")
    return head


def _plain(value: Any, place: str) -> Any:
    """`value` as JSON knows it, so that what is hashed is what is read back. Says where it is not plain."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise RecordError(f"the ledger takes text as keys; {place} has the key {key!r}")
        return {key: _plain(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{place}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise RecordError(f"{place} is text that UTF-8 cannot write") from None
        return str(value)
    if isinstance(value, float):  # also numpy's float64
        if not math.isfinite(value):
            raise RecordError(f"the ledger refuses {value}; {place} must be a finite number, or null")
        return float(value)
    if value is None or isinstance(value, bool | int):
        return value
    raise RecordError(f"the ledger takes plain JSON; {place} is {type(value).__name__}")
