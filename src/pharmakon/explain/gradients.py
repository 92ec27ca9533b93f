"""Integrated gradients of a network of rectified layers (Sundararajan, Taly & Yan, ICML 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

STEPS = 16
"""Points between the reference and the molecule."""

Layer = tuple[NDArray[np.float32], NDArray[np.float32]]


def integrated(layers: Sequence[Layer], value: Floats, columns: NDArray[np.intp], *, steps: int = STEPS) -> Floats:
    """What each of some inputs (k,) adds to each output, (k, t), as all of them grow from zero to `value` (p,).

    `layers` are weights (inputs, outputs) and bias (outputs,), rectified but for the last. The sums come as close to
    the outputs' change as the steps are many.
    """
    (weights, bias), *rest = layers
    moving = weights[columns]
    grown = value[columns].astype(np.float32) @ moving
    still = value.astype(np.float32) @ weights + bias - grown
    slope = np.zeros((weights.shape[1], layers[-1][0].shape[1]))
    for share in (np.arange(steps) + 0.5) / steps:
        hidden = [still + np.float32(share) * grown]
        for deeper, offset in rest[:-1]:
            hidden.append(np.maximum(hidden[-1], 0) @ deeper + offset)
        back = np.eye(len(rest[-1][1]), dtype=np.float32)
        for (deeper, _), before in zip(reversed(rest), reversed(hidden), strict=True):
            back = (before > 0)[:, None] * (deeper @ back)
        slope += back
    found: Floats = value[columns][:, None] * (moving @ (slope / steps))
    return found
