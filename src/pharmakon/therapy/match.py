"""Treatments of a patient, ranked by how much more sensitive the tumour should be than other tumours are.

Drugs differ in potency by orders of magnitude and so by dose; their ln IC50 cannot be compared with each other. What
can is where a patient stands among the training lines of the same drug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .predictor import CANNOT_TELL, ResponsePredictor
from .profiles import Profiles
from .response import Push
from .trained_on import trained_on

REASONS = 5
WARNING = (
    "cell lines are not patients: this is a hypothesis for the tumour board or a trial, not a reason to treat; ln IC50 "
    "says nothing of the dose that a patient can have"
)


@dataclass(frozen=True, slots=True)
class Match:
    """One treatment of one patient. Values in ln uM."""

    patient: str
    drug: str
    value: float
    low: float
    high: float
    percentile: float
    """How many of 100 training lines are more sensitive to this drug; NaN where nothing can be told."""
    verdict: str
    """"sensitive", "not sensitive" or "cannot tell"."""
    why: str
    """Why it cannot be told, or ""."""
    reasons: tuple[Push, ...]
    """What pushes the prediction most; of an association, not of a cause."""
    trained_on: str = ""
    """The training line that the profile is, or bears the name of; "" for a new one."""


def match(
    predictor: ResponsePredictor, profiles: Profiles, drugs: Sequence[str] | None = None, smiles: Sequence[str] = ()
) -> list[Match]:
    """Treatments of each profile: what can be told first, the most sensitive against other lines first.

    `drugs` are names of the screen, all of them when None and no SMILES is given. Raises UnknownName for another name.
    """
    names = list(predictor.model.drugs_) if drugs is None and not smiles else list(drugs or ())
    found = predictor.respond(profiles, names, smiles)
    aligned, _ = profiles.aligned(predictor.model.cells_.genes_)
    reasons = predictor.model.reasons(aligned, found.coefficients, most=REASONS)
    lines = trained_on(predictor.model, profiles)
    matches = []
    for i, patient in enumerate(profiles.ids):
        order = np.lexsort((found.percentile[i], found.verdict[i] == CANNOT_TELL))
        matches += [
            Match(
                patient,
                found.drugs[j],
                float(found.value[i, j]),
                float(found.low[i, j]),
                float(found.high[i, j]),
                float("nan") if found.verdict[i, j] == CANNOT_TELL else float(found.percentile[i, j]),
                str(found.verdict[i, j]),
                str(found.why[i, j]),
                tuple(reasons[i][j]) if np.isfinite(found.value[i, j]) else (),
                lines[patient].line if patient in lines else "",
            )
            for j in order
        ]
    return matches


def said(push: Push) -> str:
    """A reason in words, such as "BRAF mutated -0.82"."""
    if push.kind == "mutation":
        state = "mutated" if push.value > 0 else "not mutated"
    else:
        size = "high" if push.value > 0 else "low"
        state = f"{'expression' if push.kind == 'expression' else 'copies'} {push.value:.1f}"
        state = state if push.kind != "expression" else f"{size} {state}"
    return f"{push.gene} {state} {push.push:+.2f}"
