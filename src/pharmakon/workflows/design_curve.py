"""How the worth of a value falls outside of what is wanted, as points of a curve: what a form draws beside a wish."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.types import Property
from pharmakon.design.desirability import Points, Shape, Want, desirability
from pharmakon.design.terms import Constraint, Goal

POINTS = 120
"""Values at which a curve is sampled, besides the ends of the wanted range."""


class CurveConfig(Config):
    """A wish about a number, and the stretch of values to look at."""

    want: str = Field(description="'>= 8', '<= 0.3', '2..5' or '= 3'")
    low: float = Field(description="the first value")
    high: float = Field(description="the last value")
    tolerance: float | None = Field(None, gt=0, description="distance at which a value is worth little")
    shape: Shape = Field("linear", description="how desirability falls")
    points: Points = Field((), description="instead of want: [value, desirability] pairs")
    role: Literal["goal", "constraint"] = Field("goal", description="whether it adds up or must hold")


def run(config: CurveConfig) -> list[tuple[float, float]]:
    """(value, desirability) pairs, values rising: of a constraint 1 where it holds and 0 elsewhere.

    Raises ValueError for a wish that cannot be read.
    """
    facts = {"property": "value", "tolerance": config.tolerance, "want": config.want}
    if config.points:
        goal = Goal.model_validate({"property": "value", "points": config.points})
        want = goal.wanted()
    else:
        model = Goal if config.role == "goal" else Constraint
        want = model.model_validate(facts).wanted()
    tolerance = config.tolerance or want.tolerance(Property("value", "", "", low=config.low, high=config.high))
    if config.role == "constraint":
        return [(value, float(want.violation(value) == 0.0)) for value in _values(config, want)]
    return [
        (value, desirability(want, value, value, value, tolerance=tolerance, shape=config.points or config.shape))
        for value in _values(config, want)
    ]


def _values(config: CurveConfig, want: Want) -> list[float]:
    """Evenly spread, with the ends of the wanted range and what lies just beside them, where a step falls."""
    extent = config.high - config.low
    even = [config.low + extent * i / (POINTS - 1) for i in range(POINTS)]
    ends = [end + side * extent * 1e-6 for end in (want.low, want.high) for side in (-1, 0, 1)]
    return sorted({*even, *(end for end in ends if config.low <= end <= config.high)})
