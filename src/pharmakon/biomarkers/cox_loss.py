"""Cox's partial likelihood (1972) as a loss of scores, with Breslow's (1974) or Efron's (1977) treatment of ties."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

Ties = Literal["breslow", "efron"]


class CoxLoss:
    """Mean negative log partial likelihood of times (n,) with events 0 or 1 (n,), by score."""

    has_intercept = False

    def __init__(self, time: Floats, event: Floats, *, ties: Ties = "efron") -> None:
        dead = np.asarray(event) > 0.5
        if not dead.any():
            raise DataError("a Cox model needs at least one event")
        self.dead = dead
        self.times, moment = np.unique(time, return_inverse=True)
        self._moment = moment.reshape(-1)
        self._moments = len(self.times)
        # Events in order of time; the l-th of d at one moment has l / d of the moment's events taken from its risk set.
        self._events = np.flatnonzero(dead)[np.argsort(self._moment[dead], kind="stable")]
        self._at = self._moment[self._events]
        self._last_first = np.argsort(-self._moment, kind="stable")
        self._at_risk = np.bincount(self._moment, minlength=self._moments)[::-1].cumsum()[::-1][self._at]
        first = np.searchsorted(self._at, self._at, side="left")
        ties_of = np.bincount(self._at, minlength=self._moments)[self._at]
        self._taken = (np.arange(len(first)) - first) / ties_of if ties == "efron" else np.zeros(len(first))

    def value(self, eta: Floats) -> float:
        risk, _, top = self._risk_sets(eta)
        return float((np.log(risk).sum() + top * len(risk) - eta[self.dead].sum()) / len(eta))

    def gradient(self, eta: Floats) -> Floats:
        risk, relative, _ = self._risk_sets(eta)
        return (self._expected(risk, relative) - self.dead) / len(eta)

    def hessian(self, eta: Floats, Z: Floats) -> Floats:
        risk, relative, _ = self._risk_sets(eta)
        # The variance of Z in each event's risk set, summed: mean of squares less square of the mean.
        weighted = Z * relative[:, None]
        means = self._sums_at_risk(weighted) / risk[:, None]
        return ((Z.T * self._expected(risk, relative)) @ Z - means.T @ means) / len(eta)

    def baseline(self, eta: Floats) -> tuple[Floats, Floats]:
        """The times of events and the cumulated hazard there of a patient of score 0; both (moments with events,)."""
        risk, _, top = self._risk_sets(eta)
        hazard = np.cumsum(self._sum(1 / risk)) * np.exp(-top)
        places = np.unique(self._at)
        return self.times[places], hazard[places]

    def _risk_sets(self, eta: Floats) -> tuple[Floats, Floats, float]:
        """The denominator of each event, exp(eta) of each row, both over exp(top); and top."""
        top = float(eta.max())
        relative = np.exp(eta - top)
        return np.maximum(self._sums_at_risk(relative[:, None])[:, 0], 1e-300), relative, top

    def _expected(self, risk: Floats, relative: Floats) -> Floats:
        """The events that the model expects of each row (n,)."""
        # Everybody still under observation shares in an event's denominator; those who have theirs at that moment share
        # less, by what is taken.
        since: Floats = np.cumsum(self._sum(1 / risk))[self._moment]
        less = np.where(self.dead, self._sum(self._taken / risk)[self._moment], 0.0)
        return relative * (since - less)

    def _sums_at_risk(self, rows: Floats) -> Floats:
        """Sums of rows (n, m) over each event's risk set, less what is taken: (events, m)."""
        ordered: Floats = np.cumsum(rows[self._last_first], axis=0)[self._at_risk - 1]
        if not self._taken.any():
            return ordered
        here = np.zeros((self._moments, rows.shape[1]))
        np.add.at(here, self._at, rows[self._events])
        return ordered - self._taken[:, None] * here[self._at]

    def _sum(self, per_event: Floats) -> Floats:
        """Sums by moment, (moments,)."""
        return np.bincount(self._at, weights=per_event, minlength=self._moments).astype(np.float64)
