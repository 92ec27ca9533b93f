"""Warfarin: the weekly dose by the consortium's two equations, with its interval and its error in the patient's race.

N. Engl. J. Med. 2009, 360, 753. A dose without its error is never given, and no dose at all to a patient outside what
the equations have seen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.splits import random_folds

from .patients import NEEDED, OLDEST, RACES, Patient, Race

Equation = Literal["pharmacogenetic", "clinical"]
EQUATIONS: tuple[Equation, ...] = ("pharmacogenetic", "clinical")
UNIT = "mg/week"
GENES = ("vkorc1", "cyp2c9")
LEVEL = 0.9
CANNOT_TELL = "cannot tell"
LARGER, LESS, GAIN = 1.2, 0.75, 0.05
"""From where an error counts as larger, a share explained as less, and genotypes as no gain."""
FEWEST = 30
"""Patients of a race from whom an error is told."""
LOWEST = 3.5
"""mg/week: the 0.1st percentile of the doses of the consortium's patients."""


@dataclass(frozen=True, slots=True)
class Error:
    """How far an equation is off in patients of one race. Errors in mg/week."""

    n: int
    mae: float
    r2: float
    """Squared correlation of dose and estimate, as the consortium's follow-up reports it by race."""
    mean_dose: float
    within_20: float
    """Share of patients whose estimate is within 20 % of their dose."""
    half_width: float
    """Of the 90 % interval, on the scale of the square root of the dose."""


@dataclass(frozen=True, slots=True)
class Dose:
    """An estimate for one patient in mg/week, or why there is none (`problem`, NaN values)."""

    patient: str
    equation: Equation
    race: Race
    value: float
    low: float
    high: float
    error: Error
    notes: tuple[str, ...] = ()
    problem: str = ""


@cache
def tables() -> dict[str, Any]:
    """Coefficients, ranges and errors of warfarin.toml."""
    return tomllib.loads(files("pharmakon.therapy").joinpath("tables/warfarin.toml").read_text(encoding="utf-8"))


def published_error(equation: Equation, race: Race) -> Error:
    """The error of an equation in a race, over the consortium's patients."""
    return Error(**tables()["error"][equation][race])


def dose(patient: Patient, equation: Equation = "pharmacogenetic") -> Dose:
    """The weekly dose. A patient outside the range, or with an allele that the equation lacks, gets none."""
    error = published_error(equation, patient.race)
    if problem := why_not(patient, equation):
        nothing = float("nan")
        return Dose(patient.id, equation, patient.race, nothing, nothing, nothing, error, patient.notes, problem)
    root = root_dose(patient, equation)
    notes = list(patient.notes)
    if equation == "pharmacogenetic":
        notes += [f"{gene.upper()} is not known: the dose is less sure" for gene in GENES if not getattr(patient, gene)]
    if patient.race == "unknown":
        notes.append("race is mixed, other or not said: the error is that of such patients")
    low, high = max(root - error.half_width, 0.0) ** 2, (root + error.half_width) ** 2
    return Dose(patient.id, equation, patient.race, root**2, low, high, error, tuple(notes))


def why_not(patient: Patient, equation: Equation) -> str:
    """Why no dose can be told; "" where one can."""
    if patient.problem:
        return f"{CANNOT_TELL}: {patient.problem}"
    limits: Mapping[str, Sequence[float]] = tables()["range"]
    for fact in NEEDED:
        value = getattr(patient, fact)
        if value is None:
            return f"{CANNOT_TELL}: {fact} is missing"
        if not limits[fact][0] <= value <= limits[fact][1]:
            low, high = limits[fact]
            if fact == "age":
                years = f"{value * 10:g} to {value * 10 + 9:g} years"
                return f"{CANNOT_TELL}: age {years} is out of range ({low * 10:g} to {OLDEST} were studied)"
            unit = {"height": " cm", "weight": " kg"}[fact]
            return f"{CANNOT_TELL}: {fact} {value:g}{unit} is outside what was studied ({low:g} to {high:g})"
    if equation == "pharmacogenetic":
        for gene in GENES:
            if getattr(patient, gene) not in tables()[equation][gene]:
                return f"{CANNOT_TELL}: {gene.upper()} {getattr(patient, gene)} is not in the equation"
    if max(root_dose(patient, equation), 0.0) ** 2 < LOWEST:
        return f"{CANNOT_TELL}: the estimate is below the doses that were studied (from {LOWEST:g} {UNIT})"
    return ""


def root_dose(patient: Patient, equation: Equation) -> float:
    """The square root of the dose in mg/week."""
    terms: Mapping[str, Any] = tables()[equation]
    total = float(terms["intercept"]) + sum(terms[fact] * getattr(patient, fact) for fact in NEEDED)
    total += 0.0 if patient.race == "White" else terms[patient.race.casefold()]
    total += terms["inducer"] * patient.inducer + terms["amiodarone"] * patient.amiodarone
    if equation == "pharmacogenetic":
        total += sum(float(terms[gene][getattr(patient, gene)]) for gene in GENES)
    return float(total)


def judged(patients: Sequence[Patient], roots: Floats) -> dict[str, Error]:
    """Errors of estimates (n,), as square roots of doses, in patients whose dose is known: of all, and by race.

    A race of fewer than 30 such patients has none.
    """
    truth = np.array([patient.dose for patient in patients], dtype=np.float64)
    races = np.array([patient.race for patient in patients])
    groups = {"all": np.ones(len(patients), dtype=bool)} | {race: races == race for race in RACES}
    return {name: _error(truth[rows], roots[rows]) for name, rows in groups.items() if rows.sum() >= FEWEST}


def gaps(errors: Mapping[str, Mapping[str, Error]]) -> list[str]:
    """Sentences on the races in which the equations are worse; errors by equation, then by race.

    Flagged are a mean error of 1.2 times that of all, a share of the variance explained below 0.75 of the best, and
    genotypes that lower the mean error by less than 5 %.
    """
    first, second = errors["pharmacogenetic"], errors["clinical"]
    found = []
    best = max((first[race].r2 for race in RACES[:3] if race in first), default=0.0)
    for race in [race for race in RACES[:3] if race in first and race in second]:
        own, faults = first[race], []
        if own.mae > LARGER * first["all"].mae:
            faults.append(f"the mean error is {own.mae:.1f} {UNIT}, against {first['all'].mae:.1f} in all")
        if own.r2 < LESS * best:
            faults.append(f"{own.r2:.0%} of the differences in dose are explained, against {best:.0%} at best")
        if own.mae > (1 - GAIN) * second[race].mae:
            faults.append(f"the genotypes add almost nothing (error without them: {second[race].mae:.1f} {UNIT})")
        if faults:
            found.append(f"{race} patients: {'; '.join(faults)}")
    return found


def usable(patients: Sequence[Patient], equation: Equation = "pharmacogenetic") -> list[Patient]:
    """The patients with a known dose for whom an equation can tell one."""
    return [patient for patient in patients if patient.dose and not why_not(patient, equation)]


def refitted(patients: Sequence[Patient], equation: Equation, *, seed: int = 0) -> tuple[dict[str, float], Floats]:
    """An equation's terms fitted to these patients by least squares, and out-of-fold square roots of doses (n,).

    Patients must be `usable`. A term that no patient has is 0. Raises DataError below ten patients a term.
    """
    design, names = _design(patients, equation)
    if len(patients) < 10 * len(names):
        raise DataError(f"{len(patients)} patients with a dose; {10 * len(names)} are needed to fit {len(names)} terms")
    root = np.sqrt(np.array([patient.dose for patient in patients], dtype=np.float64))
    folds = random_folds(len(patients), random_state=seed)
    held_out = np.empty(len(patients))
    for fold in range(5):
        test = folds == fold
        held_out[test] = design[test] @ np.linalg.lstsq(design[~test], root[~test], rcond=None)[0]
    terms = np.linalg.lstsq(design, root, rcond=None)[0]
    return dict(zip(names, map(float, terms), strict=True)), held_out


def _design(patients: Sequence[Patient], equation: Equation) -> tuple[Floats, list[str]]:
    """Columns of the published equation, for least squares; (n, terms)."""
    columns: dict[str, list[float]] = {"intercept": [1.0] * len(patients)}
    columns |= {fact: [float(getattr(p, fact)) for p in patients] for fact in NEEDED}
    columns |= {race.casefold(): [float(p.race == race) for p in patients] for race in RACES if race != "White"}
    columns |= {drug: [float(getattr(p, drug)) for p in patients] for drug in ("inducer", "amiodarone")}
    if equation == "pharmacogenetic":
        for gene in GENES:
            alleles = [allele for allele, term in tables()[equation][gene].items() if term]
            columns |= {
                f"{gene} {allele or 'unknown'}": [float(getattr(p, gene) == allele) for p in patients]
                for allele in alleles
            }
    return np.array(list(columns.values())).T, list(columns)


def _error(truth: Floats, root: Floats) -> Error:
    value = np.maximum(root, 0) ** 2
    off = np.abs(np.sqrt(truth) - root)
    rank = min(int(np.ceil((len(off) + 1) * LEVEL)), len(off)) - 1
    return Error(
        len(truth),
        float(np.abs(truth - value).mean()),
        float(np.corrcoef(truth, value)[0, 1] ** 2) if value.std() > 0 else 0.0,
        float(truth.mean()),
        float((np.abs(truth - value) <= 0.2 * truth).mean()),
        float(np.sort(off)[rank]),
    )
