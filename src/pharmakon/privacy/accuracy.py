"""The accuracy to expect of a release before anything is spent on it: from the noise's law, never from the data.

Errors are those that noise adds, exceeded by 1 release in 20; the chance of who came to the clinic comes on top of
them. Of means and curves they depend on how many people there are, which is itself not to be given away: the number is
declared. Noise for planning is drawn with a seed, and nothing of it is released.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pharmakon.core.random import stream
from pharmakon.core.types import Floats

from .budget import Price
from .release import STEPS, Mechanism, curve, split

ALPHA = 0.05
DRAWS = 2000
EVENT_FREE = 0.5
"""Share that a curve is assumed to leave event-free at the end of its grid, with a constant hazard and nobody lost."""


@lru_cache(maxsize=4096)
def count_error(price: Price, cells: int = 1) -> int:
    """The error that none of so many cells passes, but in 1 release of 20 (Bonferroni)."""
    return _tail(_scale(price), ALPHA / cells, gaussian=price.delta > 0)


@lru_cache(maxsize=4096)
def mean_error(low: float, high: float, people: int, price: Price) -> float:
    """The error of a mean of so many people, at worst over where the mean lies within its bounds."""
    scale, number = Mechanism(split(price), half_range=STEPS // 2).scale, _scale(split(price))
    random = stream(0, "accuracy", "mean")
    total = _noise(random, scale, (20 * DRAWS,), gaussian=price.delta > 0)
    counted = people + _noise(random, number, (20 * DRAWS,), gaussian=price.delta > 0)
    edge = STEPS / 2  # a mean at its upper bound
    found = np.where(counted < 1, 0.0, (edge * people + total) / np.maximum(counted, 1))
    return float(np.quantile(np.abs(np.clip(found, -edge, edge) - edge), 1 - ALPHA) * (high - low) / STEPS)


@lru_cache(maxsize=4096)
def curve_error(times: int, people: int, price: Price, groups: int = 1) -> float:
    """The greatest error along a curve of so many times, for a group of people // groups, as EVENT_FREE assumes."""
    scale, m = _scale(price), times
    survival = EVENT_FREE ** (np.arange(m + 1) / m)
    n = people // groups
    expected = np.concatenate((n * -np.diff(survival), np.zeros(m), [n * survival[-1]]))
    random = stream(0, "accuracy", "curve")
    noise = np.rint(_noise(random, scale, (DRAWS, 2 * m + 1), gaussian=price.delta > 0))
    grid = np.arange(1.0, m + 1)
    worst = [np.abs(curve(expected + row, grid).survival - survival[1:]).max() for row in noise]
    return float(np.quantile(worst, 1 - ALPHA))


@lru_cache(maxsize=4096)
def _scale(price: Price) -> float:
    """Of the noise of a cell: a person is in one, so it is the same however many there are."""
    return Mechanism(price, cells=1).scale


def _tail(scale: float, alpha: float, *, gaussian: bool) -> int:
    """The least whole number that the noise passes with probability alpha at most."""
    from scipy.stats import norm

    if gaussian:
        return int(np.ceil(norm.isf(alpha / 2) * scale - 0.5))
    # P(|X| > a) = 2 r^(a + 1) / (1 + r) with r = exp(-1 / scale)
    r = np.exp(-1 / scale)
    return max(0, int(np.ceil(np.log(alpha * (1 + r) / 2) / np.log(r) - 1)))


def _noise(random: np.random.Generator, scale: float, shape: tuple[int, ...], *, gaussian: bool) -> Floats:
    return np.rint(random.normal(0, scale, shape)) if gaussian else random.laplace(0, scale, shape)
