"""A score taken apart: what each wish costs it, in parts that rebuild it.

A score of desirabilities falls short of 1 by a sum: of their shortfalls where it is an arithmetic mean or the worst of
them (augmented Chebyshev; Steuer & Choo 1983), of their logarithms where it is a geometric mean or a product. The sums
are made here anew and not by the code that scored the molecule, so that agreement is a check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, log
from typing import Literal

from pharmakon.core.errors import UsageError

Aggregate = Literal["geometric", "arithmetic", "product", "pareto"]
RHO = 0.05
"""What the sum of all shortfalls counts beside the worst, where the goals are not made one."""
CLOSE = 1e-9
"""How near a rebuilt score is to the recorded one."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one wish costs a score: `loss` in the score's own terms, `share` of all that the score lacks (0 to 1)."""

    name: str
    desirability: float
    weight: float
    loss: float
    share: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A score and the costs that rebuild it. `offset` is -1 for a molecule that breaks a constraint."""

    aggregate: Aggregate
    recorded: float
    costs: tuple[Cost, ...]
    offset: float = 0.0

    @property
    def rebuilt(self) -> float:
        """The score made of the costs alone."""
        lost = fsum(cost.loss for cost in self.costs)
        return (exp(-lost) if self.aggregate in ("geometric", "product") else 1.0 - lost) + self.offset

    @property
    def error(self) -> float:
        """How far the rebuilt score is from the recorded one."""
        return abs(self.rebuilt - self.recorded)

    @property
    def ok(self) -> bool:
        """Whether they agree within 1e-9."""
        return self.error <= CLOSE


def decompose(
    wishes: Sequence[tuple[str, float, float]], *, aggregate: Aggregate, recorded: float, offset: float = 0.0
) -> Decomposition:
    """The costs of (name, desirability, weight), in their order; UsageError for a desirability of 0, which has none."""
    if any(not 0.0 < grade <= 1.0 or not weight > 0.0 for _, grade, weight in wishes):
        raise UsageError("a desirability is above 0 and at most 1, and a weight is above 0")
    total = fsum(weight for _, _, weight in wishes)
    short = [weight / total * (1.0 - grade) for _, grade, weight in wishes]
    if aggregate == "product":
        losses = [-weight * log(grade) for _, grade, weight in wishes]
    elif aggregate == "geometric":
        losses = [-weight / total * log(grade) for _, grade, weight in wishes]
    elif aggregate == "arithmetic":
        losses = short
    else:
        scale = max((weight for _, _, weight in wishes), default=1.0) / (total or 1.0) + RHO
        worst = short.index(max(short)) if short else -1
        losses = [(RHO * one + (one if i == worst else 0.0)) / scale for i, one in enumerate(short)]
    lost = fsum(losses)
    costs = tuple(
        Cost(name, grade, weight, loss + 0.0, loss / lost + 0.0 if lost else 0.0)  # no cost is 0.0, not -0.0
        for (name, grade, weight), loss in zip(wishes, losses, strict=True)
    )
    return Decomposition(aggregate, recorded, costs, offset)
