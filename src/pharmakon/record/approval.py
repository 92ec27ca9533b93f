"""Electronic signatures of a run or a model: who, when, in what meaning and why, bound to what was signed.

After 21 CFR 11.50 (printed name, date and time, meaning), 11.70 (a signature cannot be cut out and pasted to another
record) and 11.200 (the signer says who they are each time). They stand in `signatures.jsonl` beside the ledger, which
stays closed: a chain of entries like the ledger's, each with an Ed25519 signature of its own content, its number, the
hash of the entry before, and the hash of every file of the record.

What cannot be shown from the folder alone: that the *last* signatures were taken away together with the head. Against
that, keep the hash that signing prints, or export the ledger into a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pharmakon.core.errors import RecordError

from .actor import Actor, actor
from .audit import verify
from .checkpoint import checkpoints, problem
from .content import Content, content_of, flaws, kind_of
from .entry import LEDGER, REPAIRED, SIGNATURES, Entry, parse
from .identity import Signer, holds
from .ledger import Ledger
from .state import MEANINGS, Authors, Meaning, State, Step, refusal, standing
from .trust import TrustList

EVENT = "signed"
_CONTENT = {"kind", "head", "entries", "files"}
_TEXTS = ("meaning", "name", "email", "key", "time", "why", "authenticated", "sha256", "signature")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature as it stands in the chain."""

    seq: int
    meaning: Meaning
    name: str
    email: str
    key: str
    time: datetime
    """With the signer's offset from UTC."""
    why: str
    authenticated: str
    """How the signer showed who they are."""
    user: str
    sha256: str
    """Of the record that was signed."""
    hash: str
    """Of the signature's own entry."""
    problem: str
    """Why it does not count; "" where it does."""

    @property
    def step(self) -> Step:
        return Step(self.meaning, self.name, self.email, self.key, self.time, self.user)


@dataclass(frozen=True, slots=True)
class Approval:
    """What a record's signatures amount to."""

    state: State
    signatures: tuple[Signature, ...]
    problems: tuple[str, ...]
    head: str
    """Hash of the last signature's entry: kept elsewhere, it shows that signatures were taken away."""


def sign(
    folder: Path,
    signer: Signer,
    meaning: Meaning,
    why: str,
    *,
    authenticated: str,
    when: datetime,
    trust: TrustList | None = None,
    by: Actor | None = None,
) -> Approval:
    """Sign a record. Raises RecordError where it is not whole, not finished, or the signature is not permitted."""
    if not why.strip():
        raise RecordError("a signature needs a reason; nothing was signed")
    who = by or actor()
    step = Step(meaning, signer.name, signer.email, signer.key, when, who.user)
    path = folder / SIGNATURES[0]

    def made(last: Entry | None) -> tuple[str, Mapping[str, Any]]:
        content = _signable(folder, step, trust)
        data: dict[str, Any] = {
            "meaning": meaning,
            **signer.plain(),
            "time": when.isoformat(timespec="seconds"),
            "why": why.strip(),
            "authenticated": authenticated,
            "record": content.plain(),
            "sha256": content.sha256,
        }
        seq, previous = (last.seq + 1, last.hash) if last else (1, "0" * 64)
        return EVENT, {**data, "signature": signer.sign(_statement(data, seq, previous))}

    if not path.is_file():
        _signable(folder, step, trust)  # refused before a file is made
    Ledger(path, by=who, signer=signer).append_upon(made)
    return check(folder, trust)


def check(folder: Path, trust: TrustList | None = None) -> Approval:
    """Every signature of a record looked at anew: its chain, its key, what it was given for, and the order of steps."""
    path = folder / SIGNATURES[0]
    if not path.is_file() or not path.stat().st_size:
        gone = (folder / SIGNATURES[1]).is_file() and not path.is_file()
        return Approval("draft", (), (f"{path.name} is missing, and its head is there",) if gone else (), "")
    chain = verify(path)
    problems = [f"signatures: {said}" for said in chain.problems]
    now, authors = content_of(folder), _authors(folder)
    found: list[Signature] = []
    for entry in _entries(path):
        if entry.event == REPAIRED:  # what a killed writer left was mended
            continue
        given = _read(entry)
        if given is None:
            problems.append(f"signatures: entry {entry.seq} is not a signature")
            continue
        wrong = _doubt(entry, given, now)
        wrong = wrong or refusal(given.step, [s.step for s in found if not s.problem], authors, trust)
        found.append(replace(given, problem=wrong))
        if wrong:
            problems.append(f"signature {entry.seq} ({given.meaning}, {given.name}): {wrong}")
    state = standing(s.step for s in found if not s.problem)
    return Approval(state, tuple(found), tuple(problems), chain.head)


def _signable(folder: Path, step: Step, trust: TrustList | None) -> Content:
    """What is about to be signed. RecordError where it cannot be."""
    if wrong := flaws(folder):
        raise RecordError(f"nothing was signed: {wrong[0]}")
    so_far = check(folder, trust)
    if so_far.problems:
        raise RecordError(f"nothing was signed: {so_far.problems[0]}")
    if why := refusal(step, [s.step for s in so_far.signatures], _authors(folder), trust):
        raise RecordError(f"nothing was signed: {why}")
    return content_of(folder)


def _statement(data: Mapping[str, Any], seq: int, previous: str) -> dict[str, Any]:
    """What is signed: all that the entry says, and its place."""
    own = {key: value for key, value in data.items() if key != "signature"}
    return {"statement": "pharmakon signature 1", "seq": seq, "previous": previous, "signed": own}


def _doubt(entry: Entry, given: Signature, now: Content) -> str:
    if not holds(given.key, str(entry.data["signature"]), _statement(entry.data, entry.seq, entry.previous)):
        return "it does not hold: its words, its place or its record were changed after it was given"
    then = Content(**entry.data["record"])
    if then.sha256 != given.sha256:
        return "it does not hold: the hash is not the record's"
    return then.difference(now)


def _read(entry: Entry) -> Signature | None:
    data, record = entry.data, entry.data.get("record")
    if entry.event != EVENT or any(not isinstance(data.get(key), str) for key in _TEXTS):
        return None
    if not isinstance(record, dict) or set(record) != _CONTENT or not isinstance(record["files"], dict):
        return None
    try:
        time = datetime.fromisoformat(data["time"])
    except ValueError:
        return None
    if data["meaning"] not in MEANINGS or time.tzinfo is None:
        return None
    return Signature(
        seq=entry.seq,
        meaning=data["meaning"],
        name=data["name"],
        email=data["email"],
        key=data["key"],
        time=time,
        why=data["why"],
        authenticated=data["authenticated"],
        user=str(entry.by.get("user", "")),
        sha256=data["sha256"],
        hash=entry.hash,
        problem="",
    )


def _authors(folder: Path) -> Authors:
    """Whoever the ledger names, and whoever signed a checkpoint that holds; for a model nobody is known."""
    if kind_of(folder) == "model":
        return Authors(frozenset(), frozenset())
    entries = list(_entries(folder / LEDGER))
    keys = (e.data["checkpoint"].get("key", "") for e in checkpoints(entries) if not problem(e, None))
    return Authors(frozenset(keys), frozenset(str(e.by["user"]) for e in entries if e.by.get("user")))


def _entries(path: Path) -> Iterator[Entry]:
    """The sound entries of a chain."""
    for line in path.read_bytes().split(b"\n")[:-1]:
        entry = parse(line)
        if entry is not None:
            yield entry
