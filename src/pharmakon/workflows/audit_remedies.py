"""Remedies for a cohort's gaps: what is trained, on which patients, and why where nothing can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.mitigation import FOLDS, Outcome, compare
from pharmakon.fairness.thresholds import Constraint

if TYPE_CHECKING:
    from pharmakon.biomarkers.cohort import Cohort

    from .audit_cohort import AuditCohortConfig
    from .audit_risks import GivenRisks

MOST_FEATURES, COMPONENTS = 100, 20
"""Of more features than this a model gets principal components, which know nothing of the outcome."""


def remedies_of(
    config: AuditCohortConfig,
    cohort: Cohort,
    groups: Mapping[str, Groups],
    risks: GivenRisks | None,
    threshold: float,
) -> tuple[dict[str, list[Outcome]], list[str]]:
    """By column: before and after each remedy on held-out patients. Columns that cannot be mended give a note."""
    if cohort.outcome.kind != "binary":
        return {}, [f"remedies are for outcomes of two classes; this one is {cohort.outcome.kind}"]
    rows = np.flatnonzero(cohort.outcome.known)
    if risks is not None:
        rows = rows[np.isfinite(risks.value[rows])]
    y, patients = cohort.outcome.value[rows], cohort.patients[rows]
    fold = folds_of(patients, seed=config.seed)
    features = features_of(cohort)[rows]
    found, notes = {}, []
    for name, one in groups.items():
        try:
            found[name] = compare(
                y,
                None if risks is None else risks.value[rows],
                one.take(rows),
                fold,
                features=features,
                threshold=threshold,
                constraint=cast("Constraint", config.constraint),
                allowed=config.allowed_gap,
                people=patients,
                seed=config.seed,
            )
        except DataError as error:
            notes.append(f"no remedy: {error}")
    return found, notes


def folds_of(patients: Any, *, seed: int, folds: int = FOLDS) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """A fold for each row (n,), the same for all rows of a patient."""
    who = np.unique(patients, return_inverse=True)[1]
    drawn = stream(seed, "remedies").permutation(int(who.max()) + 1) % folds
    return drawn[who].astype(np.intp)


def features_of(cohort: Cohort) -> Floats:
    """All blocks side by side (n, p), standardised, gaps at the mean; components where there are many columns."""
    values = np.column_stack([block.values for block in cohort.blocks.values()])
    mean = np.nanmean(np.where(np.isfinite(values), values, np.nan), axis=0, keepdims=True)
    filled = np.where(np.isfinite(values), values, np.nan_to_num(mean))
    spread = filled.std(axis=0)
    X = (filled - filled.mean(axis=0))[:, spread > 1e-12] / spread[spread > 1e-12]
    if X.shape[1] > MOST_FEATURES:
        u, s, _ = np.linalg.svd(X, full_matrices=False)
        X = (u * s)[:, :COMPONENTS]
        X = X / np.maximum(X.std(axis=0), 1e-12)
    return np.asarray(X, np.float64)
