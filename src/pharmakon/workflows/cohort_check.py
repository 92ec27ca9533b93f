"""The design check of a declared cohort, before anything is fitted: what discover refuses, and what it warns of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config

if TYPE_CHECKING:
    from pharmakon.biomarkers.check import Check


class CohortCheckConfig(Config):
    """Which cohort."""

    cohort: Path = Field(description="TOML file that declares the cohort")
    seed: int = Field(0, ge=0, description="seed of every random choice")


@dataclass(frozen=True, slots=True)
class CohortCheck:
    """Who is in a cohort, and what its design allows."""

    name: str
    outcome: str
    kind: str
    context_of_use: str
    patients: int
    events: int
    features: Sequence[tuple[str, int]]
    flow: Sequence[tuple[str, int]]
    checks: Sequence[Check]
    """The worst first."""
    notes: Sequence[str]
    forbidden: Sequence[Check]
    """What stands in the way of every analysis."""
    signature: Sequence[Check]
    """What stands in the way of a signature, unless somebody goes on despite it."""


def run(config: CohortCheckConfig) -> CohortCheck:
    """Read a cohort and check its design.

    Raises ConfigError, DataError or UnknownName where it cannot be read as it is declared.
    """
    from pharmakon.biomarkers.check import refusals
    from pharmakon.biomarkers.cohort import read_cohort
    from pharmakon.biomarkers.quality import check_design

    cohort = read_cohort(config.cohort)
    declared = cohort.declaration
    checks = check_design(cohort, seed=config.seed)
    stops = refusals(checks, ["predictive"] if declared.context_of_use == "predictive" else [])
    return CohortCheck(
        declared.name,
        cohort.outcome.name,
        cohort.outcome.kind,
        declared.context_of_use,
        len({*cohort.patients.tolist()}),
        cohort.outcome.events,
        [(name, len(block.features)) for name, block in cohort.omics.items()],
        cohort.flow,
        checks,
        cohort.notes,
        stops,
        [check for check in refusals(checks, ["multivariable"]) if check not in stops],
    )


def mistakes(declared: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a declaration, by the place of the key, such as "outcome.column" or "blocks.0.name"."""
    from pydantic import ValidationError

    from pharmakon.biomarkers.declaration import Declaration

    try:
        Declaration.model_validate(dict(declared))
    except ValidationError as error:
        return {
            ".".join(map(str, one["loc"])): one["msg"].removeprefix("Value error, ")
            for one in error.errors(include_url=False)
        }
    return {}


def tables_of(cohort: Path) -> list[str]:
    """The files that a cohort's file names. Raises ConfigError for a declaration that makes no sense."""
    from pharmakon.biomarkers.cohort import paths_of

    return list(dict.fromkeys(str(path.relative_to(cohort.parent)) for path in paths_of(cohort)[1:]))


def measured_in(cohort: Path) -> list[str]:
    """Those of the files that its measurements are read from. Raises as `tables_of` does."""
    from pharmakon.biomarkers.cohort import read_declaration

    declared = read_declaration(cohort)
    files = dict.fromkeys(cohort.parent / (block.file or declared.clinical.file) for block in declared.blocks)
    return [str(path.relative_to(cohort.parent)) for path in files]


def refuse_unreadable(cohort: Path) -> None:
    """Raise what `run` would raise for a cohort that cannot be read as it is declared, and check nothing."""
    from pharmakon.biomarkers.cohort import read_cohort

    read_cohort(cohort)
