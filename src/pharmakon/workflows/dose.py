"""dose: starting doses of warfarin for a table of patients, with interval and error by race."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .recorded import recorded

if TYPE_CHECKING:
    from pharmakon.fairness.performance import Performance
    from pharmakon.therapy.dose import Dose, Error
    from pharmakon.therapy.patients import Patient

WARNING = "an estimate for the prescriber, who follows the INR; it replaces neither guideline nor monitoring"
FEWEST = 100
"""Patients with a known dose from whom the equations are judged."""
SHOWN = 5
"""Columns named in a note."""


class DoseConfig(Config):
    """Whose dose."""

    drug: Literal["warfarin"] = Field(description="the drug; warfarin is the only one")
    patients: Path = Field(
        description="table of age, height (cm), weight (kg), race, cyp2c9, vkorc1, drugs taken, dose"
    )
    equation: Literal["pharmacogenetic", "clinical"] = Field(
        "pharmacogenetic", description="with the genotypes, or without them"
    )
    refit: bool = Field(False, description="fit the equation to the doses of this table too, judged out of fold")
    output: Path | None = Field(None, description="table to write: CSV, or JSON by its name")
    seed: int = Field(0, ge=0, description="seed of the folds of a refit")


@dataclass(frozen=True, slots=True)
class DoseResult(Shown):
    """The doses, and where the table has known doses what the equations are worth in it."""

    doses: list[Dose]
    judged: dict[str, dict[str, Error]] = field(default_factory=dict)
    """By equation ("refitted" too), then by "all" and race."""
    gaps: list[str] = field(default_factory=list)
    """For whom the equations are worse: sentences that are shown unasked."""
    groups: dict[str, Performance] = field(default_factory=dict)
    """By equation: the error in each race with its interval."""
    terms: dict[str, float] = field(default_factory=dict)
    """Of the refitted equation, for the square root of the weekly dose."""
    notes: list[str] = field(default_factory=list)
    output: Path | None = None


def run(config: DoseConfig, *, progress: Progress = silent) -> DoseResult:
    """Doses of each patient. Raises DataError for a table without patients, or too few known doses to refit."""
    import numpy as np

    from pharmakon.core.files import write_atomic
    from pharmakon.therapy.dose import EQUATIONS, dose, gaps, judged, refitted, root_dose, usable
    from pharmakon.therapy.patients import read_patients, unused_columns

    from .dose_groups import by_race, flagged

    patients = read_patients(config.patients)
    if not patients:
        raise DataError(f"{config.patients} holds no patients")
    progress(0, 1, "doses")
    doses = [dose(patient, config.equation) for patient in patients]
    known = usable(patients)
    worth: dict[str, dict[str, Error]] = {}
    terms: dict[str, float] = {}
    if len(known) >= FEWEST:
        worth = {equation: judged(known, np.array([root_dose(p, equation) for p in known])) for equation in EQUATIONS}
    found = gaps(worth) if worth else []
    groups: dict[str, Performance] = {}
    if worth:
        roots = np.array([root_dose(p, config.equation) for p in known])
        groups[config.equation] = by_race(known, roots, seed=config.seed)
    if config.refit:
        own = usable(patients, config.equation)
        terms, held_out = refitted(own, config.equation, seed=config.seed)
        worth["refitted"] = judged(own, held_out)
        groups["refitted"] = by_race(own, held_out, seed=config.seed)
    found += [f"{equation} equation, {text}" for equation, one in groups.items() for text in flagged(one)]
    if config.output is not None:
        with recorded("dose", config, [config.output], inputs=[config.patients], seed=config.seed):
            write_atomic(config.output, _text(doses, as_json=config.output.suffix == ".json"))
    progress(1, 1, "")
    notes = [WARNING, *_twice(patients), *_unused(unused_columns(config.patients))]
    return DoseResult(doses, worth, found, groups, terms, notes, config.output)


def _twice(patients: Sequence[Patient]) -> list[str]:
    """What to say of patients with several rows: each row counts as a patient."""
    often = [name for name, rows in Counter(patient.id for patient in patients).items() if rows > 1]
    if not often:
        return []
    return [f"{', '.join(often[:3])}{' and others' if len(often) > 3 else ''}: more than one row, each with its dose"]


def as_rows(doses: list[Dose]) -> list[dict[str, Any]]:
    """Plain rows: the dose never without its interval and the error in patients of that race."""
    rows = []
    for item in doses:
        error = asdict(item.error)
        rows.append(
            {
                "patient": item.patient,
                "equation": item.equation,
                "dose_mg_week": _rounded(item.value),
                "low_90": _rounded(item.low),
                "high_90": _rounded(item.high),
                "race": item.race,
                "mean_error_in_race_mg_week": round(error["mae"], 1),
                "explained_in_race": round(error["r2"], 2),
                "patients_of_race": error["n"],
                "problem": item.problem,
                "notes": "; ".join(item.notes),
            }
        )
    return rows


def _unused(columns: list[str]) -> list[str]:
    """A note on columns that look as if they mattered and are not read."""
    if not columns:
        return []
    more = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
    return [f"columns that are not used: {', '.join(columns[:SHOWN])}{more}"]


def _rounded(value: float) -> float | str:
    return round(value, 1) if value == value else ""  # noqa: PLR0124 - NaN is not itself


def _text(doses: list[Dose], *, as_json: bool) -> str:
    from pharmakon.store.plain import document
    from pharmakon.store.writers import guarded

    rows = as_rows(doses)
    if as_json:
        return document({"doses": rows, "notes": [WARNING]})
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: guarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return out.getvalue()
