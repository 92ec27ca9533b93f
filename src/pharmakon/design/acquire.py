"""Which of many proposals are worth a scorer call: a batch that hopes, doubts and differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.random import Generator
from rdkit.Chem import Mol

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.types import Floats
from pharmakon.design.propose import Brood
from pharmakon.design.surrogate import Surrogate

SHORT = 200
"""Proposals that are compared with each other; the rest have no chance."""

Order = Iterable[int]


def betas(explore: tuple[float, float], n: int, *, random: Generator) -> Floats:
    """How many deviations to add to a mean: log-uniform between two bounds."""
    low, high = np.log(explore)
    drawn: Floats = np.exp(low + (high - low) * random.random(n))
    return drawn


def best_first(merit: Floats) -> list[int]:
    """Indices by falling merit. Rounded, so that the last bit of a sum decides nothing."""
    return [int(i) for i in np.argsort(-np.round(merit, 7), kind="stable")]


def choose(
    pool: Brood,
    mean: Floats,
    deviation: Floats,
    *,
    surrogate: Surrogate,
    wanted: int,
    explore: tuple[float, float],
    sampled: float,
    blind: float,
    max_similarity: float,
    accept: Callable[[Mol], bool],
    random: Generator,
) -> list[int]:
    """Rows of the pool for one batch; `accept` has the last word on each.

    A share `blind` is drawn regardless of the surrogate, so that it is told when it is wrong. Of the rest, a share
    `sampled` goes to the best of one draw from the posterior each (Thompson), the others to the best
    mean + beta * deviation, each with its own beta.
    """
    blindly = round(blind * wanted)
    drawn = round(sampled * (wanted - blindly))
    weights = betas(explore, wanted - blindly - drawn, random=random)
    typical = mean + float(np.sqrt(explore[0] * explore[1])) * deviation
    short = best_first(typical)[:SHORT]
    orders: list[Order] = [[short[i] for i in best_first(mean[short] + b * deviation[short])] for b in weights]
    if drawn:
        samples = surrogate.sample(pool.views.take(short), drawn, random=random)
        orders += [[short[i] for i in best_first(sample)] for sample in samples]
    orders += [[int(i) for i in random.permutation(len(pool))[:SHORT]] for _ in range(blindly)]
    return _different(pool, orders, max_similarity, accept)


def _different(pool: Brood, orders: list[Order], max_similarity: float, accept: Callable[[Mol], bool]) -> list[int]:
    """The first of each order that is accepted and not too similar to those taken before, if there is one."""
    verdicts: dict[int, bool] = {}

    def acceptable(row: int) -> bool:
        if row not in verdicts:
            verdicts[row] = accept(pool.views.mols[row])
        return verdicts[row]

    rows = sorted({i for order in orders for i in order})
    where = {row: i for i, row in enumerate(rows)}
    fingerprints = bits([pool.views.mols[i] for i in rows])
    nearest = np.zeros(len(rows), np.float32)
    chosen: list[int] = []
    for order in orders:
        free = (i for i in order if i not in chosen and nearest[where[i]] <= max_similarity)
        row = next((i for i in free if acceptable(i)), None)
        if row is not None:
            chosen.append(row)
            mine = fingerprints[where[row] : where[row] + 1]
            np.maximum(nearest, tanimoto(mine, fingerprints)[0], out=nearest)
    return chosen
