"""A statistic before it is released, what it costs and the error to expect; and a released number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .release_request import Statistic

if TYPE_CHECKING:
    from pharmakon.privacy.budget import Price


@dataclass(frozen=True, slots=True)
class Expected:
    """A statistic before it is released: what it costs and the error that 1 release in 20 exceeds."""

    statistic: Statistic
    price: Price
    error: float
    """Whole where it is of a count."""
    meaning: str


@dataclass(frozen=True, slots=True)
class Line:
    """One released number: where in its statistic it stands, and how it came about."""

    statistic: str
    group: str
    at: str
    value: float
    """A count is a whole number."""
    error: float
    """95 %, as expected; NaN where it is of another number (those at risk)."""


def expect(statistic: Statistic, people: int) -> Expected:
    """The price of a statistic and the accuracy to expect, by the noise's law and the declared number of people."""
    from pharmakon.privacy.accuracy import count_error, curve_error, mean_error
    from pharmakon.privacy.budget import Price

    price = Price(statistic.epsilon, statistic.delta)
    if statistic.kind == "mean":
        low, high = float(statistic.low or 0.0), float(statistic.high or 0.0)
        error = mean_error(low, high, people, price)
        meaning = f"of the mean, at worst, with {people:,} people; values outside {low:g} to {high:g} bias it further"
    elif statistic.kind == "survival":
        groups = max(1, len(statistic.groups))
        error = curve_error(len(statistic.times), people, price, groups)
        share = f", a group of {people // groups:,}" if groups > 1 else ""
        meaning = f"of the curve where it is worst, with {people:,} people{share}, half of them event-free at the end"
    else:
        error = count_error(price, statistic.cells)
        meaning = "people" if statistic.cells == 1 else f"people, in the worst of {statistic.cells} cells"
    return Expected(statistic, price, error, meaning)
