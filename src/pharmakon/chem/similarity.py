"""Tanimoto similarity of packed fingerprints, by counting bits in blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK_BYTES = 32_000_000
"""Working memory of one block of comparisons."""


def tanimoto(packed_a: NDArray[np.uint8], packed_b: NDArray[np.uint8]) -> NDArray[np.float32]:
    """All pairs of rows, shape (na, nb). Two empty fingerprints have similarity 0, not 1."""
    a, b = _words(packed_a), _words(packed_b)
    set_a, set_b = _ones(a), _ones(b)
    out = np.empty((len(a), len(b)), np.float32)
    step = max(1, BLOCK_BYTES // max(1, b.nbytes))
    for start in range(0, len(a), step):
        rows = slice(start, start + step)
        both = np.bitwise_count(a[rows, None, :] & b[None, :, :]).sum(axis=2, dtype=np.int32)
        either = set_a[rows, None] + set_b[None, :] - both
        np.divide(both, either, out=out[rows], where=either > 0, casting="unsafe")
        out[rows][either == 0] = 0.0
    return out


def nearest(
    packed_query: NDArray[np.uint8], packed_reference: NDArray[np.uint8], k: int = 1
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The k most similar reference rows of each query, best first: similarities and indices, each (n, k).

    Ties go to the smaller index. With fewer than k references the rest is similarity 0 and index -1.
    """
    n, available = len(packed_query), len(packed_reference)
    similarities = np.zeros((n, k), np.float32)
    indices = np.full((n, k), -1, np.int64)
    take = min(k, available)
    if take == 0:
        return similarities, indices
    step = max(1, BLOCK_BYTES // (4 * available))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        block = tanimoto(packed_query[rows], packed_reference)
        order = np.argmax(block, axis=1)[:, None] if take == 1 else np.argsort(-block, axis=1, kind="stable")[:, :take]
        indices[rows, :take] = order
        similarities[rows, :take] = np.take_along_axis(block, order, axis=1)
    return similarities, indices


def _words(packed: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The same bits as 64-bit words, padded with zeros."""
    packed = np.atleast_2d(np.ascontiguousarray(packed, np.uint8))
    missing = -packed.shape[1] % 8
    if missing:
        packed = np.pad(packed, ((0, 0), (0, missing)))
    return packed.view(np.uint64)


def _ones(words: NDArray[np.uint64]) -> NDArray[np.int32]:
    return np.bitwise_count(words).sum(axis=1, dtype=np.int32)
