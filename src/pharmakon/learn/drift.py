"""Whether a number still holds its limit: three answers, since a small sample often cannot tell.

A limit is *passed* when the whole 95 % interval lies beyond it, *held* when none of it does. What lies between is
"cannot tell": more data decide it, not a point estimate on one side. A schedule of checks that alarms at every estimate
beyond a limit cries wolf; one that tests "no different" praises small samples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pharmakon.core.errors import UsageError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats

from .interval import Interval

Verdict = Literal["held", "passed", "cannot tell"]
FEWEST = 10
"""Rows that a number needs: a bootstrap of fewer promises what it cannot keep."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The least (`side` "least") or the most a number may be."""

    side: Literal["least", "most"]
    value: float

    def verdict(self, found: Interval) -> Verdict:
        """Whether a number holds it, passed it, or cannot tell."""
        low, high = (found.low, found.high) if self.side == "least" else (-found.high, -found.low)
        edge = self.value if self.side == "least" else -self.value
        if not (math.isfinite(low) and math.isfinite(high)):
            return "cannot tell"
        return "held" if low >= edge else "passed" if high < edge else "cannot tell"


def share(hits: int, n: int) -> Interval:
    """A share of `n` with its exact 95 % interval (Clopper & Pearson, Biometrika 1934)."""
    from scipy.stats import beta

    if not 0 <= hits <= n:
        raise UsageError(f"{hits} of {n} is no share")
    if n == 0:
        return Interval(math.nan)
    low = float(beta.ppf(0.025, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, n - hits)) if hits < n else 1.0
    return Interval(hits / n, low, high)


def loss_ratio(losses: ArrayLike, reference: float, *, resamples: int = 2000, seed: int = 0) -> Interval:
    """The mean of losses (n,) over a `reference` one, with its bootstrap 95 % interval."""
    values = np.asarray(losses, dtype=np.float64)
    if not reference > 0 or len(values) == 0:
        return Interval(math.nan)
    value = float(values.mean() / reference)
    if len(values) < FEWEST:
        return Interval(value)
    low, high = np.percentile(_resampled(values, resamples, seed) / reference, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def mean_shift(differences: ArrayLike, *, unit: float = 1.0, resamples: int = 2000, seed: int = 0) -> Interval:
    """The mean of differences (n,) in multiples of `unit`, away from 0 whichever the side, with a 95 % interval.

    The interval is that of the signed mean, folded at 0: its low end is 0 where the signed interval holds 0.
    """
    values = np.asarray(differences, dtype=np.float64) / unit
    if len(values) == 0 or not unit > 0:
        return Interval(math.nan)
    value = float(values.mean())
    if len(values) < FEWEST:
        return Interval(abs(value))
    low, high = np.percentile(_resampled(values, resamples, seed), [2.5, 97.5])
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return Interval(abs(value), float(least), float(max(abs(low), abs(high))))


def fold_apart(observed: int, expected: float, n: int) -> Interval:
    """How many times as many events there are as were expected, or as few: 1 is right, 2 is twice or half.

    The interval is that of the observed share (Clopper & Pearson), folded at 1. NaN where nothing was expected.
    """
    if not expected > 0 or n < FEWEST:
        return Interval(math.nan)
    ends = [x * n / expected for x in share(observed, n)]
    logs = [math.log(max(end, 1e-12)) for end in ends]
    least = 0.0 if logs[1] <= 0 <= logs[2] else min(abs(logs[1]), abs(logs[2]))
    return Interval(math.exp(abs(logs[0])), math.exp(least), math.exp(max(abs(logs[1]), abs(logs[2]))))


def _resampled(values: Floats, resamples: int, seed: int) -> Floats:
    """The mean of each of so many resamples of values (n,)."""
    generator = stream(seed, "drift")
    found = np.empty(resamples)
    step = max(1, 4_000_000 // len(values))
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        found[start : start + size] = values[generator.integers(len(values), size=(size, len(values)))].mean(axis=1)
    return found
