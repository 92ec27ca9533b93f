"""From a value to how far it is what was asked for: 0 to 1, with a slope everywhere outside the wanted range.

Derringer & Suich, J. Qual. Technol. 12, 214 (1980), but never flat: a twentieth of the range is a tail that falls for
ever, so that a search far from its goal still knows which way is closer.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from pharmakon.core.types import Property

Shape = Literal["linear", "sigmoid", "step", "gaussian", "exponential"]
Points = tuple[tuple[float, float], ...]
"""Values, rising, with the desirability of each; straight lines between them."""
Uncertainty = Literal["mean", "pessimistic", "probability"]

TAIL = 0.05
COVERAGE_DEVIATIONS = 1.6449
"""Half an interval in standard deviations, if it holds 90 % of a normal distribution."""

_BOUND = re.compile(r"(>=|<=|>|<|=|==)\s*(\S+)")
_RANGE = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Want:
    """A wanted range; an open side is infinite."""

    low: float
    high: float

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> Want:
        """Read ">= 8", "< 0.3", "2..5" or "= 3". ValueError says what is wrong."""
        text = text.strip()
        try:
            if bound := _BOUND.fullmatch(text):
                sign, value = bound[1], _number(bound[2])
                return {
                    ">=": cls(value, math.inf),
                    ">": cls(math.nextafter(value, math.inf), math.inf),
                    "<=": cls(-math.inf, value),
                    "<": cls(-math.inf, math.nextafter(value, -math.inf)),
                }.get(sign, cls(value, value))
            if between := _RANGE.fullmatch(text):
                low, high = _number(between[1]), _number(between[2])
                if low <= high:
                    return cls(low, high)
                raise ValueError(f"{text!r} ends before it begins")
        except OverflowError as error:
            raise ValueError(str(error)) from None
        raise ValueError(f"{text!r} is not a wish; write '>= 8', '<= 0.3', '2..5' or '= 3'")

    def turned(self) -> Want:
        """The range of the negative value."""
        return Want(-self.high, -self.low)

    def violation(self, value: float) -> float:
        """How far outside, 0 inside."""
        return max(self.low - value, value - self.high, 0.0)

    def tolerance(self, what: Property) -> float:
        """A usual distance from right to useless: a quarter of the physical range, or of the bound."""
        if what.low is not None and what.high is not None:
            return (what.high - what.low) / 4
        bounds = [abs(b) for b in (self.low, self.high) if math.isfinite(b)]
        return max(1.0, max(bounds, default=0.0) / 4)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number")
    return value


def desirability(
    want: Want,
    value: float,
    low: float,
    high: float,
    *,
    tolerance: float,
    shape: Shape | Points = "linear",
    uncertainty: Uncertainty = "mean",
) -> float:
    """1 when what is wanted is reached, less outside, never 0.

    "pessimistic" judges by the worse end of the interval. "probability" is how probable the wanted range is, if the
    interval is the central 90 % of a normal distribution.
    """
    if uncertainty == "pessimistic":
        return min(_shaped(want, v, tolerance, shape) for v in (low, value, high))
    if uncertainty == "probability" and high > low:
        deviation = (high - low) / (2 * COVERAGE_DEVIATIONS)
        inside = _normal((want.high - value) / deviation) - _normal((want.low - value) / deviation)
        return _tailed(want.violation(value) / tolerance, inside)
    return _shaped(want, value, tolerance, shape)


def _shaped(want: Want, value: float, tolerance: float, shape: Shape | Points) -> float:
    outside = want.violation(value) / tolerance
    if outside == 0.0:
        return 1.0
    if not isinstance(shape, str):
        return _tailed(outside, _between(value, shape))
    grade = {
        "linear": max(0.0, 1.0 - outside),
        "gaussian": math.exp(-2.0 * min(outside, 10.0) ** 2),
        "sigmoid": 1.0 / (1.0 + math.exp(min(10.0 * (outside - 0.5), 50.0))),
        "exponential": math.exp(-3.0 * outside),
        "step": 0.0,
    }[shape]
    return _tailed(outside, grade)


def _between(value: float, points: Points) -> float:
    """The desirability of a value; beyond the points that of the outermost."""
    for (x, y), (next_x, next_y) in pairwise(points):
        if value < next_x:
            return y if value <= x else y + (next_y - y) * (value - x) / (next_x - x)
    return points[-1][1]


def _tailed(outside: float, grade: float) -> float:
    return TAIL / (1.0 + outside) ** 2 + (1.0 - TAIL) * grade


def _normal(z: float) -> float:
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))
