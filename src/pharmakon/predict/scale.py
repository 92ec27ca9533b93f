"""The scale a model works on, and the way back to the scale a chemist reads."""

from __future__ import annotations

import numpy as np

from pharmakon.core.types import Floats

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
