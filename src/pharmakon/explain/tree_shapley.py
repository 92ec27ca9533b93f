"""Exact Shapley values of decision trees against one reference, on flat arrays.

Interventional TreeSHAP (Lundberg et al., Nature Machine Intelligence 2020). Where a split sends a row and its reference
different ways, one feature decides which way to go: of the row, or of the reference. A leaf of value v whose way takes
u features of the row and w of the reference gives each of the former v (u - 1)! w! / (u + w)!, and takes
v u! (w - 1)! / (u + w)! from each of the latter. All trees are followed together, and only the ways that exist: a few
milliseconds for 500 trees.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats


class Trees(Protocol):
    """Trees as flat arrays: `left` and `right` of a split are splits, or below zero leaf -1 - i."""

    @property
    def roots(self) -> NDArray[np.int32]: ...
    @property
    def feature(self) -> NDArray[np.int16]: ...
    @property
    def threshold(self) -> NDArray[np.floating[Any]]: ...
    @property
    def left(self) -> NDArray[np.int32]: ...
    @property
    def right(self) -> NDArray[np.int32]: ...
    @property
    def leaf(self) -> NDArray[np.floating[Any]]: ...


def shapley(trees: Trees, row: NDArray[Any], reference: NDArray[Any]) -> tuple[Floats, float]:
    """Each feature's Shapley value (p,) for a row (p,), and the sum of the trees for the reference.

    The two add up to the sum of the trees for the row.
    """
    found, base = np.zeros(len(row)), 0.0
    node = trees.roots.astype(np.int64)
    ours = np.full((len(node), 0), -1, dtype=np.int64)  # features decided for the row, and for the reference
    theirs = ours.copy()
    while len(node):
        if (ended := node < 0).any():
            value = trees.leaf[-1 - node[ended]].astype(np.float64)
            base += _handed_out(found, value, ours[ended], theirs[ended])
            node, ours, theirs = node[~ended], ours[~ended], theirs[~ended]
            continue
        feature = trees.feature[node].astype(np.int64)
        split = trees.threshold[node]
        mine, other = row[feature] > split, reference[feature] > split
        decided = (theirs == feature[:, None]).any(axis=1)
        fork = np.flatnonzero((mine != other) & ~decided & ~(ours == feature[:, None]).any(axis=1))
        way = np.where(decided, other, mine)
        if len(fork):
            chosen = np.full(len(node), -1)
            chosen[fork] = feature[fork]
            node = np.concatenate([node, node[fork]])
            way = np.concatenate([way, other[fork]])
            none = np.full((len(fork), 1), -1)
            theirs = np.block([[theirs, np.full((len(chosen), 1), -1)], [theirs[fork], feature[fork][:, None]]])
            ours = np.block([[ours, chosen[:, None]], [ours[fork], none]])
        node = np.where(way, trees.right[node], trees.left[node]).astype(np.int64)
    return found, base


def _handed_out(found: Floats, leaf: Floats, ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> float:
    """Add what leaves (k,) give to the features on their ways; what the reference alone reaches is returned."""
    from scipy.special import beta

    u, w = (ours >= 0).sum(axis=1), (theirs >= 0).sum(axis=1)
    gain, loss = leaf * beta(np.maximum(u, 1), w + 1), -leaf * beta(u + 1, np.maximum(w, 1))
    for features, each in ((ours, gain), (theirs, loss)):
        taken = features >= 0
        np.add.at(found, features[taken], np.repeat(each, taken.sum(axis=1)))
    return float(leaf[u == 0].sum())
