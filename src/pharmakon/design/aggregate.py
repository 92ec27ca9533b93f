"""One score from the desirabilities of several goals, each with its weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

Aggregate = Literal["geometric", "arithmetic", "product", "pareto"]
Weighted = Sequence[tuple[float, float]]
"""Pairs of a desirability and a weight."""
RHO = 0.05
"""What the sum of all shortfalls counts beside the worst: of molecules with the same worst one the better is better."""


def geometric(pairs: Weighted) -> float:
    """Weighted geometric mean: no goal is bought with another."""
    return math.exp(sum(w * math.log(d) for d, w in pairs) / sum(w for _, w in pairs))


def arithmetic(pairs: Weighted) -> float:
    """Weighted arithmetic mean: goals may buy one another."""
    return sum(w * d for d, w in pairs) / sum(w for _, w in pairs)


def product(pairs: Weighted) -> float:
    """Each to the power of its weight, multiplied: harder than a mean."""
    return math.prod([float(d**w) for d, w in pairs])


def balanced(pairs: Weighted) -> float:
    """How good the worst of the weighted goals is, as the augmented Chebyshev distance from all being met.

    Steuer & Choo, Math. Program. 26, 326 (1983). It names a molecule's place when the goals are not made one, and
    orders a front from its middle.
    """
    total = sum(w for _, w in pairs)
    short = [w / total * (1.0 - d) for d, w in pairs]
    most = max(w for _, w in pairs) / total
    return 1.0 - (max(short) + RHO * sum(short)) / (most + RHO)


AGGREGATES: dict[Aggregate, Callable[[Weighted], float]] = {
    "geometric": geometric,
    "arithmetic": arithmetic,
    "product": product,
    "pareto": balanced,
}
IN_WORDS: dict[Aggregate, str] = {
    "geometric": "the weighted geometric mean of the goals' desirabilities",
    "arithmetic": "the weighted arithmetic mean of the goals' desirabilities",
    "product": "the product of the goals' desirabilities, each to the power of its weight",
    "pareto": "how good the worst of the goals is (augmented Chebyshev); the designs are ranked by front first",
}
"""What the score is."""
