"""Sphere exclusion: clusters of molecules around leaders, without a distance matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.random import stream

from .similarity import tanimoto

BATCH = 256


def leader(packed: NDArray[np.uint8], *, threshold: float = 0.65, random_state: int = 0) -> NDArray[np.int64]:
    """A cluster label for each row of packed bits; labels count from 0 in order of cluster size.

    Rows are visited in a random order; a row further than `threshold` (Tanimoto distance) from every leader so
    far becomes a leader. Then each row joins its nearest leader, so the order matters little.
    """
    n = len(packed)
    if n == 0:
        return np.empty(0, np.int64)
    order = stream(random_state, "leader").permutation(n)
    leaders = _leaders(packed, order, 1.0 - threshold)
    labels = np.empty(n, np.int64)
    for start in range(0, n, BATCH):
        rows = slice(start, start + BATCH)
        labels[rows] = np.argmax(tanimoto(packed[rows], packed[leaders]), axis=1)
    # A row without a single bit resembles nothing, itself included: such rows share one cluster of their own.
    empty = ~packed.any(axis=1)
    labels[empty] = len(leaders)
    return _by_size(labels)


def _leaders(packed: NDArray[np.uint8], order: NDArray[np.int64], similar: float) -> NDArray[np.int64]:
    """Indices of the leaders. A batch is compared with the leaders at once, then within itself."""
    found: list[int] = []
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        if found:
            taken = tanimoto(packed[batch], packed[found]).max(axis=1) >= similar
            batch = batch[~taken]
        inside = tanimoto(packed[batch], packed[batch])
        fresh: list[int] = []
        for i in range(len(batch)):
            if not fresh or inside[i, fresh].max() < similar:
                fresh.append(i)
        found.extend(int(batch[i]) for i in fresh)
    return np.asarray(found, np.int64)


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Renumber so that 0 is the largest cluster; equal sizes keep the order of their first row."""
    _, first, inverse, size = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(size), np.int64)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return rank[inverse]
