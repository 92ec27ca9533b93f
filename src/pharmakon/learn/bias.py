"""How much of a split's test set nearest neighbours alone would get right: the AVE bias."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Similarities = NDArray[np.float32] | NDArray[np.float64]

THRESHOLDS = np.arange(101) / 100
"""Distances d at which neighbours are counted: 0, 0.01 ... 1."""


class Bias(NamedTuple):
    """AVE and its two halves, each in [-1, 1]: how much nearer a test row's own class is than the other one."""

    active: float
    inactive: float

    @property
    def ave(self) -> float:
        """Their sum, in [-2, 2]; 0 for a split that neighbours do not help with."""
        return self.active + self.inactive


def ave_bias(to_active: Similarities, to_inactive: Similarities, active: NDArray[np.bool_]) -> Bias:
    """The asymmetric validation embedding bias of Wallach & Heifets (J. Chem. Inf. Model. 2018, 58, 916).

    `to_active` and `to_inactive` are each test row's similarity to its nearest active and inactive training row, in
    [0, 1]; `active` says which test rows are. H(V, T) is the mean over the thresholds d of the share of V whose nearest
    of T is at a distance below d, and AVE = [H(Va, Ta) - H(Va, Ti)] + [H(Vi, Ti) - H(Vi, Ta)]. A class without test
    rows counts nothing.
    """
    nearer = _thresholds_above(to_active) - _thresholds_above(to_inactive)
    return Bias(
        float(nearer[active].mean()) if active.any() else 0.0,
        float(-nearer[~active].mean()) if (~active).any() else 0.0,
    )


def _thresholds_above(similarity: Similarities) -> NDArray[np.float64]:
    """Share of the thresholds that are above a row's distance (n,): its part of H."""
    distance = 1.0 - np.asarray(similarity, np.float64)
    found: NDArray[np.float64] = 1.0 - np.searchsorted(THRESHOLDS, distance, side="right") / len(THRESHOLDS)
    return found
