"""How far a class's distribution of a sensitive value lies from the whole table's: the earth mover's distance.

The three ground distances of t-closeness (Li, Li & Venkatasubramanian, ICDE 2007), for which no linear programme is
needed. `q` is (classes, values), `p` (values,); rows sum to 1, and a distance is between 0 and 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

from .hierarchy import Hierarchy


def equal_distance(q: Floats, p: Floats) -> Floats:
    """Every value is as far from every other: half the sum of the differences; (classes,)."""
    found: Floats = 0.5 * np.abs(q - p).sum(axis=1)
    return found


def ordered_distance(q: Floats, p: Floats) -> Floats:
    """Values on a line, in their order, neighbours 1 / (m - 1) apart; (classes,)."""
    if len(p) == 1:
        return np.zeros(len(q))
    found: Floats = np.abs(np.cumsum(q - p, axis=1)).sum(axis=1) / (len(p) - 1)
    return found


def hierarchical_distance(q: Floats, p: Floats, hierarchy: Hierarchy) -> Floats:
    """Values are as far apart as the level where they meet, by the height; (classes,). Columns are the leaves.

    What a node's children cannot settle among themselves goes up, at the cost of the node's level.
    """
    found = np.zeros(len(q))
    below = np.asarray(q - p, dtype=np.float64)
    children: NDArray[np.int64] = np.arange(hierarchy.leaves)
    for level in range(1, hierarchy.height + 1):
        above = hierarchy.maps[level]
        parent = np.zeros(below.shape[1], dtype=np.int64)
        parent[children] = above
        onto = np.zeros((below.shape[1], int(above.max()) + 1))
        onto[np.arange(len(parent)), parent] = 1.0
        more, less = np.maximum(below, 0) @ onto, np.maximum(-below, 0) @ onto
        found += np.minimum(more, less).sum(axis=1) * level / hierarchy.height
        below, children = more - less, above
    return found
