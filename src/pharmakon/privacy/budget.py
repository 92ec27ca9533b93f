"""What may be spent on the privacy of one data set, and what has been: sums over the entries of a chain.

Epsilon and delta of releases add up (basic composition). A release first reserves, then looks whether everything that
was reserved up to its own entry is within the budget, and only then draws noise: the order of the chain decides between
two that come at once, and a run that is killed in between has spent, which is the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pharmakon.core.errors import BudgetSpent, RecordError

BUDGET, RESERVED, RETURNED = "budget", "reserved", "returned"
"""Events of the chain: how much there is; a release takes some; a release that was refused gives it back."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Price:
    """Epsilon and delta."""

    epsilon: float
    delta: float = 0.0


@dataclass(frozen=True, slots=True)
class Account:
    """The budget, and the releases that have taken from it, in the order of the chain."""

    total: Price | None
    releases: Mapping[str, Price]

    def spent(self, *, until: str | None = None) -> Price:
        """What was taken; with `until` only up to that release, itself included."""
        taken = []
        for name, price in self.releases.items():
            taken.append(price)
            if name == until:
                break
        return Price(math.fsum(p.epsilon for p in taken), math.fsum(p.delta for p in taken))

    @property
    def left(self) -> Price:
        """What can still be taken; never below 0."""
        total, spent = self.total or Price(0.0), self.spent()
        return Price(max(0.0, total.epsilon - spent.epsilon), max(0.0, total.delta - spent.delta))

    def check(self, release: str) -> None:
        """Raises BudgetSpent where the release, which has reserved, would pass the budget."""
        if self.total is None or release not in self.releases:
            raise RecordError("a release has to reserve from a budget before it is checked")
        asked, spent = self.releases[release], self.spent(until=release)
        if exceeds(spent, self.total):
            before = Account(self.total, {n: p for n, p in self.releases.items() if n != release})
            raise BudgetSpent(
                f"this release asks for {said(asked)}, and of {said(self.total)} there is {said(before.left)} left for "
                "this data; nothing was released. Ask for less: a budget that is spent stays spent"
            )


def account(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> Account:
    """The account of a chain's (event, data). The first budget counts; RecordError for entries that make no sense."""
    total: Price | None = None
    releases: dict[str, Price] = {}
    for event, data in entries:
        if event == BUDGET and total is None:
            total = _price(data)
        elif event == RESERVED:
            name = str(data.get("release", ""))
            if not name or name in releases:
                raise RecordError(f"the budget's ledger reserves twice for one release ({name!r})")
            releases[name] = _price(data)
        elif event == RETURNED:
            releases.pop(str(data.get("release", "")), None)
    return Account(total, releases)


def exceeds(spent: Price, total: Price) -> bool:
    """Whether so much is more than there is."""
    return spent.epsilon > total.epsilon * (1 + ROUNDING) or spent.delta > total.delta * (1 + ROUNDING)


def said(price: Price) -> str:
    """A price in words."""
    return f"epsilon {price.epsilon:.6g}" + (f" and delta {price.delta:.3g}" if price.delta else "")


def _price(data: Mapping[str, Any]) -> Price:
    epsilon, delta = data.get("epsilon"), data.get("delta", 0.0)
    for value in (epsilon, delta):
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value) or value < 0:
            raise RecordError(f"the budget's ledger holds {value!r} where a number from 0 on should be")
    return Price(float(epsilon), float(delta))  # type: ignore[arg-type]
