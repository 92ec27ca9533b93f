"""Whether a feature is the outcome itself under another name: a code of the class, a time, its logarithm."""

from __future__ import annotations

import numpy as np

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.check import Check
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.types import Floats

FEWEST = 20
"""Samples with a value below which agreement may be chance."""
CODES = 5
"""Most different values of what is called a code."""
SAME = 0.999
"""Rank correlation with a number or a time from which a feature is it."""


def answers(outcome: Outcome, block: Block) -> Check:
    """A check of every feature of a block against the outcome."""
    name, title = f"answer-{block.name}", f"The answer among the features of {block.name}"
    known = outcome.known
    y = outcome.value[known]
    found = [
        feature
        for feature, values in zip(block.features, block.values[known].T, strict=True)
        if (_is_code(values, y) if outcome.kind == "binary" else _is_rank(values, y))
    ]
    if found:
        some = ", ".join(found[:3])
        sentence = f"{len(found)} {'feature says' if len(found) == 1 else 'features say'} the outcome itself ({some})."
        advice = "Leave it out (leave_out of the block): a model that is told the answer needs nothing else."
        return Check(name, "refused", title, sentence, advice, "multivariable", {"features": float(len(found))})
    return Check(name, "passed", title, "No feature is the outcome under another name.")


def _is_code(values: Floats, y: Floats) -> bool:
    """Whether few values stand for one class each."""
    there = np.isfinite(values)
    if there.sum() < FEWEST or len({*y[there]}) < 2:
        return False
    levels, codes = np.unique(values[there], return_inverse=True)
    if not 1 < len(levels) <= CODES:
        return False
    ones, number = np.bincount(codes, y[there]), np.bincount(codes)
    return bool(((ones == 0) | (ones == number)).all())


def _is_rank(values: Floats, y: Floats) -> bool:
    from scipy.stats import rankdata

    there = np.isfinite(values)
    if there.sum() < FEWEST or np.ptp(values[there]) == 0 or np.ptp(y[there]) == 0:
        return False
    return bool(abs(np.corrcoef(rankdata(values[there]), rankdata(y[there]))[0, 1]) > SAME)
