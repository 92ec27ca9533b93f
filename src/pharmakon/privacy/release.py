"""Differentially private statistics of a table with one row a person. All noise is OpenDP's.

Every statistic is a count of people in cells, or a sum within bounds, on whole numbers; OpenDP counts, bounds and adds
discrete Laplace or Gaussian noise, and its own privacy map says what that costs. What is done to its numbers afterwards
(fractions, curves, clipping at 0) costs nothing. Neighbouring tables differ by one person who is there or not, so not
even the number of people is given away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.lazy import require
from pharmakon.core.types import Floats

from .budget import Price

EXTRA, NEEDED_FOR = "privacy", "a differentially private release"
STEPS = 2**16
"""Steps between a mean's bounds: values are rounded to them, since noise on floating-point numbers can be undone."""


@dataclass(frozen=True, slots=True)
class Noisy:
    """Whole numbers with noise, (m,): its scale, the mechanism's name, and what OpenDP's map says it cost."""

    values: NDArray[np.int64]
    scale: float
    mechanism: str
    price: Price


@dataclass(frozen=True, slots=True)
class Curve:
    """A released survival curve: `survival` (m,) at `times` (m,), from noisy numbers at risk and events, both (m,)."""

    times: Floats
    at_risk: Floats
    events: Floats
    survival: Floats


class Mechanism:
    """An OpenDP measurement of people's cells or steps, of which each person has one; made for a price.

    `cells` asks for counts of cells 0 .. cells - 1 (a person in none is not counted); `half_range` instead for the sum
    of whole numbers clamped to plus or minus it. Raises MissingExtra without OpenDP.
    """

    def __init__(self, price: Price, *, cells: int = 0, half_range: int = 0) -> None:
        dp = prelude()
        self.price = price
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.symmetric_distance()
        gaussian = price.delta > 0
        if cells:
            metric = dp.l2_distance(T="f64") if gaussian else dp.l1_distance(T="i64")
            exact = dp.t.make_count_by_categories(
                *space, categories=list(range(cells)), null_category=False, TOA="i64", MO=metric.type
            )
        else:
            exact = dp.t.make_clamp(*space, (-half_range, half_range)) >> dp.t.then_sum()
        if gaussian:
            wanted: Any = (price.epsilon, price.delta)
            widest = float(half_range or 1)
            bounds: Any = (widest / 50, widest * 1e6)  # OpenDP's own search starts where its arithmetic overflows

            def make(scale: float) -> Any:
                return exact >> dp.m.then_gaussian(scale)

            def priced(scale: float) -> Any:
                return dp.c.make_fix_delta(dp.c.make_zCDP_to_approxDP(make(scale)), price.delta)

        else:
            wanted, bounds = price.epsilon, None

            def make(scale: float) -> Any:
                return exact >> dp.m.then_laplace(scale)

            priced = make
        self.scale = float(dp.binary_search_param(priced, d_in=1, d_out=wanted, bounds=bounds))
        self._measurement, cost = make(self.scale), priced(self.scale).map(1)
        self.cost = Price(*cost) if gaussian else Price(float(cost))
        self.name = f"discrete {'Gaussian' if gaussian else 'Laplace'}"

    def __call__(self, people: NDArray[np.int64]) -> Noisy:
        """Draw once for people (n,), each by cell or by steps. Each call costs `cost` again."""
        drawn = self._measurement([int(v) for v in people])
        values = np.atleast_1d(np.asarray(drawn, dtype=np.int64))
        return Noisy(values, self.scale, self.name, self.cost)


def prelude() -> Any:
    """OpenDP's names, with the constructors that we use allowed ("contrib": reviewed, most with written proofs)."""
    dp = require("opendp.prelude", extra=EXTRA, needed_for=NEEDED_FOR)
    dp.enable_features("contrib")
    return dp


def count(chosen: NDArray[np.bool_], price: Price) -> Noisy:
    """How many of n people are `chosen`, (n,)."""
    return Mechanism(price, cells=1)(np.zeros(int(chosen.sum()), dtype=np.int64))


def histogram(cells: NDArray[np.int64], size: int, price: Price) -> Noisy:
    """How many of n people are in each of `size` cells, (size,), by their cell (n,), -1 for none."""
    return Mechanism(price, cells=size)(cells[cells >= 0])


def split(price: Price) -> Price:
    """Half of a price: what the sum and the count of a mean cost each."""
    return Price(price.epsilon / 2, price.delta / 2)


def mean(values: Floats, low: float, high: float, price: Price) -> tuple[float, Noisy, Noisy]:
    """The mean of n values, (n,), clamped to declared bounds, with the noisy sum and count that it is made of.

    Values are counted in steps from the middle of the bounds, so that the sum depends on half the range at most. The
    result is within the bounds; the middle where the noisy count is below 1.
    """
    total = Mechanism(split(price), half_range=STEPS // 2)(steps(values, low, high))
    number = count(np.ones(len(values), dtype=bool), split(price))
    n = int(number.values[0])
    middle = (low + high) / 2
    if n < 1:
        return middle, total, number
    found = middle + float(total.values[0]) / n * (high - low) / STEPS
    return float(np.clip(found, low, high)), total, number


def steps(values: Floats, low: float, high: float) -> NDArray[np.int64]:
    """Values as whole steps from the middle of the bounds."""
    clamped = np.clip(values, low, high)
    return np.rint((clamped - (low + high) / 2) / (high - low) * STEPS).astype(np.int64)


def survival_cells(time: Floats, event: NDArray[np.bool_], times: Floats) -> NDArray[np.int64]:
    """Where each of n people leaves a grid of m times, (n,): with an event j, without m + j, not at all 2 m.

    A time counts as the next one of the grid, as in follow-up that is read at these times.
    """
    m = len(times)
    slot = np.searchsorted(times, time, side="left")
    return np.where(slot == m, 2 * m, np.where(event, slot, m + slot)).astype(np.int64)


def curve(counts: NDArray[np.int64] | Floats, times: Floats) -> Curve:
    """The Kaplan-Meier curve of noisy counts, (2 m + 1,), of `survival_cells`. Counts below 0 are taken as 0."""
    m = len(times)
    people = np.maximum(counts, 0).astype(np.float64)
    events, censored, after = people[:m], people[m : 2 * m], people[2 * m]
    leaving = (events + censored)[::-1].cumsum()[::-1]
    at_risk = leaving + after
    hazard = np.divide(events, at_risk, out=np.zeros(m), where=at_risk > 0)
    return Curve(times, at_risk, events, np.cumprod(1 - hazard))
