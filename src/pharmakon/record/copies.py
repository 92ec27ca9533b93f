"""Copies of ledgers for people and for programs, as 21 CFR 11.10(b) asks: rows out, and the same bytes back.

A row is one entry of one chain: the run's ledger, or the signatures beside it. Which record it is of, its first
entry's hash says, and for a model the hash of its sums; the folder's name is there for people alone.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pharmakon.core.errors import RecordError
from pharmakon.core.files import sha256

from .content import SUMS, kind_of
from .entry import FIRST, LEDGER, SIGNATURES, Entry, canonical, parse

Chain = Literal["ledger", "signatures"]
FILES: dict[Chain, str] = {"ledger": LEDGER, "signatures": SIGNATURES[0]}
COLUMNS = ("record", "name", "chain", "seq", "time", "user", "event", "data", "by", "clock", "previous", "hash")


@dataclass(frozen=True, slots=True)
class Row:
    """An entry, and where it is from."""

    record: str
    name: str
    chain: Chain
    entry: Entry

    @property
    def line(self) -> str:
        """The entry as it stands in its file, without the line's end."""
        return self.entry.line().decode()[:-1]


def rows(folder: Path) -> list[Row]:
    """Every entry of a record's ledger and of its signatures. RecordError where a line is not as it was written."""
    kind = kind_of(folder)
    found: list[Row] = []
    record = sha256(folder / SUMS) if kind == "model" else ""
    for chain, name in FILES.items():
        path = folder / name
        if (kind == "model" and chain == "ledger") or not path.is_file():
            continue
        before = FIRST
        for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
            entry = parse(line)
            if entry is None or entry.seq != number or entry.previous != before:
                raise RecordError(f"{path}, line {number}: not as it was written; `pharmakon ledger verify` says how")
            before = entry.hash
            record = record or entry.hash
            found.append(Row(record, folder.resolve().name, chain, entry))
    return found


def as_jsonl(found: Iterable[Row]) -> str:
    """A line of JSON for each row."""
    lines = ({"record": r.record, "name": r.name, "chain": r.chain, "entry": json.loads(r.line)} for r in found)
    return "".join(canonical(line).decode() + "\n" for line in lines)


def as_csv(found: Iterable[Row]) -> str:
    """A table for a spreadsheet; what is nested stands as JSON, and no text is one that it would run as a formula."""
    from pharmakon.store.writers import guarded

    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in found:
        e = row.entry
        nested = [canonical(dict(value)).decode() for value in (e.data, e.by, e.clock)]
        name, time, user, event = (guarded(str(s)) for s in (row.name, e.time, e.by.get("user", ""), e.event))
        table.writerow([row.record, name, row.chain, e.seq, time, user, event, *nested, e.previous, e.hash])
    return out.getvalue()


def read_copy(path: Path) -> list[Row]:
    """The rows of a copy, each entry's hash checked. RecordError where one does not hold."""
    text = path.read_bytes().decode()
    found = list(_from_csv(text) if path.suffix.casefold() == ".csv" else _from_jsonl(text))
    for number, row in enumerate(found, start=1):
        if parse(row.line.encode()) is None:
            raise RecordError(f"{path}, row {number}: entry {row.entry.seq} is not as it was written")
    return found


def text_of(found: Iterable[Row], record: str, chain: Chain) -> bytes:
    """A chain's file again, to the byte."""
    return b"".join(row.entry.line() for row in found if row.record == record and row.chain == chain)


def _from_jsonl(text: str) -> Iterator[Row]:
    for line in text.split("\n")[:-1]:  # a line's text may hold other signs that end lines elsewhere
        row = json.loads(line)
        yield Row(row["record"], row["name"], row["chain"], Entry(**row["entry"]))


def _from_csv(text: str) -> Iterator[Row]:
    from pharmakon.store.writers import unguarded

    csv.field_size_limit(1 << 30)
    for row in csv.DictReader(io.StringIO(text, newline="")):
        entry = Entry(
            seq=int(row["seq"]),
            time=unguarded(row["time"]),
            event=unguarded(row["event"]),
            data=json.loads(row["data"]),
            previous=row["previous"],
            hash=row["hash"],
            by=json.loads(row["by"]),
            clock=json.loads(row["clock"]),
        )
        yield Row(row["record"], unguarded(row["name"]), "ledger" if row["chain"] == "ledger" else "signatures", entry)
