"""How good a frozen signature's risks are in a cohort, and what they add to the clinical columns, with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.biomarkers.block_model import CLINICAL
from pharmakon.biomarkers.judging import Estimate, added_value, judge

if TYPE_CHECKING:
    from pharmakon.biomarkers.cohort import Cohort
    from pharmakon.biomarkers.risks import Risks
    from pharmakon.learn.interval import Interval

    from .study_signature import Frozen

DELONG, BOOTSTRAP = "DeLong", "bootstrap"
AUC = "auc"


@dataclass(frozen=True, slots=True)
class Scored:
    """Every measure, the leading one over the clinical columns alone (None where that cannot be asked), and by what."""

    scores: dict[str, Estimate]
    added: Estimate | None
    methods: dict[str, str]
    """What each measure's interval was made by; "added" for the difference."""


def scored(frozen: Frozen, cohort: Cohort, risks: Risks, *, resamples: int, seed: int) -> Scored:
    """Judge risks. An AUC has DeLong's interval, unless patients have several samples: these are resampled together."""
    outcome, horizon = cohort.outcome, frozen.signature.horizon
    scores = judge(outcome, risks, cohort.patients, horizon=horizon, resamples=resamples, random_state=seed)
    leading = next(iter(scores))
    methods = dict.fromkeys(scores, BOOTSTRAP)
    bar = _clinical_only(frozen, cohort)
    added = None
    if bar is not None:
        gained = added_value(
            outcome, risks, bar, cohort.patients, horizon=horizon, resamples=resamples, random_state=seed
        )
        added, methods["added"] = gained[leading], BOOTSTRAP
    if AUC not in scores or len({*cohort.patients.tolist()}) < len(cohort):
        return Scored(scores, added, methods)
    from pharmakon.learn.delong import auc_difference, auc_interval

    rows = np.flatnonzero(outcome.known & np.isfinite(risks.score))
    scores[AUC] = _of(auc_interval(outcome.value[rows], risks.score[rows]), scores[AUC])
    methods[AUC] = DELONG
    if bar is not None and added is not None:
        rows = rows[np.isfinite(bar.score[rows])]
        added = _of(auc_difference(outcome.value[rows], risks.score[rows], bar.score[rows]), added)
        methods["added"] = f"paired {DELONG}"
    return Scored(scores, added, methods)


def _clinical_only(frozen: Frozen, cohort: Cohort) -> Risks | None:
    """The signature's risks from the clinical block alone; None where there is nothing beside it, or no such block."""
    taken = [name for name in frozen.signature.models if name in cohort.blocks]
    if CLINICAL not in taken or len(taken) < 2 or (CLINICAL,) not in frozen.signature.fusions:
        return None
    if not cohort.blocks[CLINICAL].present.any():
        return None
    return frozen.apply({CLINICAL: cohort.blocks[CLINICAL]}, cohort.role("batch"))


def _of(found: Interval, judged: Estimate) -> Estimate:
    return replace(judged, value=found.value, low=found.low, high=found.high)
