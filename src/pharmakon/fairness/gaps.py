"""The distance between the best and the worst group, with an interval that knows it was the largest of many.

The largest of several differences is large by chance alone, so its interval is simultaneous: the bootstrap's largest
studentised difference over all pairs of groups (the max-t method) says how far any of them may be off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pharmakon.core.types import Floats

from .classification import HIGHER_IS_BETTER

LEVEL = 95.0
COMPOSED = {"equalised_odds": ("tpr", "fpr"), "demographic_parity": ("selection_rate",)}
"""Gaps that are the larger of several metrics' gaps (fairlearn's equalized_odds_difference)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The largest difference of a metric between two groups: `low` is 0 where there may be none at all."""

    metric: str
    value: float
    low: float
    high: float
    worst: str
    """The worse group, where the metric has a worse side; else the one with the lower value."""
    best: str
    ratio: float
    """The lower value over the higher one."""

    @property
    def shown(self) -> bool:
        """Whether the interval leaves no room for none."""
        return self.low > 0


def gap(metric: str, values: Floats, levels: Sequence[str]) -> Gap | None:
    """Of resampled values (1 + times, levels), the data first; None with fewer than two groups."""
    return largest(metric, {metric: values}, levels)


def largest(name: str, parts: Mapping[str, Floats], levels: Sequence[str]) -> Gap | None:
    """The largest gap among several metrics, each (1 + times, levels); None with fewer than two groups."""
    pairs = [
        (metric, i, j)
        for metric, values in parts.items()
        for i, j in combinations(range(len(levels)), 2)
        if np.isfinite(values[0, i]) and np.isfinite(values[0, j])
    ]
    if not pairs:
        return None
    apart = np.stack([parts[metric][:, i] - parts[metric][:, j] for metric, i, j in pairs], axis=1)
    most = int(np.argmax(np.abs(apart[0])))
    value = float(abs(apart[0, most]))
    low, high = simultaneous(apart, most)
    metric, i, j = pairs[most]
    first, second = parts[metric][0, i], parts[metric][0, j]
    lower, upper = (i, j) if first <= second else (j, i)
    worst, best = (upper, lower) if HIGHER_IS_BETTER.get(metric) is False else (lower, upper)
    top = max(first, second)
    ratio = float(min(first, second) / top) if top > 0 else np.nan
    return Gap(name, value, low, high, levels[worst], levels[best], ratio)


def simultaneous(apart: Floats, which: int) -> tuple[float, float]:
    """Ends of the interval of the absolute difference `which` of (1 + times, pairs) that holds for all of them."""
    samples = apart[1:]
    error = np.full(apart.shape[1], np.nan)
    often = np.isfinite(samples).sum(axis=0) > max(1, 0.5 * len(samples))
    error[often] = np.nanstd(samples[:, often], axis=0, ddof=1)
    usable = error > 0
    if not usable[which]:
        return np.nan, np.nan
    samples = samples[np.isfinite(samples[:, usable]).any(axis=1)]  # a resample may have no group that can be judged
    studentised = np.abs(samples[:, usable] - apart[0, usable]) / error[usable]
    reach = float(np.nanpercentile(np.nanmax(studentised, axis=1), LEVEL)) * float(error[which])
    value = float(abs(apart[0, which]))
    return max(0.0, value - reach), value + reach
