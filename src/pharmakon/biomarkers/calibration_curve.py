"""Whether risks mean what they say: slope and intercept of recalibration, a smooth curve, and the distance to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.survival import CensoringDistribution
from pharmakon.core.types import Floats
from pharmakon.learn.logistic import fit_logistic

SPAN = 0.75
"""Share of the patients that each point of the curve is smoothed over, as loess does by default."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Slope 1, intercept 0 and ICI 0 are perfect. The curve: risk said (m,) and what happened (m,) around it.

    The intercept is that of calibration in the large, the slope held at 1. A slope below 1 says that risks are too
    extreme: overfitting (Van Calster et al., J Clin Epidemiol 2016). ICI is the mean distance of risk and curve
    (Austin & Steyerberg, Stat Med 2019). NaN where not defined.
    """

    slope: float
    intercept: float
    ici: float
    said: Floats
    happened: Floats


def happened_by(outcome: Outcome, horizon: float) -> tuple[Floats, Floats]:
    """Label (n,) and weight (n,) of each patient. A number, or a class, is its own label and counts 1.

    Of survival, whether the event came by the horizon; who was censored before it counts nothing, and the others for
    them (inverse probability of censoring). Outcomes must be known.
    """
    if outcome.event is None:
        return outcome.value, np.ones(len(outcome))
    time, event = outcome.value, outcome.event
    censoring = CensoringDistribution.of(time, event)
    had, free = (time <= horizon) & (event > 0.5), time > horizon
    chance = np.where(had, censoring.before(time), censoring.at(np.full(len(time), horizon)))
    weight = np.divide(1.0, chance, out=np.zeros(len(time)), where=(had | free) & (chance > 0))
    return had.astype(np.float64), weight


def calibration(outcome: Outcome, risk: Floats, *, horizon: float = np.nan, points: int = 50) -> Calibration:
    """Of risks (n,) against outcomes all known; survival at the horizon."""
    label, weight = happened_by(outcome, horizon)
    if outcome.kind == "continuous":
        slope = _slope(risk, label)
        intercept = float(np.mean(label - risk))
    else:
        score = np.log(np.clip(risk, 1e-6, 1 - 1e-6)) - np.log1p(-np.clip(risk, 1e-6, 1 - 1e-6))
        slope = float(fit_logistic(np.column_stack([np.ones(len(risk)), score]), label, weight=weight)[0][1])
        intercept = float(fit_logistic(np.ones((len(risk), 1)), label, weight=weight, offset=score)[0][0])
    said = np.unique(np.quantile(risk, np.linspace(0, 1, points)))
    happened = _smooth(risk, label, weight, said)
    if outcome.kind != "continuous":
        happened = np.clip(happened, 0, 1)
    distance = np.abs(np.interp(risk, said, happened) - risk)
    return Calibration(slope, intercept, float(distance.mean()), said, happened)


def _slope(x: Floats, y: Floats) -> float:
    spread = float(np.sum((x - x.mean()) ** 2))
    return float((x - x.mean()) @ y / spread) if spread > 1e-12 else np.nan


def _smooth(x: Floats, y: Floats, weight: Floats, at: Floats) -> Floats:
    """Local linear regression with tricube weights over the nearest SPAN of the points: loess of degree 1."""
    nearest = max(2, int(np.ceil(SPAN * len(x))))
    distance = np.abs(x - at[:, None])
    reach = np.maximum(np.partition(distance, nearest - 1, axis=1)[:, nearest - 1], 1e-9) * (1 + 1e-6)
    w = weight * np.clip(1 - (distance / reach[:, None]) ** 3, 0, None) ** 3
    total = w.sum(axis=1)
    known = total > 0
    share = np.divide(w, total[:, None], out=np.full_like(w, np.nan), where=known[:, None])
    mx, my = share @ x, share @ y
    apart = x - mx[:, None]
    spread = np.sum(share * apart**2, axis=1)
    slope = np.divide(
        np.sum(share * apart * (y - my[:, None]), axis=1), spread, out=np.zeros(len(at)), where=spread > 1e-12
    )
    return np.where(known, my + slope * (at - mx), np.nan)
