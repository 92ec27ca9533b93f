"""Copies of many runs' ledgers: into a registry whose rows cannot be changed, or into one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import RecordError, UsageError
from pharmakon.core.files import write_atomic
from pharmakon.record.copies import FILES, Row, as_csv, as_jsonl, rows
from pharmakon.record.notebook import Shown
from pharmakon.record.registry import opened


class LedgerExportConfig(Config):
    """Which records, and where to."""

    runs: tuple[Path, ...] = Field(min_length=1, description="folders of runs, or of signed models")
    database: str | None = Field(
        None, description="sqlite:///FILE or postgresql://USER@HOST/NAME; rows are added to it"
    )
    output: Path | None = Field(None, description="FILE.csv for people, FILE.jsonl for programs")

    @model_validator(mode="after")
    def _one_place(self) -> LedgerExportConfig:
        if (self.database is None) == (self.output is None):
            raise ValueError("say where to: --database, or -o FILE.csv or FILE.jsonl")
        if self.output is not None and self.output.suffix.casefold() not in (".csv", ".jsonl"):
            raise ValueError(f"{self.output}: a copy is FILE.csv or FILE.jsonl")
        return self


@dataclass(frozen=True, slots=True)
class LedgerExportResult(Shown):
    """Where the copies are, and how many rows."""

    place: str
    runs: int
    entries: int
    signatures: int
    known: int
    """Rows that a registry held already, each the same to the letter."""


def run(config: LedgerExportConfig) -> LedgerExportResult:
    """Copy the ledgers and signatures of records.

    Raises RecordError where an entry is not as it was written, or not as it was registered: nothing is copied then.
    """
    found = [row for folder in config.runs for row in _rows(folder)]
    known = 0
    if config.database is not None:
        place = config.database.rpartition("@")[2]
        with opened(config.database) as registry:
            known = registry.add(found)
    elif config.output is not None:
        place = str(config.output)
        if config.output.exists():
            raise UsageError(f"{config.output} exists; choose another -o")
        write_atomic(config.output, as_csv(found) if config.output.suffix.casefold() == ".csv" else as_jsonl(found))
    signatures = sum(row.chain == "signatures" for row in found)
    return LedgerExportResult(place, len(config.runs), len(found) - signatures, signatures, known)


def _rows(folder: Path) -> list[Row]:
    found = rows(folder)
    if not found:
        raise RecordError(f"{folder} has neither a ledger nor signatures ({' or '.join(FILES.values())})")
    return found
