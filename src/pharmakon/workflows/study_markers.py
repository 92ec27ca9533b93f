"""Every marker of a cohort alone: which test each block gets, the family of false discoveries, and the table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from pharmakon.biomarkers.cohort import Cohort
from pharmakon.biomarkers.differential import Differential, Effects, find_differential
from pharmakon.biomarkers.interaction import find_interactions
from pharmakon.biomarkers.multiplicity import benjamini_hochberg
from pharmakon.core.types import Progress, silent

PREDICTIVE = "predictive"
MARKERS = (
    *("block", "feature", "n", "effect", "low", "high", "p", "q"),
    *("raw_effect", "raw_low", "raw_high", "raw_p", "raw_q", "sign_flips"),
)
"""Columns of markers.csv."""
SOME = 3
"""Features without an answer that are named."""


def each_marker(
    cohort: Cohort, *, family: Literal["block", "all"] = "block", workers: int = 1, progress: Progress = silent
) -> dict[str, Differential]:
    """Each feature of each block against the outcome; where prediction is claimed, its interaction with the arm.

    Samples of one patient are averaged first.
    Covariates and batch are in the adjusted model. `q` counts within a block, or over all of them.
    """
    cohort = cohort.by_patient()
    clinical, found = cohort.covariates, {}
    for done, (name, block) in enumerate(cohort.omics.items()):
        progress(done, len(cohort.omics), f"testing {len(block.features):,} features of {name}")
        arm = cohort.role("arm")
        if cohort.declaration.context_of_use == PREDICTIVE and arm is not None:
            found[name] = find_interactions(
                block.values,
                block.features,
                cohort.outcome,
                arm,
                covariates=clinical.values,
                covariate_names=clinical.features,
            )
            continue
        found[name] = find_differential(
            block.values,
            block.features,
            cohort.outcome,
            covariates=clinical.values,
            covariate_names=clinical.features,
            batch=cohort.role("batch"),
            kind=block.kind,
            workers=workers,
        )
    return _one_family(found) if family == "all" else found


def records(found: Mapping[str, Differential]) -> list[dict[str, Any]]:
    """Every feature of every block as a record with the keys of MARKERS, the smallest adjusted p first."""
    rows: list[dict[str, Any]] = []
    for block, table in found.items():
        a, r = table.adjusted, table.raw
        for j, feature in enumerate(table.features):
            numbers = (a.effect, a.low, a.high, a.p, a.q, r.effect, r.low, r.high, r.p, r.q)
            cells = [float(values[j]) for values in numbers]
            rows.append(dict(zip(MARKERS, (block, feature, int(a.n[j]), *cells, bool(table.flipped[j])), strict=True)))
    return sorted(rows, key=lambda row: (math.isnan(row["p"]), row["p"], row["block"], row["feature"]))


def untested(found: Mapping[str, Differential]) -> list[str]:
    """A sentence of each block that has features without an answer: they are not found, and not cleared either."""
    said = []
    for name, table in found.items():
        without = [feature for feature, p in zip(table.features, table.adjusted.p, strict=True) if math.isnan(p)]
        if without:
            some = ", ".join(without[:SOME]) + (", ..." if len(without) > SOME else "")
            verb = "was" if len(without) == 1 else "were"
            said.append(
                f"{name}: {len(without):,} of {len(table.features):,} features {verb} not tested ({some}): the same "
                "for everybody, too few values, or an effect that has no end."
            )
    return said


def _one_family(found: Mapping[str, Differential]) -> dict[str, Differential]:
    """The same tables, with false discoveries counted over all blocks together."""
    sizes = np.cumsum([0, *(len(table.features) for table in found.values())])
    out = dict(found)
    for kind in ("raw", "adjusted"):
        q = benjamini_hochberg(np.concatenate([getattr(table, kind).p for table in found.values()]))
        for (name, table), start, end in zip(out.items(), sizes[:-1], sizes[1:], strict=True):
            effects: Effects = getattr(table, kind)
            changed = replace(effects, q=q[start:end])
            out[name] = replace(table, raw=changed) if kind == "raw" else replace(table, adjusted=changed)
    return out
