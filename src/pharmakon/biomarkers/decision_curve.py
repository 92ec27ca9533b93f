"""What acting on a risk is worth, beside treating everybody or nobody (Vickers & Elkin, Med Decis Making 2006)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pharmakon.biomarkers.calibration_curve import happened_by
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats

THRESHOLDS = np.round(np.arange(0.05, 0.96, 0.05), 2)


@dataclass(frozen=True, slots=True)
class DecisionCurve:
    """Net benefit per patient at each threshold risk (m,): true positives less false ones at the threshold's odds.

    Treating nobody has 0. A model is worth using where it is above both `everybody` and 0.
    """

    threshold: Floats
    model: Floats
    everybody: Floats


def net_benefit(outcome: Outcome, risk: Floats, threshold: float, *, horizon: float = np.nan) -> float:
    """Net benefit of treating patients with a risk of at least `threshold`.

    Of survival, for events by the horizon, weighted for censoring (Vickers et al., BMC Med Inform Decis Mak 2008).
    """
    if outcome.kind == "continuous":
        raise UsageError("a decision curve needs a class or an event, not a number")
    label, weight = happened_by(outcome, horizon)
    treated = risk >= threshold
    share = weight / weight.sum()
    return float(share @ (treated & (label > 0.5)) - share @ (treated & (label < 0.5)) * threshold / (1 - threshold))


def decision_curve(
    outcome: Outcome, risk: Floats, *, thresholds: Floats = THRESHOLDS, horizon: float = np.nan
) -> DecisionCurve:
    """The curve over thresholds between 0 and 1; risks (n,), outcomes known."""
    everybody = np.ones(len(risk))
    model = [net_benefit(outcome, risk, float(t), horizon=horizon) for t in thresholds]
    treat_all = [net_benefit(outcome, everybody, float(t), horizon=horizon) for t in thresholds]
    return DecisionCurve(np.asarray(thresholds, dtype=np.float64), np.array(model), np.array(treat_all))
