"""What a check of a model in use gives, and the names of what its record holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pharmakon.record.notebook import Shown

from .monitor_checks import Check

WATCH, CHECKS, LEDGER, REPORT = "watch.json", "checks", "ledger.jsonl", "report.html"


@dataclass(frozen=True, slots=True)
class MonitorResult(Shown):
    """One check: its numbers, and where the record is. `note` is the note of change control, where one was due."""

    folder: Path
    number: int
    name: str
    checks: list[Check]
    notes: list[str] = field(default_factory=list)
    note: Path | None = None
    head: str = ""

    @property
    def passed(self) -> list[Check]:
        """The limits that were passed."""
        return [check for check in self.checks if check.verdict == "passed"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to write of one check, whatever the model is."""

    name: str
    title: str
    model: str
    """SHA-256 of the model's card: another card is another model."""
    what: str
    checks: list[Check]
    facts: Mapping[str, Any]
    inputs: Sequence[Path]
    notes: list[str]
