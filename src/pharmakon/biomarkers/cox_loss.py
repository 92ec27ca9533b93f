"""Cox's partial likelihood (1972) as a loss of scores, with Breslow's (1974) or Efron's (1977) treatment of ties."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from pharmakon.biomarkers.risk_sets import RiskSets
from pharmakon.core.types import Floats

Ties = Literal["breslow", "efron"]


class CoxLoss:
    """Mean negative log partial likelihood of times (n,) with events 0 or 1 (n,), by score.

    DataError where no event came.
    """

    has_intercept = False

    def __init__(self, time: Floats, event: Floats, *, ties: Ties = "efron") -> None:
        time, self.dead = np.asarray(time, np.float64), np.asarray(event) > 0.5
        sets = RiskSets.of(time, self.dead.astype(np.float64))
        # Breslow's terms sum over everybody at risk, the tied ones too.
        self._sets = sets if ties == "efron" else replace(sets, fraction=np.zeros_like(sets.fraction))
        self._moments = time[sets.patients]

    def value(self, eta: Floats) -> float:
        risk, _, top = self._at_risk(eta)
        return float((np.log(risk).sum() + top * len(risk) - eta[self.dead].sum()) / len(eta))

    def gradient(self, eta: Floats) -> Floats:
        risk, relative, _ = self._at_risk(eta)
        slope: Floats = (self._expected(risk, relative) - self.dead) / len(eta)
        return slope

    def hessian(self, eta: Floats, Z: Floats) -> Floats:
        risk, relative, _ = self._at_risk(eta)
        # The variance of Z in each event's risk set, summed: mean of squares less square of the mean.
        means = self._sets.sums(Z * relative[:, None]) / risk[:, None]
        bend: Floats = ((Z.T * self._expected(risk, relative)) @ Z - means.T @ means) / len(eta)
        return bend

    def baseline(self, eta: Floats) -> tuple[Floats, Floats]:
        """The times of events and the cumulated hazard there of a patient of score 0; both (moments with events,)."""
        risk, _, top = self._at_risk(eta)
        times, moment = np.unique(self._moments, return_inverse=True)
        return times, np.cumsum(np.bincount(moment.reshape(-1), weights=1 / risk)) * np.exp(-top)

    def _at_risk(self, eta: Floats) -> tuple[Floats, Floats, float]:
        """The denominator of each event, exp(eta) of each row, both over exp(top); and top."""
        top = float(eta.max())
        relative = np.exp(eta - top)
        return np.maximum(self._sets.sums(relative), 1e-300), relative, top

    def _expected(self, risk: Floats, relative: Floats) -> Floats:
        """The events that the model expects of each row (n,)."""
        return relative * self._sets.spread(1 / risk)
