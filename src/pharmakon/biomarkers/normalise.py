"""What is done to values before a model sees them, learnt from training rows only and then frozen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

Arrays = dict[str, NDArray[Any]]


class Step(ABC):
    """Something that is fitted to training rows (n, p) and then transforms any rows of the same p features.

    A constructor only stores its options, and what is learnt has a name that ends in `_`; both are numbers, words or
    arrays, so that a step is saved as arrays and read back. Missing values (NaN) stay missing but in `Impute`.
    """

    def fit(self, X: Floats) -> Self:
        return self

    @abstractmethod
    def transform(self, X: Floats) -> Floats:
        """Any rows (m, p), as learnt."""

    def fit_transform(self, X: Floats) -> Floats:
        return self.fit(X).transform(X)

    def to_arrays(self) -> Arrays:
        """Options and what was learnt, for an npz file."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """What `to_arrays` gave."""
        step = cls(**{name: value.item() for name, value in arrays.items() if not name.endswith("_")})
        for name, value in arrays.items():
            if name.endswith("_"):
                setattr(step, name, np.asarray(value))
        return step


class Log2(Step):
    """log2(x + offset) of values that are 0 or above."""

    def __init__(self, offset: float = 1.0) -> None:
        self.offset = offset

    def transform(self, X: Floats) -> Floats:
        _refuse_negative(X, "a logarithm")
        return np.log2(X + self.offset)


class LogCPM(Step):
    """log2 of counts per million of the sample's total, plus an offset."""

    def __init__(self, offset: float = 1.0) -> None:
        self.offset = offset

    def transform(self, X: Floats) -> Floats:
        _refuse_negative(X, "counts per million")
        total = np.where(np.isnan(X).all(axis=1), np.nan, np.nansum(X, axis=1))[:, None]
        if not total.all():
            raise DataError(f"{int((total == 0).sum())} samples have no counts at all; leave them out")
        return np.asarray(np.log2(X / total * 1e6 + self.offset), np.float64)


class VarianceStabilise(Step):
    """Counts to a log2-like scale on which the variance does not follow the mean.

    Size factors are medians of ratios to frozen geometric means (Anders & Huber, Genome Biol. 2010, 11, R106), and the
    transformation is DESeq2's for a dispersion a0 + a1 / mean (Love et al., Genome Biol. 2014, 15, 550), whose two
    numbers come from moments here and not from its likelihood.
    """

    log_reference_: Floats
    trend_: Floats

    def fit(self, X: Floats) -> Self:
        """Raises DataError where no feature was counted in every row."""
        _refuse_negative(X, "a variance-stabilising transformation")
        X = X[~np.isnan(X).all(axis=1)]
        with np.errstate(divide="ignore"):
            reference = np.log(X).mean(axis=0)
        if not np.isfinite(reference).any():
            raise DataError("no feature was counted in every sample, so samples have no common scale; use LogCPM")
        self.log_reference_ = reference
        factors = self.size_factors(X)
        scaled = X / factors[:, None]
        mean, variance = scaled.mean(axis=0), scaled.var(axis=0, ddof=1)
        seen = mean > 0
        dispersion = (variance[seen] - mean[seen] * (1 / factors).mean()) / mean[seen] ** 2
        self.trend_ = _dispersion_trend(mean[seen], dispersion)
        return self

    def size_factors(self, X: Floats) -> Floats:
        """Of each sample: how deep it was read; (n, p) to (n,). NaN for one without any value."""
        used, there = np.isfinite(self.log_reference_), ~np.isnan(X).all(axis=1)
        with np.errstate(divide="ignore"):
            ratio = np.log(X[np.ix_(there, used)]) - self.log_reference_[used]
        ratio[~np.isfinite(ratio)] = np.nan
        if np.isnan(ratio).all(axis=1).any():
            raise DataError("a sample has no counts of the features that its size is judged by; leave it out")
        factors = np.full(len(X), np.nan)
        factors[there] = np.exp(np.nanmedian(ratio, axis=1))
        return factors

    def transform(self, X: Floats) -> Floats:
        _refuse_negative(X, "a variance-stabilising transformation")
        a0, a1 = self.trend_
        q = X / self.size_factors(X)[:, None]
        inner = 1 + a1 + 2 * a0 * q + 2 * np.sqrt(a0 * q * (1 + a1 + a0 * q))
        return np.asarray(np.log2(inner / (4 * a0)), np.float64)


class Impute(Step):
    """Fill missing values with a feature's own training values.

    "median": for values missing by chance. "half_minimum": for those below the limit of detection, half the lowest
    training value; on a log2 scale (`log2`), that is the lowest less 1.
    """

    fill_: Floats

    def __init__(self, how: Literal["median", "half_minimum"] = "median", *, log2: bool = False) -> None:
        self.how = how
        self.log2 = log2

    def fit(self, X: Floats) -> Self:
        """Raises DataError where a feature has no value in any row."""
        empty = np.flatnonzero(np.isnan(X).all(axis=0))
        if len(empty):
            raise DataError(
                f"{len(empty)} of {X.shape[1]} features have no value in the training rows (the first is column "
                f"{empty[0]}), so there is nothing to fill them with; leave them out"
            )
        if self.how == "median":
            self.fill_ = np.nanmedian(X, axis=0)
        else:
            lowest = np.nanmin(X, axis=0)
            if not self.log2 and (lowest < 0).any():
                raise DataError(
                    "half the lowest value of a feature below 0 lies above it; say log2=True for log values"
                )
            self.fill_ = lowest - 1 if self.log2 else lowest / 2
        return self

    def transform(self, X: Floats) -> Floats:
        return np.where(np.isnan(X), self.fill_, X)


class Standardise(Step):
    """Each feature less its training mean, over its training SD; one that was constant becomes its deviation."""

    mean_: Floats
    scale_: Floats

    def fit(self, X: Floats) -> Self:
        """A feature without a value in any row is left as it is."""
        present = np.isfinite(X)
        n = present.sum(axis=0)
        self.mean_ = np.where(present, X, 0.0).sum(axis=0) / np.maximum(n, 1)
        off = np.where(present, X - self.mean_, 0.0)
        sd = np.sqrt((off**2).sum(axis=0) / np.maximum(n - 1, 1))
        self.scale_ = np.where(sd > 1e-12 * (1 + np.abs(self.mean_)), sd, 1.0)
        return self

    def transform(self, X: Floats) -> Floats:
        return (X - self.mean_) / self.scale_


def _dispersion_trend(mean: Floats, dispersion: Floats) -> Floats:
    """(a0, a1) of a0 + a1 / mean, by least squares of relative errors, again and again without what lies far off."""
    used = np.isfinite(dispersion) & (dispersion > 1e-8)
    if not used.any():
        return np.array([1e-8, 0.0])  # no more variance than Poisson's
    x, y = 1 / mean[used], dispersion[used]
    trend = np.array([max(float(np.median(y)), 1e-8), 0.0])
    for _ in range(20):
        fitted = trend[0] + trend[1] * x
        near = (y / fitted > 1e-4) & (y / fitted < 15)  # DESeq2's limits
        design = np.stack([np.ones(near.sum()), x[near]], axis=1) / fitted[near, None]
        new = np.linalg.lstsq(design, y[near] / fitted[near], rcond=None)[0]
        if new[0] <= 0 or new[1] < 0:
            return np.array([max(float(np.mean(y[near])), 1e-8), 0.0])
        done = np.abs(np.log(new[0] / trend[0])) < 1e-6
        trend = new
        if done:
            break
    return np.asarray(trend, np.float64)


def _refuse_negative(X: Floats, what: str) -> None:
    if (X < 0).any():
        raise DataError(
            f"{what} needs values of 0 or above; {int((X < 0).sum())} lie below: are they logarithms already?"
        )
