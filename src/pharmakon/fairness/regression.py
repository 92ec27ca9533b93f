"""Errors of predicted numbers by group: how large, in which direction, and how often small enough."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats

METRICS = ("mae", "rmse", "bias", "within")


def by_group(
    truth: Floats, predicted: Floats, code: NDArray[np.intp], levels: int, *, within: float = 0.2, relative: bool = True
) -> Callable[[Floats], dict[str, Floats]]:
    """What turns counts (b, n) into metrics by name, each (b, levels + 1): the levels, then everybody.

    Mean absolute error, root mean squared error, bias (the mean of predicted less true), and the share within a
    tolerance: a share of the truth, or a number in its unit where `relative` is False.
    """
    if len(truth) != len(predicted) or not len(truth):
        raise UsageError("truths and predictions must be of the same people, one at least")
    error = predicted - truth
    near = np.abs(error) <= within * (np.abs(truth) if relative else 1.0)
    columns = np.stack([np.ones(len(truth)), np.abs(error), error**2, error, near])
    member = np.zeros((len(truth), levels))
    member[np.arange(len(truth)), code] = 1.0
    table = (member[:, :, None] * columns.T[:, None, :]).reshape(len(truth), -1)

    def metrics(counts: Floats) -> dict[str, Floats]:
        sums = (counts @ table).reshape(len(counts), levels, len(columns))
        sums = np.concatenate([sums, sums.sum(axis=1, keepdims=True)], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = sums[:, :, 1:] / sums[:, :, :1]
        return {"mae": mean[:, :, 0], "rmse": np.sqrt(mean[:, :, 1]), "bias": mean[:, :, 2], "within": mean[:, :, 3]}

    return metrics
