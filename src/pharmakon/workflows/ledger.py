"""Check the record a run left behind."""

from __future__ import annotations

from pathlib import Path

from pharmakon.record import ledger
from pharmakon.record.ledger import Verification

__all__ = ["Verification", "verify"]


def verify(run: str | Path) -> Verification:
    """What is wrong with the ledger of a run folder, or with the output files it recorded.

    Raises RecordError when there is no ledger to check.
    """
    return ledger.verify(run)
