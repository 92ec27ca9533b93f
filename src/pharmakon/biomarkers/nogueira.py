"""How much the features that a method selects depend on the patients it happened to see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats
from pharmakon.learn.interval import NORMAL


@dataclass(frozen=True, slots=True)
class Agreement:
    """Stability phi: 1 where every run selects the same, about 0 where each selects at random; with a 95 % interval.

    Above 0.75 is usually called excellent, below 0.4 poor. NaN where every run selects nothing, or everything.
    """

    phi: float
    low: float
    high: float
    mean_size: float
    """Features selected in a run, on average."""


def agreement(selected: NDArray[np.bool_]) -> Agreement:
    """The stability of selections (m runs, d features): Nogueira, Sechidis & Brown, JMLR 2018, 18(174), theorem 7."""
    Z = np.asarray(selected, dtype=np.float64)
    if Z.ndim != 2 or len(Z) < 2:
        raise UsageError("stability needs the selections of at least two runs")
    m, d = Z.shape
    share: Floats = Z.mean(axis=0)
    size = float(Z.sum(axis=1).mean())
    chance = size / d * (1 - size / d)
    if chance <= 0:
        return Agreement(np.nan, np.nan, np.nan, size)
    phi = 1 - float(np.mean(m / (m - 1) * share * (1 - share))) / chance
    k = Z.sum(axis=1)
    each = (Z @ share / d - k * size / d**2 + phi / 2 * (2 * k * size / d**2 - k / d - size / d + 1)) / chance
    variance = 4 / m**2 * float(np.sum((each - each.mean()) ** 2))
    half = NORMAL * float(np.sqrt(variance))
    return Agreement(phi, phi - half, min(1.0, phi + half), size)
