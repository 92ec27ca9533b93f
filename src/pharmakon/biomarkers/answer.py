"""Whether a feature or a covariate is the outcome under another name: a code of the class, a time, its logarithm."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.check import Check
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.types import Floats
from pharmakon.core.words import some

FEWEST = 20
"""Samples with a value below which agreement may be chance."""
CODES = 5
"""Most different values of what is called a code."""
OF_A_WORD = 5
"""Samples for each word, on average, from which words that have one class each are a code and no chance."""
OF_A_CLASS = 5
"""Samples of each class without which a number may divide classes by chance."""
SAME = 0.999
"""Rank correlation with a number or a time from which a feature is it."""


def answers(outcome: Outcome, block: Block) -> Check:
    """A check of every feature of a block against the outcome."""
    name, title = f"answer-{block.name}", f"The answer among the features of {block.name}"
    here = outcome.take(outcome.known)
    rows = block.values[outcome.known].T
    found = [feature for feature, values in zip(block.features, rows, strict=True) if _is_answer(values, here)]
    if found:
        says = "feature says" if len(found) == 1 else "features say"
        sentence = f"{len(found)} {says} the outcome itself ({some(found)})."
        advice = "Leave it out (leave_out of the block): a model that is told the answer needs nothing else."
        return Check(name, "refused", title, sentence, advice, "multivariable", {"features": float(len(found))})
    return Check(name, "passed", title, "No feature is the outcome under another name.")


def covariate_answers(outcome: Outcome, columns: Mapping[str, NDArray[Any]]) -> Check:
    """A check of the covariates, each (n,) numbers or words.

    Stricter than that of features: a covariate that divides the classes without an error, or is a class of the outcome
    itself (alive after five years), leaves a marker nothing to be adjusted for. Markers that good are looked for.
    """
    name, title = "answer-covariates", "The answer among the covariates"
    here = outcome.take(outcome.known)
    found = [column for column, values in columns.items() if _tells(values[outcome.known], here)]
    if found:
        sentence = (
            f"{', '.join(found)} {'says' if len(found) == 1 else 'say'} the outcome itself: the answer as a covariate."
        )
        advice = "Leave it out of design.covariates: beside it no marker can tell anything."
        return Check(name, "refused", title, sentence, advice, "anything", {"covariates": float(len(found))})
    return Check(name, "passed", title, "No covariate is the outcome under another name.")


def _is_answer(values: Floats, outcome: Outcome) -> bool:
    """Whether values are a code of the class or the event, or in the order of the number or the time."""
    if outcome.kind == "binary":
        return _is_code(values, outcome.value)
    if outcome.event is not None and _is_code(values, outcome.event):
        return True
    return _is_rank(values, outcome.value)


def _tells(values: NDArray[Any], outcome: Outcome) -> bool:
    most = CODES
    if values.dtype.kind == "U":
        most = max(CODES, int((values != "").sum()) // OF_A_WORD)
        values = np.where(values == "", np.nan, np.unique(values, return_inverse=True)[1])
    if outcome.kind != "continuous" and (_is_code(values, outcome.strata, most) or _divides(values, outcome.strata)):
        return True
    return outcome.kind != "binary" and (_is_rank(values, outcome.value) or _divides(outcome.value, values))


def _divides(number: Floats, classes: Floats) -> bool:
    """Whether each of a few classes has a stretch of the number for itself."""
    there = np.isfinite(number) & np.isfinite(classes)
    levels, codes = np.unique(classes[there], return_inverse=True)
    if there.sum() < FEWEST or not 1 < len(levels) <= CODES or np.bincount(codes).min() < OF_A_CLASS:
        return False
    ends = sorted((number[there][codes == k].min(), number[there][codes == k].max()) for k in range(len(levels)))
    return all(before[1] < after[0] for before, after in pairwise(ends))


def _is_code(values: Floats, y: Floats, most: int = CODES) -> bool:
    """Whether few values stand for one class each."""
    there = np.isfinite(values)
    if there.sum() < FEWEST or len({*y[there]}) < 2:
        return False
    levels, codes = np.unique(values[there], return_inverse=True)
    if not 1 < len(levels) <= most:
        return False
    ones, number = np.bincount(codes, y[there]), np.bincount(codes)
    return bool(((ones == 0) | (ones == number)).all())


def _is_rank(values: Floats, y: Floats) -> bool:
    from scipy.stats import rankdata

    there = np.isfinite(values)
    if there.sum() < FEWEST or np.ptp(values[there]) == 0 or np.ptp(y[there]) == 0:
        return False
    return bool(abs(np.corrcoef(rankdata(values[there]), rankdata(y[there]))[0, 1]) > SAME)
