"""The moderated linear model: an effect per feature, its variance steadied by those of all other features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.least_squares import fit_least_squares
from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Floats


@dataclass(frozen=True, slots=True)
class Moderated:
    """One coefficient in p models; arrays of shape (p,), NaN where a feature has no answer."""

    effect: Floats
    """In the feature's unit, per unit of the design's column."""
    standard_error: Floats
    low: Floats
    high: Floats
    """Of the 95 % interval."""
    t: Floats
    df: Floats
    """Residual and prior degrees of freedom together."""
    p: Floats
    n: NDArray[np.int64]
    """Patients with a value."""
    prior: Prior


class Prior(NamedTuple):
    """What is believed of a variance before its feature is looked at: `variance` with the weight of `df` values."""

    df: float
    """0 where features say nothing of each other, infinite where they all have one variance."""
    variance: Floats
    """Shape (p,); all the same without a trend."""


def fit_moderated(
    values: Floats, design: Floats, names: Sequence[str], coefficient: str, *, trend: bool = False
) -> Moderated:
    """The limma model (Smyth, Stat. Appl. Genet. Mol. Biol. 2004, 3, 3; doi 10.2202/1544-6115.1027).

    `values` (n, p) may have missing ones (NaN): a feature is fitted to the patients that have it. `design` (n, k) has
    named columns, an intercept among them if there is to be one. With `trend`, the prior variance follows the
    features' means along a natural spline. Raises UnknownName for a coefficient that is no column, and DataError
    where a column of the design is a combination of others.
    """
    if coefficient not in names:
        raise UnknownName("column", coefficient, names, where="the design")
    column = list(names).index(coefficient)
    fit = fit_least_squares(values, design, names)
    means = _means(values) if trend else None
    # What is the same for everybody has no answer, and its variance of 0 says nothing of the others'.
    squares = np.where(_constant(values), np.nan, fit.squares)
    return moderate(fit.coefficient[:, column], fit.unscaled[:, column], squares, fit.n, fit.df, means=means)


def moderate(
    coefficient: Floats,
    unscaled: Floats,
    squares: Floats,
    n: NDArray[np.int64],
    df: NDArray[np.int64],
    *,
    means: Floats | None = None,
) -> Moderated:
    """The model of p least-squares fits (p,), wherever their sums came from: the patients themselves are not needed.

    `unscaled` is the coefficient's variance over the residual variance, `squares` the residual sum of squares, `df`
    its degrees of freedom.
    """
    from scipy.special import stdtr, stdtrit

    df = np.maximum(df, 0).astype(np.float64)
    usable = (df > 0) & np.isfinite(squares)
    variance = np.where(usable, squares / np.maximum(df, 1), np.nan)
    prior = fit_prior(variance, np.where(usable, df, 0), means=means)
    if np.isinf(prior.df):
        posterior = np.where(usable, prior.variance, np.nan)
    else:
        posterior = (prior.df * prior.variance + df * variance) / np.where(usable, prior.df + df, np.nan)
    # No prior can be worth more than the values that it was made from.
    total = np.where(usable, np.minimum(df + prior.df, df[usable].sum()), np.nan)
    effect = np.where(usable, coefficient, np.nan)
    error = np.sqrt(posterior * unscaled)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = effect / error
    half = stdtrit(total, 0.975) * error
    p = 2 * stdtr(total, -np.abs(t))
    return Moderated(effect, error, effect - half, effect + half, t, total, p, n, prior)


def _constant(values: Floats) -> NDArray[np.bool_]:
    """Which features (n, p) have one value only, or none; (p,)."""
    known = np.isfinite(values)
    low, high = (np.where(known, values, end).T for end in (np.inf, -np.inf))
    found: NDArray[np.bool_] = high.max(axis=1) <= low.min(axis=1)
    return found


def fit_prior(variance: Floats, df: Floats, *, means: Floats | None = None) -> Prior:
    """Smyth's moments of log variances: each is the prior's times an F of `df` and the prior's degrees of freedom.

    All of shape (p,); what is NaN or has no degree of freedom counts nothing. With `means` the prior variance is a
    function of them.
    """
    from scipy.special import digamma, polygamma

    used = np.isfinite(variance) & (df > 0)
    if used.sum() < 2:
        return Prior(0.0, np.where(used, variance, np.nan))
    s2, d = variance[used], df[used]
    middle = float(np.median(s2))
    s2 = np.maximum(
        s2, 1e-5 * (middle if middle > 0 else 1.0)
    )  # limma's floor: a constant feature would rule all others
    e = np.log(s2) - digamma(d / 2) + np.log(d / 2)
    basis = np.ones((len(variance), 1)) if means is None else _spline(means, used)
    weights, _, rank, _ = np.linalg.lstsq(basis[used], e, rcond=None)
    expected = basis @ weights
    left = float(((e - expected[used]) ** 2).sum() / max(len(e) - int(rank), 1)) - float(polygamma(1, d / 2).mean())
    if left <= 0:
        pooled = np.full(len(variance), s2.mean()) if means is None else np.exp(expected)
        return Prior(np.inf, pooled)
    d0 = 2 * _trigamma_inverse(left)
    return Prior(d0, np.exp(expected + digamma(d0 / 2) - np.log(d0 / 2)))


def _trigamma_inverse(x: float) -> float:
    """y with trigamma(y) = x, by Newton's method on its reciprocal, which is nearly straight (Smyth 2004, appendix)."""
    from scipy.special import polygamma

    if x > 1e7:
        return float(1 / np.sqrt(x))
    if x < 1e-6:
        return 1 / x
    y = 0.5 + 1 / x
    for _ in range(50):
        trigamma = float(polygamma(1, y))
        step = trigamma * (1 - trigamma / x) / float(polygamma(2, y))
        y += step
        if -step / y < 1e-10:
            break
    return y


def _means(values: Floats) -> Floats:
    present = np.isfinite(values)
    count = present.sum(axis=0)
    return np.where(count > 0, np.where(present, values, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)


def _spline(x: Floats, used: NDArray[np.bool_]) -> Floats:
    """A natural cubic spline with knots at quantiles, as many as the used features carry; (p, 1 to 4)."""
    seen = x[used]
    size = min(1 + (len(seen) >= 3) + (len(seen) >= 6) + (len(seen) >= 30), len(np.unique(seen)))
    if size == 1:
        return np.ones((len(x), 1))
    knots = np.quantile(seen, np.linspace(0, 1, size))
    x, knots = (x - knots[0]) / np.ptp(knots), (knots - knots[0]) / np.ptp(knots)

    def slope(k: int) -> Floats:
        cubes = np.maximum(x - knots[k], 0) ** 3 - np.maximum(x - knots[-1], 0) ** 3
        return np.asarray(cubes / (knots[-1] - knots[k]), np.float64)

    return np.stack([np.ones(len(x)), x, *(slope(k) - slope(size - 2) for k in range(size - 2))], axis=1)
