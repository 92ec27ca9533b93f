"""Check the record a run left behind, and say where it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from pharmakon.core.errors import UsageError
from pharmakon.record import approval, content, ledger
from pharmakon.record.approval import Approval
from pharmakon.record.entry import LEDGER
from pharmakon.record.ledger import Verification

from .sign import trusted

__all__ = ["Approval", "Verification", "amend", "checkpoint", "state", "verify"]


def verify(run: str | Path, *, head: str = "", trust: Path | None = None) -> Verification:
    """What is wrong with the ledger of a run folder, with the output files it recorded, or with its signatures.

    `head` is a hash kept elsewhere, which some entry must bear; `trust` lists the people whose signatures count. A
    model's folder is checked by its sums. Raises RecordError when there is no ledger to check, UsageError when `head`
    is not a SHA-256.
    """
    head = head.strip().casefold()
    if head and not re.fullmatch(r"[0-9a-f]{64}", head):
        raise UsageError(f"{head!r} is not a hash of a ledger, which has 64 digits and letters a to f; copy all of it")
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
