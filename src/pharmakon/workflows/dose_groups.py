"""Doses in groups: how far an equation is off in each race, with intervals, and who is worse off. It runs unasked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.core.types import Floats
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.performance import Performance, flags, of_numbers

if TYPE_CHECKING:
    from pharmakon.therapy.patients import Patient

METRICS = ("mae", "within")
"""By which a race is said to be worse off: mean absolute error, and the share within 20 % of the right dose."""
UNIT = "mg/week"
LEAST = 0.1
"""Share of everybody's value from which a difference matters."""


def by_race(patients: Sequence[Patient], roots: Floats, *, resamples: int = 500, seed: int = 0) -> Performance:
    """Estimates (n,), as square roots of doses, in patients whose dose is known."""
    truth = np.array([patient.dose for patient in patients], dtype=np.float64)
    races = Groups.of("race", ["" if p.race == "unknown" else p.race for p in patients])
    return of_numbers(truth, np.maximum(roots, 0.0) ** 2, races, within=0.2, resamples=resamples, seed=seed)


def flagged(performance: Performance) -> list[str]:
    """Sentences on races in which the dose is further off than in all, and on those too small to tell."""
    errors = flags(performance, METRICS[:1], unit=UNIT, least=LEAST)
    shares = [text for text in flags(performance, METRICS[1:], least=LEAST) if text not in errors]
    return [*errors, *shares]
