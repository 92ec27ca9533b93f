"""The scale a model works on, and the way back to the scale a chemist reads."""

from __future__ import annotations

import numpy as np

from pharmakon.core.types import Floats, Property
from pharmakon.core.units import show

from .endpoints import Transform

_EDGE = 0.002  # a fraction of exactly 0 or 1 is an assay's limit, not a certainty


def forward(y: Floats, transform: Transform) -> Floats:
    """To the model's scale. Values at or below 0 under "log10" become NaN."""
    if transform == "log10":
        return np.log10(np.where(y > 0, y, np.nan))
    if transform == "log10p1":
        return np.log10(np.maximum(y, 0.0) + 1.0)
    if transform == "logit":
        inside = np.clip(y, _EDGE, 1 - _EDGE)
        return np.log(inside / (1 - inside))
    return y


def backward(y: Floats, transform: Transform) -> Floats:
    """To the chemist's scale."""
    if transform == "log10":
        return np.power(10.0, np.clip(y, -300, 300))
    if transform == "log10p1":
        return np.power(10.0, np.clip(y, -300, 300)) - 1.0
    if transform == "logit":
        return 1.0 / (1.0 + np.exp(-np.clip(y, -50, 50)))
    return y


def scale_words(what: Property, transform: Transform) -> str:
    """What the model's own scale is called."""
    if what.kind == "classification":
        return "score before calibration"
    logarithm = {"log10": "log10", "log10p1": "log10 of 1 +", "logit": "log-odds of"}
    return f"{logarithm[transform]} {what.unit}".strip() if transform in logarithm else what.unit or "value"


def difference(change: float, *, what: Property, transform: Transform) -> str:
    """A difference on the model's own scale in words: "+0.52 pIC50", "×3.3", "−0.12 of the score"."""
    sign, size = "−" if change < 0 else "+", abs(change)
    if what.kind == "classification":
        return f"{sign}{show(size, digits=2)} of the score"
    if transform == "log10":
        return f"{'÷' if change < 0 else '×'}{show(10**size, digits=2)}"
    unit = {"log10p1": "log10 units", "logit": "log-odds"}.get(transform, what.unit)
    return f"{sign}{show(size, unit, digits=2)}"
