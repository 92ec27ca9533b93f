"""How much of a split's test set nearest neighbours alone would get right: the AVE bias."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Similarities = NDArray[np.float32] | NDArray[np.float64]


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
    [0, 1]; `active` says which test rows are. The paper averages over thresholds d the share of rows with a neighbour
    nearer than d; over all thresholds that is the mean similarity, which is what is taken here, with no grid. A class
    without test rows counts nothing.
    """
    nearer = np.asarray(to_active, np.float64) - np.asarray(to_inactive, np.float64)
    return Bias(
        float(nearer[active].mean()) if active.any() else 0.0,
        float(-nearer[~active].mean()) if (~active).any() else 0.0,
    )
