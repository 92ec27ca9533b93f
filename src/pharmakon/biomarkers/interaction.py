"""Predictive markers: whether a feature changes what a treatment does, each feature alone.

The effect is that of the product of arm and feature beside both (BEST; Sargent et al., J. Clin. Oncol. 2005, 23:2020):
without a comparison of arms there is none, so only data whose arms may be compared get here (biomarkers.positivity).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.cox import fit_cox
from pharmakon.biomarkers.differential import Differential, Effects
from pharmakon.biomarkers.multiplicity import benjamini_hochberg
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.logistic import fit_logistic

FEWEST = 20
"""Patients beyond the covariates without which nothing is fitted."""
TERMS = 4
"""Columns beside the covariates: product, feature, arm and constant."""


def find_interactions(
    values: Floats,
    features: Sequence[str],
    outcome: Outcome,
    arm: NDArray[np.str_],
    *,
    covariates: Floats | None = None,
    covariate_names: Sequence[str] = (),
) -> Differential:
    """Interaction of each column of values (n, p) with the arm (n,), raw and adjusted for covariates (n, k).

    An effect is how much more the outcome changes per standard deviation of the feature in the second arm than in the
    first, by name: in log odds (binary), log hazard (survival) or the outcome's unit. Raises DataError unless there are
    two arms.
    """
    C = np.empty((len(outcome), 0)) if covariates is None else np.asarray(covariates, np.float64)
    known = outcome.known & np.isfinite(C).all(axis=1) & (arm != "")
    arms = np.unique(arm[known])
    if len(arms) != 2:
        raise DataError(f"an interaction compares two arms, and there are {len(arms)}; keep two (clinical.keep)")
    here, treated = outcome.take(known), (arm[known] == arms[1]).astype(np.float64)
    x = np.asarray(values, np.float64)[known]
    raw = _effects(x, here, treated, np.empty((len(treated), 0)))
    adjusted = _effects(x, here, treated, C[known]) if C.shape[1] else raw
    clear = (raw.low > 0) | (raw.high < 0) | (adjusted.low > 0) | (adjusted.high < 0)
    unit = {"binary": "log odds", "survival": "log hazard", "continuous": outcome.unit or "units"}[outcome.kind]
    return Differential(
        tuple(features),
        raw,
        adjusted,
        clear & (raw.effect * adjusted.effect < 0),
        {"binary": "logistic", "survival": "Cox", "continuous": "linear"}[outcome.kind] + " model with an interaction",
        f"{unit} per SD of the feature, {arms[1]} minus {arms[0]}",
        tuple(covariate_names),
        len(here),
        int((~known).sum()),
    )


def _effects(values: Floats, outcome: Outcome, treated: Floats, C: Floats) -> Effects:
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    p = values.shape[1]
    effect, error, n = np.full(p, np.nan), np.full(p, np.nan), np.zeros(p, np.int64)
    for j in range(p):
        rows = np.isfinite(values[:, j])
        n[j] = int(rows.sum())
        x = values[rows, j]
        if n[j] >= C.shape[1] + FEWEST and x.std() > 0:
            x = (x - x.mean()) / x.std()
            a = treated[rows]
            effect[j], error[j] = _fitted(np.column_stack([x * a, x, a, C[rows]]), outcome.take(rows))
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.abs(effect) / np.where(error > 0, error, np.nan)
    if outcome.kind == "continuous":  # the error is estimated from the patients too: Student's t
        left = np.maximum(n - C.shape[1] - TERMS, 1)
        half, p_values = stdtrit(left, 0.975) * error, 2 * stdtr(left, -size)
    else:
        half, p_values = ndtri(0.975) * error, 2 * ndtr(-size)
    return Effects(n, effect, effect - half, effect + half, p_values, benjamini_hochberg(p_values))


def _fitted(X: Floats, outcome: Outcome) -> tuple[float, float]:
    """Coefficient of the first column and its standard error; NaN where it cannot be told."""
    design = np.column_stack([X, np.ones(len(X))])
    if np.linalg.matrix_rank(design) < design.shape[1]:  # one arm has no spread in this feature, say
        return np.nan, np.nan
    try:
        if outcome.event is not None:
            fit = fit_cox(X, outcome.value, outcome.event)
            return (float(fit.coefficient[0]), float(fit.standard_error[0])) if fit.converged else (np.nan, np.nan)
        if outcome.kind == "continuous":
            return _linear(design, outcome.value)
        beta, covariance = fit_logistic(design, outcome.value)
        return float(beta[0]), float(np.sqrt(covariance[0, 0]))
    except (DataError, np.linalg.LinAlgError):
        return np.nan, np.nan


def _linear(X: Floats, y: Floats) -> tuple[float, float]:
    inverse = np.linalg.inv(X.T @ X)
    beta = inverse @ (X.T @ y)
    variance = ((y - X @ beta) ** 2).sum() / (len(y) - X.shape[1])
    return float(beta[0]), float(np.sqrt(inverse[0, 0] * variance))
