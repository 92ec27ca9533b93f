"""Weights under which group and outcome are independent, for a model to be trained with."""

from __future__ import annotations

import numpy as np

from pharmakon.core.types import Floats

from .groups import Groups


def reweighing(groups: Groups, y: Floats) -> Floats:
    """Weights (n,) for outcomes (n,) of 0 and 1: P(group) P(outcome) / P(group, outcome).

    Kamiran and Calders, Knowl. Inf. Syst. 2012, 33, 1. Their mean is 1 where no combination is empty.
    """
    n = len(y)
    one = (y > 0.5).astype(np.intp)
    cells = np.zeros((len(groups.levels), 2))
    np.add.at(cells, (groups.code, one), 1.0)
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = expected / cells
    return np.asarray(weight[groups.code, one], np.float64)
