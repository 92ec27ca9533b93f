"""Check the record a run left behind, and say where it stands."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pharmakon.core.errors import UsageError
from pharmakon.record import approval, content, ledger
from pharmakon.record.approval import Approval
from pharmakon.record.beside import record_of
from pharmakon.record.entry import LEDGER, Entry, parse
from pharmakon.record.ledger import Verification

from .sign import trusted

__all__ = ["Approval", "Pages", "Verification", "amend", "checkpoint", "entries", "state", "verify"]


def verify(run: str | Path, *, head: str = "", trust: Path | None = None) -> Verification:
    """What is wrong with the ledger of a run folder, with the output files it recorded, or with its signatures.

    `head` is a hash kept elsewhere, which some entry must bear; `trust` lists the people whose signatures count. A
    model's folder is checked by its sums. Raises RecordError when there is no ledger to check, UsageError when `head`
    is not a SHA-256.
    """
    head = head.strip().casefold()
    if head and not re.fullmatch(r"[0-9a-f]{64}", head):
        raise UsageError(f"{head!r} is not a hash of a ledger, which has 64 digits and letters a to f; copy all of it")
    if not Path(run).is_dir() and Path(run).suffix != ".jsonl":
        run = record_of(Path(run))
    listed, folder = trusted(trust), Path(run)
    if _is_model(folder):
        flaws = tuple(content.flaws(folder))
        found = Verification(0, flaws, "", 0, closed=True)
    elif not folder.is_dir() or not (folder / LEDGER).is_file():
        return ledger.verify(run, expect=head, trust=listed)
    else:
        # A signature's hash may be the one that was kept, too.
        signed = head in {one.hash for one in approval.check(folder, listed).signatures}
        found = ledger.verify(run, expect="" if signed else head, trust=listed)
    given = approval.check(folder, listed)
    if not given.signatures and not given.problems:
        return found
    unlisted = "" if listed else "; the keys are compared with no trust list"
    said = (f"it is {given.state}: {_listed(given)}{unlisted}",)
    return replace(found, problems=(*found.problems, *given.problems), remarks=(*found.remarks, *said))


def state(record: Path, *, trust: Path | None = None) -> Approval:
    """Where a run or a model stands, and every signature. RecordError for a folder that is neither."""
    content.kind_of(record)
    return approval.check(record, trusted(trust))


def amend(run: Path, what: str, *, before: Any, after: Any, why: str) -> ledger.Entry:
    """Record in a run's open ledger that something was changed on purpose. RecordError where it is closed."""
    return ledger.Ledger(run).amend(what, before=before, after=after, why=why)


def checkpoint(run: Path) -> ledger.Entry:
    """Let the identity that the environment names vouch for an open ledger up to here."""
    return ledger.Ledger(run).checkpoint()


def _is_model(folder: Path) -> bool:
    return folder.is_dir() and not (folder / LEDGER).is_file() and (folder / content.SUMS).is_file()


def _listed(found: Approval) -> str:
    counted = [f"{one.meaning} by {one.name}" for one in found.signatures if not one.problem]
    return ", ".join(counted) if counted else "no signature counts"


@dataclass(frozen=True, slots=True)
class Pages:
    """Some entries of a ledger, the newest first, and how many lines it has."""

    entries: tuple[Entry, ...]
    lines: int
    before: int
    """Where the older ones go on; 0 where there are none."""
    unreadable: tuple[int, ...] = ()
    """Lines among them that were altered."""


def entries(ledger: Path, *, before: int = 0, limit: int = 50, find: str = "") -> Pages:
    """The last `limit` entries of a ledger that stand before line `before` and hold a text, in little memory."""
    kept: deque[tuple[int, bytes]] = deque(maxlen=limit + 1)
    lines, wanted = 0, find.casefold().encode()
    with ledger.open("rb") as stream:
        for line in stream:
            lines += 1
            if (not before or lines < before) and wanted in (line.lower() if wanted else b""):
                kept.append((lines, line.rstrip(b"\n")))
    more = len(kept) > limit
    shown = list(kept)[-limit:]
    read = [(number, parse(line)) for number, line in reversed(shown)]
    return Pages(
        tuple(entry for _, entry in read if entry is not None),
        lines,
        shown[0][0] if more else 0,
        tuple(number for number, entry in read if entry is None),
    )
