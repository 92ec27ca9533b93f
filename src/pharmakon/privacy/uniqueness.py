"""How many people are like nobody else in a population, estimated from a sample of it.

Two models. Pitman's superpopulation (Hoshino, J. Official Stat. 2001, 17, 499): class sizes are those of an
Ewens-Pitman partition with theta and alpha by maximum likelihood. Zayatz (1991): the sizes of the sample's classes
stand for those of the population, and Bayes' rule says how many sample uniques are population uniques. Dankar et al.
(BMC Med. Inform. 2012, 12, 66) compared them: Pitman's where the sample is up to a tenth of the population, Zayatz'
above, which is what `population_uniqueness` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pharmakon.core.types import Floats

SMALL_SAMPLE = 0.1


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """Estimated unique people, their share of the population, and the model that says so."""

    unique: float
    share: float
    model: Literal["Pitman", "Zayatz", "census", "none unique"]


def population_uniqueness(sizes: Floats, population: int) -> Uniqueness:
    """Unique people in a population of so many, from the sizes (classes,) of a sample's classes."""
    n = float(sizes.sum())
    if population <= n:
        unique, model = float((sizes == 1).sum()), "census"
    elif not (sizes == 1).any():
        unique, model = 0.0, "none unique"
    elif n / population <= SMALL_SAMPLE:
        unique, model = pitman(sizes, population), "Pitman"
    else:
        unique, model = zayatz(sizes, population), "Zayatz"
    return Uniqueness(unique, unique / population, model)  # type: ignore[arg-type]


def pitman(sizes: Floats, population: int) -> float:
    """Expected unique people by the Pitman model."""
    from scipy.special import gammaln

    theta, alpha = fit_pitman(sizes)
    logs = gammaln(theta + 1) - gammaln(theta + alpha) + gammaln(theta + alpha + population - 1)
    return float(min(population, population * np.exp(logs - gammaln(theta + population))))


def fit_pitman(sizes: Floats) -> tuple[float, float]:
    """theta and alpha of the Ewens-Pitman partition by maximum likelihood; alpha within [0, 1), theta above 0."""
    from scipy.optimize import minimize
    from scipy.special import expit, gammaln

    n, u = float(sizes.sum()), len(sizes)
    distinct, many = np.unique(sizes, return_counts=True)
    steps = np.arange(1, u)

    def loss(x: Floats) -> float:
        theta, alpha = float(np.exp(x[0])), float(expit(x[1]))
        value = np.log(theta + alpha * steps).sum() - (gammaln(theta + n) - gammaln(theta + 1))
        value += many @ (gammaln(distinct - alpha) - gammaln(1 - alpha))
        return -float(value)

    starts = [(np.log(u), 0.0), (np.log(max(u / 10, 1.0)), -2.0), (0.0, 1.0)]
    found = min(
        (minimize(loss, x, method="L-BFGS-B", bounds=[(-12, 25), (-14, 10)]) for x in starts), key=lambda r: r.fun
    )
    return float(np.exp(found.x[0])), float(expit(found.x[1]))


def zayatz(sizes: Floats, population: int) -> float:
    """Expected unique people by Zayatz: the sample's uniques, by Bayes' rule, against the share that was sampled."""
    from scipy.stats import hypergeom

    n = int(sizes.sum())
    distinct, many = np.unique(sizes.astype(np.int64), return_counts=True)
    share = many / many.sum()
    once = hypergeom.pmf(1, population, distinct, n)
    alone = float(share[distinct == 1].sum())
    total = float((share * once).sum())
    chance = alone * float(hypergeom.pmf(1, population, 1, n)) / total if total else 0.0
    unique = int((sizes == 1).sum())
    return min(population, unique * chance * population / n)
