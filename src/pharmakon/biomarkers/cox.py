"""Cox's proportional hazards: a multivariable fit, with the survival curves that it implies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.risk_sets import RiskSets
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

ITERATIONS = 50
WIDEST = 25.0
"""Between two patients' log hazards by one column: nobody is e^25 times as likely, so the likelihood rises for ever."""


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A fitted model of k columns. Coefficients are log hazard ratios per unit of their column, with 95 % intervals.

    Not `converged` where the likelihood has no maximum (a column divides those with the event from the others): the
    coefficients then only say a direction, and errors, intervals and p are NaN. With a ridge penalty, errors are those
    of the penalised likelihood.
    """

    names: tuple[str, ...]
    coefficient: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    p: Floats
    """Of Wald's test."""
    covariance: Floats
    means: Floats
    """Of the columns: where the linear predictor is 0."""
    log_likelihood: float
    null_log_likelihood: float
    n: int
    events: int
    converged: bool
    baseline_time: Floats
    """Event times, by stratum; shape (T,)."""
    baseline_hazard: Floats
    """Breslow's cumulative hazard at those times, of a patient with mean columns; shape (T,)."""
    baseline_stratum: NDArray[Any]
    """Shape (T,); all 0 where there are no strata."""

    @property
    def likelihood_ratio(self) -> float:
        """Chi-squared of the model against none, k degrees of freedom."""
        return 2 * (self.log_likelihood - self.null_log_likelihood)

    def linear_predictor(self, X: Floats) -> Floats:
        """Log hazard relative to a patient with mean columns; (n, k) to (n,)."""
        return (np.asarray(X, np.float64) - self.means) @ self.coefficient

    def cumulative_hazard(self, X: Floats, times: Floats, *, stratum: Any = 0) -> Floats:
        """Expected events by each time, of patients of one stratum; (n, k) and (m,) to (n, m).

        Constant behind the last event. Raises DataError for an unknown stratum.
        """
        mine = self.baseline_stratum == stratum
        if not mine.any():
            raise DataError(f"stratum {stratum!r} had no event: the model has no baseline hazard for it")
        steps = np.append(0.0, self.baseline_hazard[mine])
        baseline = steps[np.searchsorted(self.baseline_time[mine], times, side="right")]
        hazard: Floats = np.exp(self.linear_predictor(X))[:, None] * baseline
        return hazard

    def survival(self, X: Floats, times: Floats, *, stratum: Any = 0) -> Floats:
        """The chance of no event by each time; (n, k) and (m,) to (n, m). Raises as `cumulative_hazard` does."""
        return np.exp(-self.cumulative_hazard(X, times, stratum=stratum))


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Efron's log partial likelihood at one point, its slope (k,) and its information (k, k)."""

    value: float
    slope: Floats
    information: Floats


def partial_likelihood(X: Floats, beta: Floats, risk_sets: RiskSets) -> Likelihood:
    """The likelihood of coefficients (k,) for columns (n, k)."""
    eta = X @ beta
    eta = eta - eta.max()  # cancels in every term
    risk = np.exp(eta)
    at_risk = risk_sets.sums(risk)
    means = risk_sets.sums(risk[:, None] * X) / at_risk[:, None]
    hazard = risk * risk_sets.spread(1 / at_risk)
    patients = risk_sets.patients
    return Likelihood(
        float(eta[patients].sum() - np.log(at_risk).sum()),
        X[patients].sum(axis=0) - hazard @ X,
        (X * hazard[:, None]).T @ X - means.T @ means,
    )


def fit_cox(
    X: Floats,
    time: Floats,
    event: Floats,
    *,
    names: Sequence[str] | None = None,
    strata: NDArray[Any] | None = None,
    ridge: float = 0.0,
) -> CoxFit:
    """Cox's model (J. R. Stat. Soc. B 1972, 34, 187) of columns X (n, k) by Newton's method, ties as Efron has them.

    `event` is 1 or 0. `strata` (n,) have a baseline hazard each. `ridge` is the penalty r in log likelihood
    - r/2 sum of squared coefficients. Raises DataError where a value is missing, no event came, or a column is a
    combination of others.
    """
    from scipy.special import ndtr, ndtri

    X, time, event = (np.asarray(a, np.float64) for a in (X, time, event))
    labels = tuple(names) if names is not None else tuple(f"x{j + 1}" for j in range(X.shape[1]))
    for what, values in (("columns", X), ("times", time), ("events", event)):
        if not np.isfinite(values).all():
            raise DataError(f"Cox's model needs complete data; {what} have missing values")
    risk_sets = RiskSets.of(time, event, strata)
    means, scale = X.mean(axis=0), X.std(axis=0)
    _refuse_aliased(X - means, scale, labels, ridge)
    scale = np.where(scale > 0, scale, 1.0)
    Z = (X - means) / scale
    penalty = ridge / scale**2
    beta, at, converged = _newton(Z, risk_sets, penalty)
    inverse = np.linalg.pinv(at.information + np.diag(penalty), hermitian=True)
    covariance = (inverse if converged else np.full_like(inverse, np.nan)) / np.outer(scale, scale)
    coefficient, error = beta / scale, np.sqrt(np.diag(covariance))
    half = ndtri(0.975) * error
    hazard = _breslow(Z @ beta, time, risk_sets, strata)
    return CoxFit(
        labels,
        coefficient,
        error,
        coefficient - half,
        coefficient + half,
        2 * ndtr(-np.abs(coefficient) / error),
        covariance,
        means,
        at.value,
        partial_likelihood(Z, np.zeros(len(beta)), risk_sets).value,
        len(X),
        int(event.sum()),
        converged,
        *hazard,
    )


def _newton(Z: Floats, risk_sets: RiskSets, penalty: Floats) -> tuple[Floats, Likelihood, bool]:
    """The maximum, the likelihood there, and whether there is one; a step that loses likelihood is halved."""
    beta = np.zeros(Z.shape[1])
    at = partial_likelihood(Z, beta, risk_sets)
    best = at.value
    for _ in range(ITERATIONS):
        step = np.linalg.lstsq(at.information + np.diag(penalty), at.slope - penalty * beta, rcond=None)[0]
        for _ in range(ITERATIONS):
            tried = partial_likelihood(Z, beta + step, risk_sets)
            value = tried.value - float(penalty @ (beta + step) ** 2) / 2
            if value >= best - 1e-10 * abs(best):  # False for NaN too
                break
            step = step / 2
        beta, at, best = beta + step, tried, value
        if np.abs(step).max(initial=0.0) < 1e-8:
            return beta, at, True
        if (np.abs(beta) * np.ptp(Z, axis=0)).max() > WIDEST:
            break
    return beta, at, False


def _breslow(
    eta: Floats, time: Floats, risk_sets: RiskSets, strata: NDArray[Any] | None
) -> tuple[Floats, Floats, NDArray[Any]]:
    """Times, cumulative baseline hazard (Breslow, Biometrics 1974, 30, 89) and strata, each of shape (T,)."""
    first = risk_sets.fraction == 0  # the term of a time that leaves nobody out
    patients = risk_sets.patients[first]
    rise = risk_sets.deaths / risk_sets.sums(np.exp(eta))[first]
    stratum = np.zeros(len(time), np.int64) if strata is None else np.asarray(strata)
    order = np.lexsort((time[patients], np.unique(stratum, return_inverse=True)[1][patients]))
    times, stratum, rise = time[patients][order], stratum[patients][order], rise[order]
    hazard = np.cumsum(rise)
    new = np.append(True, stratum[1:] != stratum[:-1])
    return times, hazard - (hazard - rise)[new][np.cumsum(new) - 1], stratum


def _refuse_aliased(centred: Floats, scale: Floats, names: tuple[str, ...], ridge: float) -> None:
    """A ridge penalty divides an effect between columns that say the same; without one there is no answer."""
    if ridge > 0 or not names:
        return
    if not scale.all():
        constant = ", ".join(name for name, spread in zip(names, scale, strict=True) if not spread)
        raise DataError(f"{constant}: the same in every patient, so it has no effect to estimate; leave it out")
    if np.linalg.matrix_rank(centred / scale, tol=1e-8 * np.sqrt(len(centred))) < len(names):
        raise DataError(f"one of the columns {', '.join(names)} is a combination of others; leave one out")
