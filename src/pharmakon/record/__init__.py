"""Evidence for somebody else: the run's ledger, model cards, the report."""

from __future__ import annotations

from .ledger import Entry, Head, Ledger, Verification, verify

__all__ = ["Entry", "Head", "Ledger", "Verification", "verify"]
