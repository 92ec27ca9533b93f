"""Cohorts of which the truth is known: correlated features, a few of them true, and an outcome of any kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.outcome import Outcome, OutcomeKind
from pharmakon.core.random import stream
from pharmakon.core.types import Floats


@dataclass(frozen=True, slots=True)
class Simulated:
    """A block, its outcome, and which of its features are true (p,)."""

    block: Block
    outcome: Outcome
    true: NDArray[np.bool_]
    signal: Floats
    """The linear score that the outcome was drawn from (n,)."""


def simulate(
    n: int,
    p: int,
    *,
    true: int = 10,
    effect: float = 0.5,
    correlation: float = 0.3,
    block_size: int = 20,
    kind: OutcomeKind = "binary",
    random_state: int = 0,
) -> Simulated:
    """n patients by p standard normal features, of which `true` have a coefficient of `effect` or -`effect`.

    Features come in blocks of `block_size` with pairwise `correlation` inside, as pathways do; at most one feature of a
    block is true while there are blocks enough. Continuous: noise of variance 1 is added; binary: drawn at the logistic
    of the score; survival: exponential times of hazard exp(score), a third of patients censored before.
    """
    draw = stream(random_state, "simulate")
    blocks = -(-p // block_size)
    shared = np.repeat(draw.standard_normal((n, blocks)), block_size, axis=1)[:, :p]
    X = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * draw.standard_normal((n, p))
    first = np.arange(0, p, block_size)
    order = np.concatenate([draw.permutation(first), draw.permutation(np.setdiff1d(np.arange(p), first))])[:true]
    coefficients = np.zeros(p)
    coefficients[order] = effect * draw.choice([-1.0, 1.0], size=len(order))
    signal = X @ coefficients
    event = None
    if kind == "continuous":
        value = signal + draw.standard_normal(n)
    elif kind == "binary":
        value = (draw.random(n) < 1 / (1 + np.exp(-signal))).astype(np.float64)
    else:
        death = draw.exponential(size=n) * np.exp(-signal)
        censored = draw.exponential(size=n) * np.quantile(death, 0.5) * 2.5
        value, event = np.minimum(death, censored), (death <= censored).astype(np.float64)
    features = tuple(f"f{j}" for j in range(p))
    return Simulated(Block("omics", X, features), Outcome("simulated", kind, value, event), coefficients != 0, signal)
