"""What a treatment does, in whom: differences, adjusted differences, hazard ratios, and whether a marker changes them.

A marker is called predictive only where arms can be compared: drawn by lot, or such that nothing measured gives the arm
away. Effects by predicted risk come before effects by single markers (the PATH statement, Kent et al., Ann. Intern.
Med. 2020, 172, 35).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.check import Check
from pharmakon.biomarkers.positivity import positivity
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.splits import random_folds

QUARTERS = 4
PREDICTIVE, NOT_PREDICTIVE, REFUSED = "predictive", "not shown to be predictive", "refused"
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference between treated and control with its 95 % interval; of a hazard ratio, all on its log scale."""

    name: str
    value: float
    standard_error: float
    low: float
    high: float
    p: float
    n: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be said of a marker's change of the effect."""

    marker: str
    verdict: str
    """"predictive", "not shown to be predictive" or "refused"."""
    interaction: Effect | None
    reasons: tuple[str, ...]


def difference(outcome: Floats, treated: NDArray[np.bool_]) -> Effect:
    """Mean of the treated less that of the others, with Welch's standard error and degrees of freedom.

    Where nothing varies in either arm there is no interval and no p: they are NaN.
    """
    outcome, treated = _complete(outcome, treated)
    one, other = outcome[treated], outcome[~treated]
    a, b = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    left = (a + b) ** 2 / (a**2 / (len(one) - 1) + b**2 / (len(other) - 1)) if a + b > 0 else np.nan
    return _effect("difference", float(one.mean() - other.mean()), float(np.sqrt(a + b)), len(outcome), float(left))


def adjusted_difference(outcome: Floats, treated: NDArray[np.bool_], covariates: Floats) -> Effect:
    """The treated's difference at equal covariates (n, k), by least squares (analysis of covariance)."""
    outcome, treated, covariates = _complete(outcome, treated, covariates)
    columns = np.column_stack([np.ones(len(outcome)), treated, covariates])
    return _linear("difference, adjusted", outcome, columns, 1)


def hazard_ratio(time: Floats, event: Floats, treated: NDArray[np.bool_], covariates: Floats | None = None) -> Effect:
    """Log hazard ratio of the treated by Cox's model; exp of `value` is the ratio."""
    from pharmakon.biomarkers.cox import fit_cox

    columns = treated[:, None].astype(np.float64)
    if covariates is not None:
        columns = np.column_stack([columns, covariates])
    fit = fit_cox(columns, time, event)
    return Effect(
        "log hazard ratio",
        float(fit.coefficient[0]),
        float(fit.standard_error[0]),
        float(fit.low[0]),
        float(fit.high[0]),
        float(fit.p[0]),
        len(time),
    )


def interaction(
    outcome: Floats, treated: NDArray[np.bool_], marker: Floats, covariates: Floats | None = None
) -> Effect:
    """How much the treated's difference changes per unit of a marker (n,): treatment x marker by least squares."""
    extra = np.empty((len(outcome), 0)) if covariates is None else covariates
    outcome, treated, marker, extra = _complete(outcome, treated, marker, extra)
    centred = marker - marker.mean()
    columns = np.column_stack([np.ones(len(outcome)), treated, centred, treated * centred, extra])
    return _linear("treatment x marker", outcome, columns, 3)


def by_risk(
    outcome: Floats, treated: NDArray[np.bool_], covariates: Floats, *, seed: int = 0, parts: int = QUARTERS
) -> list[Effect]:
    """The difference within each part of the predicted outcome, lowest first.

    The prediction is of both arms together, without the arm, by ridge regression and out of fold, so that it is not
    fitted to the difference that it then shows.
    """
    outcome, treated, covariates = _complete(outcome, treated, covariates)
    risk = risk_out_of_fold(outcome, covariates, random_folds(len(outcome), random_state=seed))
    cuts = np.quantile(risk, np.arange(1, parts) / parts)
    part = np.searchsorted(cuts, risk, side="right")
    found = []
    for k in range(parts):
        mine = part == k
        effect = difference(outcome[mine], treated[mine])
        found.append(
            Effect(
                f"part {k + 1} of {parts}, predicted outcome {risk[mine].mean():.3g}",
                effect.value,
                effect.standard_error,
                effect.low,
                effect.high,
                effect.p,
                effect.n,
            )
        )
    return found


def risk_out_of_fold(outcome: Floats, covariates: Floats, folds: NDArray[Any]) -> Floats:
    """The outcome (n,) that ridge regression on covariates (n, k) predicts for each fold from the others.

    Centre and scale are learnt with the regression, so that no row that is predicted has a part in them.
    """
    risk = np.empty(len(outcome))
    for fold in np.unique(folds):
        rest = folds != fold
        centre, spread = covariates[rest].mean(axis=0), covariates[rest].std(axis=0)
        x = (covariates - centre) / np.where(spread > 0, spread, 1.0)
        a, mean = x[rest], outcome[rest].mean()
        beta = np.linalg.solve(a.T @ a + np.eye(a.shape[1]), a.T @ (outcome[rest] - mean))
        risk[~rest] = mean + x[~rest] @ beta
    return risk


def comparable(
    treated: NDArray[np.bool_],
    measured: Mapping[str, Floats],
    *,
    ids: Sequence[str] = (),
    randomised: bool = False,
    seed: int = 0,
) -> list[Check]:
    """Whether the arms can be compared: checks of the ids, and of each block of measurements (n, p) by name.

    A check whose severity is "refused" says why no effect of treatment can be estimated, such as that the arm can be
    read off the measurements (cross-validated AUC above 0.95, by a straight line or by trees): then arm and series are
    one.
    """
    arm = np.where(treated, "treated", "control")
    blocks = {
        name: Block(name, np.asarray(values, np.float64), tuple(f"x{j}" for j in range(values.shape[1])))
        for name, values in measured.items()
    }
    patients = np.array(ids if len(ids) else [str(i) for i in range(len(treated))])
    return positivity(arm, blocks, patients, ids=list(ids), randomised=randomised, seed=seed)


def claim(
    name: str,
    outcome: Floats,
    treated: NDArray[np.bool_],
    marker: Floats,
    *,
    checks: Sequence[Check],
    covariates: Floats | None = None,
) -> Claim:
    """What may be said of a marker. Where a check of `comparable` refuses, nothing is estimated."""
    refusals = tuple(check.sentence for check in checks if check.severity == "refused")
    if not checks:
        refusals = ("nobody looked whether the arms can be compared",)
    if refusals:
        return Claim(name, REFUSED, None, refusals)
    found = interaction(outcome, treated, marker, covariates)
    if found.p < ALPHA:
        return Claim(name, PREDICTIVE, found, ("one test; of several markers, one in twenty is found by chance",))
    return Claim(name, NOT_PREDICTIVE, found, ("the interval says how large a change is still possible",))


def _linear(name: str, outcome: Floats, columns: Floats, at: int) -> Effect:
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise DataError("a column is the same in every patient or a combination of others; leave it out")
    if len(outcome) <= columns.shape[1]:
        raise DataError(f"{len(outcome)} patients are too few for {columns.shape[1]} columns")
    beta, *_ = np.linalg.lstsq(columns, outcome, rcond=None)
    left = outcome - columns @ beta
    variance = left @ left / (len(outcome) - columns.shape[1])
    error = float(np.sqrt(variance * np.linalg.inv(columns.T @ columns)[at, at]))
    return _effect(name, float(beta[at]), error, len(outcome), len(outcome) - columns.shape[1])


def _effect(name: str, value: float, error: float, n: int, left: float) -> Effect:
    """By Student's t with `left` degrees of freedom."""
    from scipy.special import stdtr, stdtrit

    if not error > 0:
        return Effect(name, value, error, np.nan, np.nan, np.nan, n)
    half = float(stdtrit(left, 0.975)) * error
    return Effect(name, value, error, value - half, value + half, float(2 * stdtr(left, -abs(value) / error)), n)


def _complete(outcome: Floats, treated: NDArray[np.bool_], *others: Floats) -> tuple[Any, ...]:
    """The rows in which nothing is missing. Raises DataError where an arm has fewer than two."""
    arrays = [np.asarray(outcome, np.float64), *(np.asarray(other, np.float64) for other in others)]
    known = np.all([np.isfinite(a.reshape(len(a), -1)).all(axis=1) for a in arrays], axis=0)
    arm = np.asarray(treated, bool)[known]
    if arm.sum() < 2 or (~arm).sum() < 2:
        raise DataError("a comparison needs two patients in each arm")
    first, *rest = (a[known] for a in arrays)
    return (first, arm, *rest)
