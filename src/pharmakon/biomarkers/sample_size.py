"""How many patients a model with so many candidate parameters needs (Riley et al., Stat Med 2019, 38, 1262 and 1276).

Three criteria: shrinkage of at least 0.9, an optimism of at most 0.05 in Nagelkerke's R2, and the overall risk (or
the residual spread) known well. With thousands of candidate features no cohort meets the first: the expected shrinkage
says how far off it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pharmakon.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Patients that each criterion asks for, and the most of them."""

    shrinkage: int
    optimism: int
    overall: int
    events_per_parameter: float
    """At the largest of the three; NaN for numbers."""

    @property
    def patients(self) -> int:
        return max(self.shrinkage, self.optimism, self.overall)


def binary(parameters: int, *, prevalence: float, r2: float, shrinkage: float = 0.9) -> SampleSize:
    """For a class of this prevalence and an expected Cox-Snell R2."""
    _check(parameters, r2, shrinkage)
    if not 0 < prevalence < 1:
        raise UsageError("a prevalence lies between 0 and 1")
    log_null = prevalence * np.log(prevalence) + (1 - prevalence) * np.log(1 - prevalence)
    most = 1 - np.exp(2 * log_null)
    if r2 >= most:
        raise UsageError(f"a Cox-Snell R2 of {r2:g} is not possible: the most is {most:.3f}")
    overall = (1.96 / 0.05) ** 2 * prevalence * (1 - prevalence)
    return _of(parameters, r2, shrinkage, most=most, overall=overall, events=prevalence)


def survival(
    parameters: int, *, rate: float, follow_up: float, horizon: float, r2: float, shrinkage: float = 0.9
) -> SampleSize:
    """For events at `rate` a unit of time, a mean follow-up, and risk at a horizon, all in the same unit."""
    _check(parameters, r2, shrinkage)
    if min(rate, follow_up, horizon) <= 0:
        raise UsageError("rate, follow-up and horizon are above 0")
    events = rate * follow_up  # a patient
    most = 1 - float(np.exp(2 * (events * np.log(events) - events)))
    if r2 >= most:
        raise UsageError(f"a Cox-Snell R2 of {r2:g} is not possible: the most is {most:.3f}")
    # The interval of the risk at the horizon, exponential survival, to 0.05 either side.
    person_time = 1.0
    while True:
        half = 1.96 * np.sqrt(rate / person_time)
        low, high = (1 - np.exp(-max(r, 0.0) * horizon) for r in (rate - half, rate + half))
        mean = 1 - np.exp(-rate * horizon)
        if max(high - mean, mean - low) <= 0.05:
            break
        person_time *= 1.02
    return _of(parameters, r2, shrinkage, most=most, overall=person_time / follow_up, events=events)


def continuous(parameters: int, *, r2: float, shrinkage: float = 0.9) -> SampleSize:
    """For a number and an expected adjusted R2: shrinkage, R2 to 0.05, and the residual SD to 10 % (>= 234 + P)."""
    _check(parameters, r2, shrinkage)
    n = np.arange(parameters + 2, 10_000_000 if parameters > 10_000 else 1_000_000, dtype=np.float64)
    # The shrinkage that Copas and van Houwelingen & le Cessie expect, from the R2 that would be seen in n patients.
    apparent = (r2 * (n - parameters - 1) + parameters) / (n - 1)
    expected = 1 + (parameters - 2) / (n * np.log1p(-apparent))
    enough = np.flatnonzero(expected >= shrinkage)
    if not len(enough):
        raise UsageError("no number of patients gives that shrinkage")
    optimism = 1 + parameters * (1 - r2) / 0.05
    return SampleSize(int(n[enough[0]]), int(np.ceil(optimism)), 234 + parameters, np.nan)


def expected_shrinkage(patients: int, parameters: int, *, r2: float) -> float:
    """The uniform shrinkage that a model of `parameters` needs in so many patients, at an adjusted Cox-Snell R2."""
    _check(parameters, r2, 0.9)
    # n = P / ((S - 1) ln(1 - R2 / S)), solved for S by bisection; it rises with n.
    low, high = r2 + 1e-9, 1 - 1e-9
    for _ in range(100):
        middle = (low + high) / 2
        needed = parameters / ((middle - 1) * np.log1p(-r2 / middle))
        low, high = (middle, high) if needed < patients else (low, middle)
    return low


def _of(parameters: int, r2: float, shrinkage: float, *, most: float, overall: float, events: float) -> SampleSize:
    """From the largest R2 there can be, the size that the overall risk wants, and events per patient."""
    first = parameters / ((shrinkage - 1) * np.log1p(-r2 / shrinkage))
    small = r2 / (r2 + 0.05 * most)
    second = parameters / ((small - 1) * np.log1p(-r2 / small))
    one, two, three = (int(np.ceil(round(float(x), 6))) for x in (first, second, overall))
    return SampleSize(one, two, three, max(one, two, three) * events / parameters)


def _check(parameters: int, r2: float, shrinkage: float) -> None:
    if parameters < 1 or not 0 < r2 < 1 or not r2 < shrinkage < 1:
        raise UsageError("a model has a parameter or more, an R2 between 0 and 1, and a shrinkage between R2 and 1")
