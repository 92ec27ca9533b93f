"""Every way to change a ledger and its signatures without the key: each attack on a signed record, and its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.record.actor import Actor
from pharmakon.record.approval import sign
from pharmakon.record.entry import FIRST, LEDGER, SIGNATURES, Entry, head_path, parse
from pharmakon.record.identity import Signer
from pharmakon.record.ledger import Ledger
from pharmakon.record.state import Meaning

ENTRIES = 24
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MEANINGS: tuple[Meaning, ...] = ("authored", "reviewed", "approved")

Files = dict[str, bytes]
Touched = tuple[int | str, ...]
"""What a problem has to name: the number of an entry or a signature, or words."""
Attack = Callable[["Record", np.random.Generator], tuple[Files, Touched]]


class Record:
    """A signed run as bytes by file name, and another one to take things from."""

    def __init__(self, folder: Path, random: np.random.Generator, people: Sequence[Signer]) -> None:
        self.files = _made(folder / "a", random, people)
        self.other = _made(folder / "b", random, people)

    def lines(self, name: str = LEDGER) -> list[bytes]:
        return self.files[name].splitlines(keepends=True)

    def with_lines(self, lines: Sequence[bytes], name: str = LEDGER) -> Files:
        return {**self.files, name: b"".join(lines)}


def _made(folder: Path, random: np.random.Generator, people: Sequence[Signer]) -> Files:
    ledger = Ledger(folder, by=Actor("author@site", "author@site"), signer=people[0])
    ledger.append_many(("batch", {"number": i, "draw": int(random.integers(1 << 30))}) for i in range(ENTRIES))
    ledger.seal()
    for who, meaning in zip(people, MEANINGS, strict=True):
        at = Actor(f"{who.name}@site", f"{who.name}@site")
        sign(folder, who, meaning, "read it", authenticated="benchmark", when=NOW, by=at)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- attacks on entries: each gives the files, and the numbers that must be named ---------------------------------


def _edited(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    lines = record.lines()
    at = int(random.integers(len(lines)))
    line = bytearray(lines[at])
    line[int(random.integers(len(line) - 1))] ^= 1 << int(random.integers(7))
    if b"\n" in line[:-1]:  # a bit that makes a line's end makes two lines of one: another attack
        return _edited(record, random)
    return record.with_lines([*lines[:at], bytes(line), *lines[at + 1 :]]), (at + 1,)


def _forged(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """An entry with other data, its own hash made right."""
    lines = record.lines()
    at = int(random.integers(len(lines)))
    old = _read(lines[at])
    data = {**old.data, "draw": int(random.integers(1 << 30)), "forged": True}
    new = Entry.make(old.seq, old.time, old.event, data, old.previous, by=old.by, clock=old.clock)
    return record.with_lines([*lines[:at], new.line(), *lines[at + 1 :]]), (at + 1,)


def _rewritten(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """An entry with other data, and every hash from there to the head made right: only the checkpoint can tell."""
    entries = [_read(line) for line in record.lines()]
    at = int(random.integers(len(entries) - 1))
    entries[at] = _with_data(entries[at], {**entries[at].data, "draw": int(random.integers(1 << 30)), "forged": True})
    return {**record.files, **_chained(entries, LEDGER)}, (len(entries),)


def _deleted(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """Some entries, the last never among them: that is a cut."""
    lines = record.lines()
    first = int(random.integers(len(lines) - 1))
    end = int(random.integers(first + 1, min(first + 5, len(lines))))
    return record.with_lines([*lines[:first], *lines[end:]]), tuple(range(first + 1, end + 1))


def _inserted(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """An entry that continues the chain where it goes in, one of another ledger, or rubbish."""
    lines = record.lines()
    at = int(random.integers(len(lines) + 1))
    before = _read(lines[at - 1]) if at else None
    choice = int(random.integers(3))
    if choice == 0:
        previous = before.hash if before else FIRST
        line = Entry.make(at + 1, "2026-01-01T00:00:00.000000Z", "batch", {"forged": 1}, previous).line()
    elif choice == 1:
        line = record.other[LEDGER].splitlines(keepends=True)[min(at, len(lines) - 1)]
    else:
        line = random.bytes(40).replace(b"\n", b" ") + b"\n"
    return record.with_lines([*lines[:at], line, *lines[at:]]), (at,)


def _reordered(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """Two entries change places."""
    lines = record.lines()
    i, j = sorted(int(n) for n in random.choice(len(lines), size=2, replace=False))
    lines[i], lines[j] = lines[j], lines[i]
    return record.with_lines(lines), (i + 1, j + 1)


def _truncated(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """Cut anywhere."""
    text = record.files[LEDGER]
    kept = text[: int(random.integers(len(text)))]
    return {**record.files, LEDGER: kept}, (kept.count(b"\n"),)


def _cut_with_head(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """Cut behind an entry, and the head made right: only signatures and a trust list can tell."""
    entries = [_read(line) for line in record.lines()]
    kept = entries[: int(random.integers(1, len(entries)))]
    return {**record.files, **_chained(kept, LEDGER)}, (f"it holds {len(kept)}",)


def _head_changed(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """Another count, another hash, rubbish, or no head."""
    name, n = head_path(Path(LEDGER)).name, len(record.lines())
    head = json.loads(record.files[name])
    choice = int(random.integers(4))
    if choice == 0:
        count = int(random.choice([k for k in range(2 * n) if k != n]))
        content = json.dumps({**head, "count": count}).encode()
        return {**record.files, name: content}, ("head",)
    if choice == 1:
        return {**record.files, name: json.dumps({**head, "hash": random.bytes(32).hex()}).encode()}, ("head", n)
    if choice == 2:
        return {**record.files, name: random.bytes(30)}, ("head",)
    return {key: value for key, value in record.files.items() if key != name}, ("head",)


# --- attacks on signatures, by somebody who makes every hash right ------------------------------------------------


def _signature_changed(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """Another meaning, name, time, reason, or hash of the record."""
    entries = _signatures(record.files)
    at, key = int(random.integers(len(entries))), str(random.choice(["meaning", "name", "time", "why", "sha256"]))
    old = str(entries[at].data[key])
    others = {"meaning": ["authored", "reviewed", "approved", "released", "withdrawn"]}.get(key)
    new = str(random.choice([one for one in others if one != old])) if others else _bumped(old, random)
    entries[at] = _with_data(entries[at], {**entries[at].data, key: new})
    return {**record.files, **_chained(entries, SIGNATURES[0])}, (at + 1,)


def _signature_pasted(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """A signature of another record by the same person, in place of its own."""
    entries, others = _signatures(record.files), _signatures(record.other)
    at = int(random.integers(len(entries)))
    entries[at] = others[at]
    return {**record.files, **_chained(entries, SIGNATURES[0])}, (at + 1,)


def _all_pasted(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """The whole file of signatures of another record, with its head: each of them is sound."""
    return {**record.files, **{name: record.other[name] for name in SIGNATURES}}, (1, 2, 3)


def _signatures_swapped(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    entries = _signatures(record.files)
    i, j = sorted(int(n) for n in random.choice(len(entries), size=2, replace=False))
    entries[i], entries[j] = entries[j], entries[i]
    return {**record.files, **_chained(entries, SIGNATURES[0])}, (i + 1, j + 1)


def _signature_removed(record: Record, random: np.random.Generator) -> tuple[Files, Touched]:
    """One that others follow, with every hash made right; or the last, with the head as it was."""
    entries = _signatures(record.files)
    at = int(random.integers(len(entries)))
    kept = entries[:at] + entries[at + 1 :]
    if at == len(entries) - 1:
        return {**record.files, SIGNATURES[0]: b"".join(entry.line() for entry in kept)}, (at,)
    return {**record.files, **_chained(kept, SIGNATURES[0])}, (at + 1,)


KINDS: Mapping[str, Attack] = {
    "a byte edited": _edited,
    "an entry forged": _forged,
    "the chain rewritten": _rewritten,
    "entries deleted": _deleted,
    "an entry inserted": _inserted,
    "entries reordered": _reordered,
    "the end cut": _truncated,
    "the end cut, the head too": _cut_with_head,
    "the head changed": _head_changed,
    "a signature changed": _signature_changed,
    "a signature pasted": _signature_pasted,
    "all signatures pasted": _all_pasted,
    "signatures swapped": _signatures_swapped,
    "a signature removed": _signature_removed,
}
OF_SIGNATURES = [kind for kind in KINDS if "signature" in kind]


def _read(line: bytes) -> Entry:
    entry = parse(line.rstrip(b"\n"))
    if entry is None:
        raise ValueError("a line of the benchmark's own ledger is not sound")
    return entry


def _signatures(files: Files) -> list[Entry]:
    return [_read(line) for line in files[SIGNATURES[0]].splitlines(keepends=True)]


def _with_data(old: Entry, data: Mapping[str, Any]) -> Entry:
    return Entry.make(old.seq, old.time, old.event, data, old.previous, by=old.by, clock=old.clock)


def _chained(entries: Sequence[Entry], name: str) -> Files:
    """A chain and its head as they would be, had the entries been written so."""
    before, made = FIRST, list[Entry]()
    for seq, old in enumerate(entries, start=1):
        made.append(Entry.make(seq, old.time, old.event, old.data, before, by=old.by, clock=old.clock))
        before = made[-1].hash
    head = json.dumps({"count": len(made), "hash": before}, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    return {name: b"".join(entry.line() for entry in made), head_path(Path(name)).name: head}


def _bumped(text: str, random: np.random.Generator) -> str:
    """The text with one digit, or else one letter, that is another."""
    places = [i for i, sign in enumerate(text) if sign.isdigit()] or list(range(len(text)))
    at = int(random.choice(places))
    signs = "0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    return text[:at] + str(random.choice([s for s in signs if s != text[at]])) + text[at + 1 :]
