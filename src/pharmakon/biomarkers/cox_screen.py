"""Cox's model of one feature at a time, for many thousands of features, each adjusted for the same covariates."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.cox import WIDEST, fit_cox
from pharmakon.biomarkers.risk_sets import RiskSets
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

CELLS = 100_000
"""Patients times features at once: what keeps the arrays of one Newton step in a core's cache."""
ITERATIONS = 30
FEWEST_EVENTS = 2


@dataclass(frozen=True, slots=True)
class CoxScreen:
    """One model for each of p features; every array has shape (p,), NaN where a feature has no answer.

    `log_hazard_ratio` and its 95 % interval are per SD of the feature, or per unit if that was asked for. `score_p` is
    of the score test, which needs no maximum; `p` is of Wald's. Not `converged` where the likelihood has none (the
    feature divides those with the event from the others), and then there is no effect and no `p`.
    """

    log_hazard_ratio: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    p: Floats
    score_p: Floats
    n: NDArray[np.int64]
    """Patients with a value."""
    events: NDArray[np.int64]
    """Events among them."""
    converged: NDArray[np.bool_]


def screen_cox(
    values: Floats,
    time: Floats,
    event: Floats,
    *,
    covariates: Floats | None = None,
    strata: NDArray[Any] | None = None,
    per_sd: bool = True,
) -> CoxScreen:
    """A log hazard ratio for each column of values (n, p), with the covariates (n, k) beside it in every model.

    Ties as Efron has them. A feature's missing values (NaN) leave those patients out of its own model only; times,
    events, covariates and strata are complete. Raises DataError otherwise, where no event came, and where a covariate
    is a combination of others.
    """
    values, time, event = (np.asarray(a, np.float64) for a in (values, time, event))
    Z = np.empty((len(time), 0)) if covariates is None else np.asarray(covariates, np.float64)
    if not (np.isfinite(time).all() and np.isfinite(event).all() and np.isfinite(Z).all()):
        raise DataError("a Cox screen needs complete times, events and covariates; leave out patients without")
    if Z.shape[1]:
        spread = Z.std(axis=0)
        start = fit_cox(Z, time, event, strata=strata).coefficient * spread  # also refuses aliased covariates
        Z = (Z - Z.mean(axis=0)) / spread
    else:
        start = np.empty(0)
    risk_sets = RiskSets.of(time, event, strata)
    width = max(CELLS // len(time), 16)
    complete = np.isfinite(values).all(axis=0)
    kinds = ((np.flatnonzero(complete == whole), whole) for whole in (True, False))
    blocks = ((mine[i : i + width], whole) for mine, whole in kinds for i in range(0, len(mine), width))
    parts = [
        (columns, _screen(values[:, columns], event, Z, risk_sets, start, whole=whole, per_sd=per_sd))
        for columns, whole in blocks
    ]
    return _joined(parts, values.shape[1])


def _screen(
    values: Floats, event: Floats, Z: Floats, risk_sets: RiskSets, start: Floats, *, whole: bool, per_sd: bool
) -> CoxScreen:
    """Some features, all complete or all with missing values."""
    from scipy.special import chdtrc, ndtr, ndtri

    present = np.isfinite(values)
    n, events = present.sum(axis=0), (present & (event > 0.5)[:, None]).sum(axis=0)
    mean = np.where(present, values, 0.0).sum(axis=0) / np.maximum(n, 1)
    x = np.where(present, values - mean, 0.0)
    sd = np.sqrt((x**2).sum(axis=0) / np.maximum(n - 1, 1))
    usable = (sd > 1e-12 * (1 + np.abs(mean))) & (events >= FEWEST_EVENTS)
    scale = np.where(usable, sd, 1.0)
    x = np.where(usable, x / scale, 0.0)
    problem = _Columns(x, Z, risk_sets, None) if whole else _Columns(x, Z, risk_sets.among(present), present)

    gamma = np.repeat(start[:, None], x.shape[1], axis=1)
    null = np.vstack([gamma, np.zeros(x.shape[1])])
    if not whole and len(gamma):
        # Other patients, another null model: the covariates alone, before the feature joins them.
        null = problem.maximum(null, problem.at(null), free=len(gamma))[0]
    at_null = problem.at(null)
    _, slope, information = at_null
    inverse = _inverse(information)
    score = np.einsum("ap,pab,bp->p", slope, inverse, slope)
    testable = usable & (inverse[:, -1, -1] > 0)
    beta, converged, information = problem.maximum(null, at_null, free=len(null))
    converged &= usable
    covariance = _inverse(information)
    error = np.sqrt(np.maximum(covariance[:, -1, -1], 0))
    # Covariates that leave nothing of the feature have an information without an inverse.
    converged &= (error > 0) & np.isfinite(error)
    unit = np.where(converged, 1.0 if per_sd else 1 / scale, np.nan)
    effect, error = beta[-1] * unit, error * unit
    half = ndtri(0.975) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * ndtr(-np.abs(effect) / error)
    score_p = np.where(testable, chdtrc(1, score), np.nan)
    return CoxScreen(effect, error, effect - half, effect + half, p, score_p, n, events, converged)


@dataclass(frozen=True, slots=True)
class _Columns:
    """c models at once: covariates Z (n, k) that all share, and a feature each, x (n, c), the last coefficient."""

    x: Floats
    Z: Floats
    risk_sets: RiskSets
    present: NDArray[np.bool_] | None

    def at(self, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Log likelihood (c,), slope (k + 1, c) and information (c, k + 1, k + 1) of coefficients (k + 1, c)."""
        Z, x, sets, k = self.Z, self.x, self.risk_sets, self.Z.shape[1]
        eta = x * beta[-1]
        if k:
            eta += Z @ beta[:-1]
        eta -= eta.max(axis=0)  # cancels in every term
        risk = np.exp(eta)
        if self.present is not None:
            risk *= self.present
        at_risk = sets.sums(risk)
        counted = at_risk > 0 if sets.counted is None else sets.counted
        inverse = np.divide(1.0, at_risk, out=np.zeros_like(at_risk), where=counted)
        means = [sets.sums(risk * Z[:, a, None]) * inverse for a in range(k)]
        means.append(sets.sums(risk * x) * inverse)
        hazard = risk * sets.spread(inverse)
        died = sets.patients
        seen = np.ones_like(at_risk) if self.present is None else self.present[died].astype(np.float64)
        value = (eta[died] * seen).sum(axis=0) + np.log(inverse, out=np.zeros_like(inverse), where=counted).sum(axis=0)
        slope = np.empty_like(beta)
        slope[:-1] = Z[died].T @ seen - Z.T @ hazard
        slope[-1] = x[died].sum(axis=0) - (x * hazard).sum(axis=0)
        information = np.empty((x.shape[1], k + 1, k + 1))
        weighted = hazard * x
        for a in range(k + 1):
            for b in range(a + 1):
                if a < k:
                    second = (Z[:, a] * Z[:, b]) @ hazard
                else:
                    second = Z[:, b] @ weighted if b < k else (weighted * x).sum(axis=0)
                information[:, a, b] = information[:, b, a] = second - np.einsum("ec,ec->c", means[a], means[b])
        return value, slope, information

    def maximum(
        self, start: Floats, at_start: tuple[Floats, Floats, Floats], *, free: int
    ) -> tuple[Floats, NDArray[np.bool_], Floats]:
        """Newton's method for the first `free` coefficients of each model; steps that lose likelihood are halved.

        Coefficients (k + 1, c), whether they are a maximum (c,), and the information there.
        """
        best = start.copy()
        value, slope, information = at_start
        value, result = value.copy(), information.copy()
        done = np.zeros(best.shape[1], bool)
        step = _steps(slope, information, free)
        live, models = np.arange(best.shape[1]), self
        for _ in range(ITERATIONS):
            beta = best[:, live] + step
            now, slope, information = models.at(beta)
            better = now >= value[live] - 1e-9 * np.abs(value[live])
            best[:, live[better]], value[live[better]] = beta[:, better], now[better]
            result[live[better]] = information[better]
            small = better & (np.abs(step).max(axis=0) < 1e-4)  # the next step would be its square
            done[live[small]] = True
            step = np.where(better, _steps(slope, information, free), step / 2)
            lost = np.abs(best[-1, live]) * np.ptp(models.x, axis=0) > WIDEST
            going = ~(small | lost)
            if not going.any():
                break
            if going.mean() < 0.7:
                live, step, models = live[going], step[:, going], models.only(going)
        return best, done, result

    def only(self, some: NDArray[np.bool_]) -> _Columns:
        """Some of the models."""
        present = None if self.present is None else self.present[:, some]
        sets = self.risk_sets if present is None else self.risk_sets.among(present)
        return _Columns(self.x[:, some], self.Z, sets, present)


def _steps(slope: Floats, information: Floats, free: int) -> Floats:
    step = np.zeros_like(slope)
    step[:free] = np.einsum("pab,bp->ap", _inverse(information[:, :free, :free]), slope[:free])
    return np.clip(step, -2.0, 2.0)  # per SD; a longer one only comes from a flat likelihood


def _inverse(matrices: Floats) -> Floats:
    """Of each matrix (p, k, k); zeros for what cannot be inverted."""
    size = np.sqrt(np.maximum(np.einsum("pii->pi", matrices), 0))
    good = (size > 0).all(axis=1)
    size = np.where(good[:, None], size, 1.0)
    scaled = matrices / (size[:, :, None] * size[:, None, :])
    scaled[~good] = np.eye(matrices.shape[1])
    good &= np.abs(np.linalg.det(scaled)) > 1e-10
    scaled[~good] = np.eye(matrices.shape[1])
    inverse: Floats = np.linalg.inv(scaled) / (size[:, :, None] * size[:, None, :])
    inverse[~good] = 0.0
    return inverse


def _joined(parts: list[tuple[NDArray[np.int64], CoxScreen]], p: int) -> CoxScreen:
    """The features of all parts in their order."""
    arrays: dict[str, NDArray[Any]] = {}
    for field in fields(CoxScreen):
        pieces = [(columns, getattr(part, field.name)) for columns, part in parts]
        whole = np.empty(p, pieces[0][1].dtype if pieces else np.float64)
        for columns, piece in pieces:
            whole[columns] = piece
        arrays[field.name] = whole
    return CoxScreen(**arrays)
