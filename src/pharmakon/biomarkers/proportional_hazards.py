"""Whether hazards stay proportional, or an effect grows or fades with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.cox import CoxFit
from pharmakon.biomarkers.risk_sets import RiskSets
from pharmakon.biomarkers.survival import kaplan_meier
from pharmakon.core.types import Floats

Clock = Literal["km", "rank", "identity", "log"]


@dataclass(frozen=True, slots=True)
class Proportionality:
    """A test for each of k columns (1 degree of freedom) and one of all together (k)."""

    names: tuple[str, ...]
    chi2: Floats
    p: Floats
    correlation: Floats
    """Of the scaled residuals with the clock: above 0 where the log hazard ratio rises."""
    global_chi2: float
    global_p: float


def check_proportional_hazards(
    fit: CoxFit,
    X: Floats,
    time: Floats,
    event: Floats,
    *,
    strata: NDArray[Any] | None = None,
    clock: Clock = "km",
) -> Proportionality:
    """Grambsch & Therneau (Biometrika 1994, 81, 515): scaled Schoenfeld residuals against a clock.

    The data are those that `fit` was fitted to. The clock is 1 - Kaplan-Meier just before the event ("km", least
    moved by outlying times), the rank of the event, its time, or that time's logarithm.
    """
    from scipy.special import chdtrc

    residuals, when = schoenfeld_residuals(fit, X, time, event, strata=strata)
    ticks = _ticks(when, time, event, clock)
    ticks = ticks - ticks.mean()
    spread = float(ticks @ ticks)
    moved = ticks @ residuals
    # V, the covariance of one residual, is taken as the mean over events, which is the inverse of d cov(beta).
    d = len(ticks)
    scaled = d * residuals @ fit.covariance
    one = (ticks @ scaled) ** 2 / (d * np.diag(fit.covariance) * spread)
    together = float(d * moved @ fit.covariance @ moved / spread)
    off = scaled - scaled.mean(axis=0)
    correlation = ticks @ off / np.sqrt(spread * (off**2).sum(axis=0))
    k = len(fit.names)
    return Proportionality(fit.names, one, chdtrc(1, one), correlation, together, float(chdtrc(k, together)))


def schoenfeld_residuals(
    fit: CoxFit, X: Floats, time: Floats, event: Floats, *, strata: NDArray[Any] | None = None
) -> tuple[Floats, Floats]:
    """Columns of each patient with the event less what was expected at that time; (E, k), and the times (E,)."""
    risk_sets = RiskSets.of(time, event, strata)
    risk = np.exp(fit.linear_predictor(X))
    expected = risk_sets.sums(risk[:, None] * (X - fit.means)) / risk_sets.sums(risk)[:, None]
    # Tied events share one mean over their terms.
    count = np.bincount(risk_sets.place)
    mean = np.stack([np.bincount(risk_sets.place, column) / count for column in expected.T], axis=1)
    patients = risk_sets.patients
    return (X - fit.means)[patients] - mean[risk_sets.place], time[patients]


def _ticks(when: Floats, time: Floats, event: Floats, clock: Clock) -> Floats:
    if clock == "km":
        curve = kaplan_meier(time, event)
        return 1 - np.append(1.0, curve.survival)[np.searchsorted(curve.time, when, side="left")]
    if clock == "rank":
        from scipy.stats import rankdata

        return np.asarray(rankdata(when), np.float64)
    return np.log(when) if clock == "log" else when
