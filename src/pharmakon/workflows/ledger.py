"""Check the record a run left behind."""

from __future__ import annotations

import re
from pathlib import Path

from pharmakon.core.errors import UsageError
from pharmakon.record import ledger
from pharmakon.record.ledger import Verification

__all__ = ["Verification", "verify"]


def verify(run: str | Path, *, head: str = "") -> Verification:
    """What is wrong with the ledger of a run folder, or with the output files it recorded.

    `head` is a hash kept elsewhere, which some entry must bear. Raises RecordError when there is no ledger to check,
    UsageError when `head` is not a SHA-256.
    """
    head = head.strip().casefold()
    if head and not re.fullmatch(r"[0-9a-f]{64}", head):
        raise UsageError(f"{head!r} is not a hash of a ledger, which has 64 digits and letters a to f; copy all of it")
    return ledger.verify(run, expect=head)
