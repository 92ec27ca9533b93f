"""Rates of many small cells, each drawn towards the mean of all by as much as its size leaves open.

Empirical Bayes with a beta-binomial model: the cells' rates come from one beta distribution, which is fitted to all
cells together by maximum likelihood (Griffin and Krutchkoff, Biometrika 1971, 58, 597).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pharmakon.core.types import Floats

STRONGEST, WEAKEST = 1e5, 0.1
"""Most people that the prior counts for, and fewest: with the most all cells have one rate."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """Rates of m cells after pooling with 95 % credible intervals; `weight` is how much of each is its own data."""

    rate: Floats
    low: Floats
    high: Floats
    weight: Floats
    mean: float
    """Of the prior."""
    strength: float
    """How many people the prior counts for."""


def pooled_rates(events: ArrayLike, n: ArrayLike) -> Pooled:
    """From events and people of each cell; both (m,). Cells without people get the prior; NaN without anybody."""
    from scipy.special import betaincinv

    k, n = np.asarray(events, np.float64), np.asarray(n, np.float64)
    if not n.sum() > 0:
        nothing = np.full(len(n), np.nan)
        return Pooled(nothing, nothing, nothing, nothing, np.nan, np.nan)
    mean, strength = _prior(k[n > 0], n[n > 0])
    a, b = mean * strength + k, (1 - mean) * strength + n - k
    low, high = (np.asarray(betaincinv(a, b, end), np.float64) for end in (0.025, 0.975))
    return Pooled(a / (a + b), low, high, n / (n + strength), mean, strength)


def _prior(k: Floats, n: Floats) -> tuple[float, float]:
    """Mean and strength of the beta distribution, by maximum likelihood over logit mean and log strength."""
    from scipy.optimize import minimize
    from scipy.special import betaln, expit, logit

    overall = float(np.clip(k.sum() / n.sum(), 1e-6, 1 - 1e-6))
    if len(k) < 2:
        return overall, 1.0

    def loss(at: Floats) -> float:
        m, s = float(np.clip(expit(at[0]), 1e-9, 1 - 1e-9)), _strength(at)
        return -float(np.sum(betaln(m * s + k, (1 - m) * s + n - k) - betaln(m * s, (1 - m) * s)))

    best = min(
        (
            minimize(loss, np.array([logit(overall), np.log(start)]), method="Nelder-Mead", options={"xatol": 1e-6})
            for start in (2.0, 50.0, 2000.0)
        ),
        key=lambda found: float(found.fun),
    )
    mean, strength = float(expit(best.x[0])), _strength(best.x)
    return float(np.clip(mean, 1e-9, 1 - 1e-9)), strength


def _strength(at: Floats) -> float:
    """Kept within its bounds: where every cell has the same rate, 0 or 1, the likelihood has no other end."""
    return float(np.exp(np.clip(at[1], np.log(WEAKEST), np.log(STRONGEST))))
