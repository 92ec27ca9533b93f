"""One summary of several cohorts that are not expected to agree: random effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats


@dataclass(frozen=True, slots=True)
class Summary:
    """The mean effect over cohorts, how much cohorts differ, and where the next cohort's effect is to be expected.

    `tau2` is the variance between cohorts, `i2` the share of all variance that it is; `expected_low` and
    `expected_high` are the 95 % prediction interval, NaN for fewer than three cohorts.
    """

    value: float
    low: float
    high: float
    tau2: float
    i2: float
    q: float
    expected_low: float
    expected_high: float
    weights: Floats


def random_effects(effects: Floats, errors: Floats) -> Summary:
    """From each cohort's effect and standard error (k,), on a scale where they are about normal: logit AUC, log HR.

    DerSimonian & Laird (Control Clin Trials 1986) for tau2; Hartung & Knapp (Stat Med 2001) for the interval, which
    with few cohorts is honest where the normal one is too short, and here is never shorter. Prediction: Higgins,
    Thompson & Spiegelhalter (JRSS A 2009).
    """
    from scipy import stats

    y, se = np.asarray(effects, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    if y.shape != se.shape or y.ndim != 1 or len(y) < 2 or not (np.isfinite(y).all() and (se > 0).all()):
        raise DataError("a summary needs two cohorts or more, each with an effect and a positive standard error")
    k = len(y)
    fixed = 1 / se**2
    q = float(fixed @ (y - fixed @ y / fixed.sum()) ** 2)
    tau2 = max(0.0, (q - (k - 1)) / float(fixed.sum() - (fixed**2).sum() / fixed.sum()))
    w = 1 / (se**2 + tau2)
    mean = float(w @ y / w.sum())
    plain = 1 / float(w.sum())
    variance = max(float(w @ (y - mean) ** 2) / (k - 1), 1.0) * plain
    half = float(stats.t.ppf(0.975, k - 1)) * np.sqrt(variance)
    spread = float(stats.t.ppf(0.975, k - 2)) * np.sqrt(tau2 + variance) if k > 2 else np.nan
    i2 = max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0
    return Summary(mean, mean - half, mean + half, tau2, i2, q, mean - spread, mean + spread, w / w.sum())
