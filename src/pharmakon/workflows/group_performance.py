"""For whom a signature works: its risks judged in every group, whatever the kind of outcome. It runs unasked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.calibration_curve import happened_by
from pharmakon.biomarkers.declaration import Fairness
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.survival import CensoringDistribution
from pharmakon.biomarkers.survival_metrics import harrell_c, uno_c
from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats
from pharmakon.fairness.classification import Judged
from pharmakon.fairness.groups import CANNOT_TELL, Groups
from pharmakon.fairness.performance import ByRows, Performance, flags, of_numbers, of_risks

from .audit_groups import columns_of, groups_of, people_of

if TYPE_CHECKING:
    from pharmakon.biomarkers.cohort import Cohort
    from pharmakon.biomarkers.risks import Risks

LEADING = {"binary": ("auc", "brier"), "survival": ("uno_c", "auc"), "continuous": ("mae",)}
"""Metrics by which a group is said to be worse off."""
GROUPS = "groups.json"
"""The file of a study that holds the performance in every group."""
RESAMPLES, SHOWN = 500, 6
SLOW = 200
"""Resamples where a metric compares all pairs of patients."""


def in_groups(
    outcome: Outcome,
    risk: Floats,
    groups: Mapping[str, Groups],
    *,
    score: Floats | None = None,
    fold: NDArray[Any] | None = None,
    people: NDArray[Any] | None = None,
    horizon: float = np.nan,
    threshold: float = 0.5,
    resamples: int | None = None,
    seed: int = 0,
) -> dict[str, Performance]:
    """Performance by column, of those with a known outcome and a risk; everything is (n,).

    A survival risk is that of the event by the horizon; who was censored before it is made up for by the others. Its
    concordances are of the `score`. Ranks are compared within a fold.
    """
    rows = np.flatnonzero(outcome.known & np.isfinite(risk))
    some = outcome.take(rows)
    who = None if people is None else np.asarray(people)[rows]
    if outcome.kind == "continuous":
        spread = float(np.std(some.value)) / 2
        return {
            name: of_numbers(
                some.value,
                risk[rows],
                one.take(rows),
                within=spread,
                relative=False,
                people=who,
                resamples=resamples or RESAMPLES,
                seed=seed,
            )
            for name, one in groups.items()
        }
    if outcome.kind == "survival" and not np.isfinite(horizon):
        raise UsageError("survival risks are judged at a horizon: give one")
    label, weight = happened_by(some, horizon)
    parts = None if fold is None else np.unique(np.asarray(fold)[rows], return_inverse=True)[1].astype(np.intp)
    judged = Judged(
        label,
        risk[rows],
        (risk[rows] >= threshold).astype(np.float64),
        fold=parts,
        weight=None if outcome.kind == "binary" else weight,
    )
    extra = _concordance(some, (risk if score is None else score)[rows], parts) if outcome.kind == "survival" else {}
    times = resamples or (SLOW if extra else RESAMPLES)
    return {
        name: of_risks(judged, one.take(rows), people=who, extra=extra, resamples=times, seed=seed)
        for name, one in groups.items()
    }


def for_whom(
    cohort: Cohort, risks: Risks, file: Path, *, horizon: float = np.nan, seed: int = 0
) -> dict[str, Performance]:
    """A signature's risks in the groups of a cohort that lies in `file`: declared ones, or sex, age, race by name.

    Raises DataError for risks of patients that the model has seen.
    """
    spec = cohort.declaration.fairness or Fairness()
    people = people_of(cohort, file.parent)
    columns = columns_of(cohort.declaration, [str(name) for name in people.table.columns])
    groups, _, _ = groups_of(people.table.iloc[people.order], columns, spec)
    fair = risks.fair()
    return in_groups(
        cohort.outcome,
        fair.value,
        {name: one for name, one in groups.items() if len(one.levels) > 1},
        score=fair.score,
        fold=fair.fold,
        people=cohort.patients,
        horizon=horizon,
        threshold=spec.threshold,
        seed=seed,
    )


def worse_off(performance: Mapping[str, Performance], kind: str) -> list[str]:
    """Sentences on groups for whom it works worse, and on those of whom nothing can be told."""
    said = [text for one in performance.values() for text in flags(one, LEADING[kind])]
    return sorted(said, key=lambda text: CANNOT_TELL in text)


def _concordance(outcome: Outcome, score: Floats, fold: NDArray[np.intp] | None) -> dict[str, ByRows]:
    """Uno's and Harrell's C of rows, each fold by itself and weighted by its events."""
    time, event = outcome.value, outcome.strata
    censoring = CensoringDistribution.of(time, event)
    last = float(time[event > 0].max()) if (event > 0).any() else 0.0
    parts = np.zeros(len(time), np.intp) if fold is None else fold

    def mean(rows: NDArray[np.intp], *, uno: bool) -> float:
        total = mass = 0.0
        for one in np.unique(parts[rows]):
            some = rows[parts[rows] == one]
            t, e, s = time[some], event[some], score[some]
            value = uno_c(t, e, s, tau=last, censoring=censoring) if uno else harrell_c(t, e, s)
            if np.isfinite(value):
                total, mass = total + e.sum() * value, mass + e.sum()
        return float(total / mass) if mass else np.nan

    return {"uno_c": lambda rows: mean(rows, uno=True), "harrell_c": lambda rows: mean(rows, uno=False)}


def said_of(performance: Mapping[str, Performance], kind: str) -> list[str]:
    """What a report of a signature says unasked: for whom it works worse, and how many groups are too small to tell."""
    worse = [f"It works worse for some. {text}." for text in worse_off(performance, kind) if CANNOT_TELL not in text]
    small = [f"{one.column} {group.level}" for one in performance.values() for group in one.untold if group.n]
    if small:
        shown = ", ".join(small[:SHOWN]) + (f" and {len(small) - SHOWN} more" if len(small) > SHOWN else "")
        worse.append(f"For whom it works cannot be told of {shown}: fewer than 30 patients, or 10 of either outcome.")
    return worse
