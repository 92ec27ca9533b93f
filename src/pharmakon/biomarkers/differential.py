"""Which features go with an outcome: every feature alone, raw and adjusted side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import BlockKind
from pharmakon.biomarkers.counts import fit_counts
from pharmakon.biomarkers.cox_screen import screen_cox
from pharmakon.biomarkers.least_squares import refuse_aliased
from pharmakon.biomarkers.moderated import fit_moderated
from pharmakon.biomarkers.multiplicity import benjamini_hochberg, number_tested
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats


@dataclass(frozen=True, slots=True)
class Effects:
    """p features; arrays of shape (p,), NaN where there is no answer."""

    n: NDArray[np.int64]
    effect: Floats
    low: Floats
    high: Floats
    """Of the 95 % interval."""
    p: Floats
    q: Floats
    """Benjamini & Hochberg's, over the features of this table that were tested."""

    @property
    def tested(self) -> int:
        """The size of the family that `q` is about."""
        return number_tested(self.p)


@dataclass(frozen=True, slots=True)
class Differential:
    """Effects of p features on or with an outcome, in the same patients raw and adjusted."""

    features: tuple[str, ...]
    raw: Effects
    adjusted: Effects
    """The same as `raw` where there is nothing to adjust for."""
    flipped: NDArray[np.bool_]
    """Where raw and adjusted effects have opposite signs and one interval leaves out 0; shape (p,)."""
    method: str
    meaning: str
    """What an effect is, and what one above 0 says."""
    adjusted_for: tuple[str, ...]
    patients: int
    left_out: int
    """Patients without the outcome, a covariate, the batch or any value."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """As a table: one array of length p for each column."""
        table: dict[str, NDArray[Any]] = {"feature": np.asarray(self.features, dtype=np.str_)}
        for kind, effects in (("raw", self.raw), ("adjusted", self.adjusted)):
            table |= {f"{kind}_{field.name}": getattr(effects, field.name) for field in fields(Effects)}
        return table | {"flipped": self.flipped}


def find_differential(
    values: Floats,
    features: Sequence[str],
    outcome: Outcome,
    *,
    covariates: Floats | None = None,
    covariate_names: Sequence[str] = (),
    batch: Sequence[Any] | NDArray[Any] | None = None,
    kind: BlockKind = "continuous",
    trend: bool = False,
    workers: int = 1,
) -> Differential:
    """Test each column of values (n, p), NaN where not measured, against an outcome of the same n patients.

    Covariates (n, k) and the batch (n,; "" or NaN where unknown) are in the model beside the outcome, never taken out
    of the values before. Patients without one of them, or without any value, are left out of both models, so that raw
    and adjusted differ by the adjustment alone. `trend` lets the moderated model's prior follow the mean; `workers`
    are for counts.

    Raises DataError where the outcome has one class only, cannot be told from a covariate or the batch, or where
    counts are to be tested against a survival outcome.
    """
    if kind == "counts" and outcome.kind == "survival":
        raise DataError('no model of counts against survival; transform them (VarianceStabilise) and say "continuous"')
    n = len(outcome)
    C = np.empty((n, 0)) if covariates is None else np.asarray(covariates, np.float64)
    if C.shape != (n, len(covariate_names)) or outcome.name in covariate_names:
        raise DataError(
            f"{len(covariate_names)} covariates, none of them named {outcome.name!r}, need a table of {n} rows and as "
            f"many columns; got shape {C.shape}"
        )
    labels = _labels(batch, n)
    X = np.asarray(values, np.float64)
    known = outcome.known & np.isfinite(C).all(axis=1) & (labels != "") & np.isfinite(X).any(axis=1)
    here = outcome.take(known)
    _refuse_constant(here)
    levels = np.unique(labels[known])[1:]
    C = np.hstack([C[known], labels[known, None] == levels])
    names = (*covariate_names, *(f"batch {level}" for level in levels))
    X = X[known]
    refuse_aliased(np.column_stack([np.ones(len(C)), C]), ["intercept", *names])
    how = _Test(X, here, kind, trend=trend, workers=workers)
    raw = how.run(C[:, :0], ())
    adjusted = how.run(C, names) if names else raw
    clear = (raw.low > 0) | (raw.high < 0) | (adjusted.low > 0) | (adjusted.high < 0)
    flipped = clear & (raw.effect * adjusted.effect < 0)
    left_out = int((~known).sum())
    return Differential(tuple(features), raw, adjusted, flipped, how.method, how.meaning, names, len(here), left_out)


@dataclass(frozen=True, slots=True)
class _Test:
    """The model that fits the outcome and the kind of values."""

    X: Floats
    outcome: Outcome
    kind: BlockKind
    trend: bool
    workers: int

    def run(self, C: Floats, names: tuple[str, ...]) -> Effects:
        outcome = self.outcome
        if outcome.event is not None:
            found = screen_cox(self.X, outcome.value, outcome.event, covariates=C)
            # Where the hazard ratio has no end there is no `p`: a marker without an effect is not called found.
            return _effects(found.n, found.log_hazard_ratio, found.low, found.high, found.p)
        # The outcome stands last, so that an alias is said of it and not of what it is aliased with.
        design = np.column_stack([np.ones(len(C)), C, self.column])
        columns = ["intercept", *names, outcome.name]
        if self.kind == "counts":
            counts = fit_counts(self.X, design, columns, outcome.name, workers=self.workers)
            return _effects(counts.n, counts.effect, counts.low, counts.high, counts.p)
        linear = fit_moderated(self.X, design, columns, outcome.name, trend=self.trend)
        return _effects(linear.n, linear.effect, linear.low, linear.high, linear.p)

    @property
    def column(self) -> Floats:
        """The outcome in the design: 0 and 1, or in SDs."""
        value = self.outcome.value
        return value if self.outcome.kind == "binary" else (value - value.mean()) / value.std(ddof=1)

    @property
    def method(self) -> str:
        if self.outcome.kind == "survival":
            return "Cox model of each feature (Efron ties, Wald test)"
        if self.kind == "counts":
            return "DESeq2 (negative binomial, Wald test)"
        return f"moderated linear model (limma{', trend' if self.trend else ''})"

    @property
    def meaning(self) -> str:
        outcome = self.outcome
        if outcome.kind == "survival":
            return f"log hazard ratio of {outcome.positive or 'the event'} per SD of the feature"
        if self.kind == "counts":
            unit = "log2 counts"
        else:
            unit = "share of patients" if self.kind == "binary" else "the feature's unit"
        if outcome.kind == "binary":
            return f"difference in {unit}, {outcome.positive or '1'} minus {outcome.negative or '0'}"
        return f"slope in {unit} per SD of {outcome.name}"


def _effects(n: NDArray[np.int64], effect: Floats, low: Floats, high: Floats, p: Floats) -> Effects:
    return Effects(n, effect, low, high, p, benjamini_hochberg(p))


def _labels(batch: Sequence[Any] | NDArray[Any] | None, n: int) -> NDArray[np.str_]:
    """The batch of each patient, "" where unknown; one for all where none is given."""
    if batch is None:
        return np.repeat("all", n)
    if len(batch) != n:
        raise DataError(f"{len(batch)} batches of {n} patients")
    unknown = [label is None or (isinstance(label, float) and np.isnan(label)) for label in batch]
    return np.asarray(["" if gone else str(label) for label, gone in zip(batch, unknown, strict=True)], dtype=np.str_)


def _refuse_constant(outcome: Outcome) -> None:
    if outcome.kind == "survival":
        if outcome.events == 0:
            raise DataError(f"outcome {outcome.name!r}: no event came among {len(outcome)} patients")
    elif len(np.unique(outcome.value)) < 2:
        raise DataError(f"outcome {outcome.name!r} is the same in all {len(outcome)} patients with complete covariates")
