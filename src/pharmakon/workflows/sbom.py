"""sbom: what this package runs on, as a CycloneDX bill of materials."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, field_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError
from pharmakon.core.files import write_atomic
from pharmakon.record import sbom
from pharmakon.record.environment import ROOT, Installed, closure
from pharmakon.record.notebook import Shown

EPOCH = "SOURCE_DATE_EPOCH"
"""Environment variable of reproducible builds: seconds since 1970 that stand for now."""


class SbomConfig(Config):
    """Where to, and when."""

    output: Path | None = Field(None, description="file to write; standard output when not given")
    time: datetime | None = Field(
        None, description=f"the bill's time, with its offset from UTC; {EPOCH}, or now, when not given"
    )

    @field_validator("time")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time needs its offset from UTC, such as 2026-03-01T00:00:00Z")
        return value


@dataclass(frozen=True, slots=True)
class SbomResult(Shown):
    """The bill, and how much of it says under which licence it is."""

    text: str
    components: int
    unlicensed: tuple[str, ...]
    """Distributions whose metadata states no licence."""


def run(config: SbomConfig) -> SbomResult:
    """Write the bill. ConfigError where the environment's time is no number."""
    installed: dict[str, Installed] = closure()
    text = sbom.bill(when=config.time or _now(), installed=installed)
    if config.output is not None:
        write_atomic(config.output, text)
    others = [one for name, one in installed.items() if name != ROOT]
    return SbomResult(text, len(others), tuple(one.name for one in others if not sbom.licence(one)))


def _now() -> datetime:
    given = os.environ.get(EPOCH, "").strip()
    try:
        return datetime.fromtimestamp(int(given), UTC) if given else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise ConfigError(f"{EPOCH} is {given!r}, and is no number of seconds") from None
