"""Signed checkpoints: an entry of a ledger that somebody's key vouches for, and so for every entry before it.

A chain of hashes alone can be rewritten from its first entry on. A checkpoint cannot, without the key: the signature
is of the entry's number, time, event, data, writer and clock, and of the hash of the entry before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .entry import CHECKPOINT, CLOSED, Entry, when
from .identity import Signer, holds
from .trust import TrustList

SIGNED = "checkpoint"
"""The key of an entry's data that holds the signer and the signature."""


def signed(signer: Signer, entry: Entry) -> Entry:
    """The entry with its signer and the signature in its data."""
    data = {**entry.data, SIGNED: {**signer.plain(), "signature": signer.sign(_statement(entry, signer.plain()))}}
    return Entry.make(entry.seq, entry.time, entry.event, data, entry.previous, by=entry.by, clock=entry.clock)


def _statement(entry: Entry, signer: Mapping[str, str]) -> dict[str, Any]:
    """What is signed: the entry but for the signature and the hash."""
    data = {key: value for key, value in entry.data.items() if key != SIGNED}
    return {
        "statement": "pharmakon ledger checkpoint 1",
        "signer": dict(signer),
        "entry": entry.body() | {"data": data},
    }


def checkpoints(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that claim to be signed."""
    return [e for e in entries if e.event in (CLOSED, CHECKPOINT) and isinstance(e.data.get(SIGNED), dict)]


def problem(entry: Entry, trust: TrustList | None) -> str:
    """What is wrong with a checkpoint's signature, as a sentence; "" where nothing is."""
    found = {key: str(value) for key, value in entry.data[SIGNED].items()}
    signer = {key: found.get(key, "") for key in ("name", "email", "key")}
    if not holds(signer["key"], found.get("signature", ""), _statement(entry, signer)):
        return f"entry {entry.seq} is not what {signer['name'] or 'its signer'} signed: the checkpoint does not hold"
    time = when(entry)
    if time is None:
        return f"entry {entry.seq} is signed, and bears no time"
    doubt = trust.doubt(signer["key"], signer["name"], time) if trust else ""
    return f"entry {entry.seq} is {doubt}" if doubt else ""


def uncovered(entries: Sequence[Entry], trust: TrustList | None) -> str:
    """Why a trust list says nothing for this ledger's end: a sentence, or "" where a sound checkpoint covers it."""
    if trust is None:
        return ""
    sound = [entry.seq for entry in checkpoints(entries) if not problem(entry, trust)]
    if not sound:
        return "no entry is signed by anybody in the trust list: the ledger may have been rewritten as a whole"
    last = entries[-1]
    if last.event == CLOSED and last.seq > max(sound):
        return f"entry {last.seq}, which closes the ledger, is not signed; the last checkpoint is entry {max(sound)}"
    return ""
