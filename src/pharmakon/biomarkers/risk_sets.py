"""Who is still at risk at each event: the one sum of Cox's partial likelihood, and its adjoint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

Places = NDArray[np.int64]


@dataclass(frozen=True)
class RiskSets:
    """The events of n patients as E terms, tied ones split as Efron does (J. Am. Stat. Assoc. 1977, 72, 557).

    The l-th of d events at one time (l = 0 ... d - 1) sums over everybody at risk, less l/d of the d patients with
    the event. `sums` is that linear map, from patients to terms, and `spread` its transpose. Both take arrays with
    patients (terms) along the first axis, in the order of the data, and cost O(n) a column.
    """

    order: Places
    """Patients by stratum, then from the latest time to the earliest, events behind censored ones; shape (n,)."""
    died: NDArray[np.bool_]
    """In that order; shape (n,)."""
    start: Places
    """First place of the stratum of each event time; shape (T,)."""
    last: Places
    """Last place at risk of each event time; shape (T,)."""
    deaths: Places
    """Events at each event time; shape (T,)."""
    place: Places
    """The event time of each term; shape (E,)."""
    fraction: Floats
    """l/d of each term, shape (E,); or (E, p) where features have values of different patients."""
    counted: NDArray[np.bool_] | None = None
    """Which terms a feature has, shape (E, p); None where all have all."""

    @classmethod
    def of(cls, time: Floats, event: Floats, strata: NDArray[Any] | None = None) -> RiskSets:
        """From times, events (0 or 1) and, if risk is compared within strata only, those; each of shape (n,).

        Raises DataError where no event came.
        """
        died = event > 0.5
        if not died.any():
            raise DataError("no event came: a hazard cannot be estimated")
        group = np.zeros(len(time), np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
        order = np.lexsort((died, -time, group))
        group, died, time = group[order], died[order], time[order]
        new = np.append(True, (np.diff(group) != 0) | (np.diff(time) != 0))  # the first place of each time
        which = np.cumsum(new) - 1
        deaths = np.bincount(which[died], minlength=int(new.sum()))
        last = np.append(np.flatnonzero(new)[1:], len(time)) - 1
        start = np.searchsorted(group, group)
        kept = deaths > 0
        place = np.repeat(np.arange(int(kept.sum())), deaths[kept])
        rank = np.arange(len(place)) - np.searchsorted(place, place)
        fraction = rank / deaths[kept][place]
        return cls(order, died, start[last][kept], last[kept], deaths[kept], place, fraction)

    def among(self, present: NDArray[np.bool_]) -> RiskSets:
        """The terms of p features, each with values of some patients only; `present` has shape (n, p).

        What is summed has to be 0 where it is not present.
        """
        seen = _running((present & self._events[:, None])[self.order].astype(np.float64))
        deaths = (seen[self.last + 1] - seen[self.last + 1 - self.deaths])[self.place]
        rank = self._rank[:, None]
        return replace(self, fraction=rank / np.maximum(deaths, 1), counted=rank < deaths)

    @cached_property
    def patients(self) -> Places:
        """The patient whose event each term is; shape (E,)."""
        first = self.last - self.deaths + 1
        return np.asarray(self.order[first[self.place] + self._rank], np.int64)

    def sums(self, values: Floats) -> Floats:
        """Sums over the risk set of each term: (n, ...) to (E, ...)."""
        total = _running(values[self.order])
        at_risk = total[self.last + 1]
        if self.start.any():
            at_risk = at_risk - total[self.start]
        if self._untied:
            return self._terms(at_risk)
        tied = total[self.last + 1] - total[self.last + 1 - self.deaths]
        return self._terms(at_risk) - self._like(values) * self._terms(tied)

    def spread(self, terms: Floats) -> Floats:
        """The transpose of `sums`: what each patient gets of the terms that have them at risk; (E, ...) to (n, ...)."""
        first = np.searchsorted(self.place, np.arange(len(self.last)))
        each_time = terms if self._single else np.add.reduceat(terms, first, axis=0)
        # From the end: the terms of the latest times, whose risk sets are small, are the largest by far, and what does
        # not hold them must not be a difference of two sums that do.
        total = _running(each_time[::-1])[::-1]
        spread = total[self._begin] - total[self._end]
        if not self._untied:
            tied = np.add.reduceat(terms * self._like(terms), first, axis=0)
            spread[self.died] -= tied[self.place]
        back = np.empty_like(spread)
        back[self.order] = spread
        return back

    @cached_property
    def _events(self) -> NDArray[np.bool_]:
        back = np.empty_like(self.died)
        back[self.order] = self.died
        return back

    @cached_property
    def _single(self) -> bool:
        return len(self.place) == len(self.last)

    @cached_property
    def _untied(self) -> bool:
        return not self.fraction.any()

    @cached_property
    def _begin(self) -> Places:
        """The first event time that has each place at risk; shape (n,)."""
        return np.searchsorted(self.last, np.arange(len(self.order)))

    @cached_property
    def _end(self) -> Places:
        """One behind the last event time of each place's stratum; shape (n,)."""
        return np.searchsorted(self.start, np.arange(len(self.order)), side="right")

    @cached_property
    def _rank(self) -> Places:
        """Which of the events at its time a term is, from 0; shape (E,)."""
        return np.arange(len(self.place)) - np.searchsorted(self.place, self.place)

    def _like(self, values: Floats) -> Floats:
        if self.fraction.ndim == 2 or values.ndim == 1:
            return self.fraction
        return self.fraction.reshape(-1, *(1,) * (values.ndim - 1))

    def _terms(self, each_time: Floats) -> Floats:
        return each_time if self._single else each_time[self.place]


def _running(values: Floats) -> Floats:
    """Running sums along the first axis behind a row of zeros, so that their differences need no special case."""
    total = np.empty((len(values) + 1, *values.shape[1:]))
    total[0] = 0.0
    np.cumsum(values, axis=0, out=total[1:])
    return total
