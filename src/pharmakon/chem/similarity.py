"""Tanimoto similarity of packed fingerprints, by counting bits in blocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 64, 4096
"""One block of comparisons: its working memory, 64 x 4,096 words, stays in the processor's cache."""


def tanimoto(packed_a: NDArray[np.uint8], packed_b: NDArray[np.uint8]) -> NDArray[np.float32]:
    """All pairs of rows, shape (na, nb). Two empty fingerprints have similarity 0, not 1."""
    a, b = _words(packed_a), _words(packed_b)
    ones_a, ones_b = _ones(a), _ones(b)
    out = np.zeros((a.shape[1], b.shape[1]), np.float32)
    for i in range(0, a.shape[1], ROWS):
        rows = slice(i, i + ROWS)
        for j in range(0, b.shape[1], COLUMNS):
            columns = slice(j, j + COLUMNS)
            both = _common(a[:, rows], b[:, columns])
            either = ones_a[rows, None] + ones_b[None, columns] - both
            np.divide(both, either, out=out[rows, columns], where=either > 0)
    return out


def _common(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.int32]:
    """How many bits each pair shares, summed word by word."""
    total = np.zeros((a.shape[1], b.shape[1]), np.int32)
    word = np.empty(total.shape, np.uint64)
    for mine, theirs in zip(a, b, strict=True):
        np.bitwise_and(mine[:, None], theirs[None, :], out=word)
        total += np.bitwise_count(word)
    return total


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
    for start in range(0, n, ROWS):
        rows = slice(start, start + ROWS)
        block = tanimoto(packed_query[rows], packed_reference)
        order = np.argmax(block, axis=1)[:, None] if take == 1 else np.argsort(-block, axis=1, kind="stable")[:, :take]
        indices[rows, :take] = order
        similarities[rows, :take] = np.take_along_axis(block, order, axis=1)
    return similarities, indices


def similar_pairs(
    packed: NDArray[np.uint8], threshold: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]]:
    """All pairs of rows whose similarity is at least `threshold` (above 0), in blocks: (i, j, similarity), i < j.

    Similarity is at most the ratio of the two numbers of bits (Swamidass & Baldi, J. Chem. Inf. Model. 2007, 47, 302),
    so with the rows sorted by these each block of rows meets only a band of others.
    """
    ones = _ones(_words(packed)) if len(packed) else np.zeros(0, np.int32)
    order = np.argsort(ones, kind="stable")
    order = order[ones[order] > 0]
    ones, rows = ones[order], packed[order]
    for start in range(0, len(order), ROWS):
        stop = min(start + ROWS, len(order))
        end = int(np.searchsorted(ones, ones[stop - 1] / threshold + 1e-6, side="right"))
        block = tanimoto(rows[start:stop], rows[start:end])
        a, b = np.nonzero(block >= threshold)
        a, b, found = a[b > a], b[b > a], block[a[b > a], b[b > a]]
        if len(a):
            i, j = order[start + a], order[start + b]
            yield np.minimum(i, j), np.maximum(i, j), found


def _words(packed: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The same bits as 64-bit words, padded with zeros, one row a word and one column a molecule."""
    missing = -packed.shape[1] % 8
    padded = np.pad(packed, ((0, 0), (0, missing))) if missing else packed
    return np.ascontiguousarray(np.ascontiguousarray(padded, np.uint8).view(np.uint64).T)


def _ones(words: NDArray[np.uint64]) -> NDArray[np.int32]:
    ones: NDArray[np.int32] = np.bitwise_count(words).sum(axis=0, dtype=np.int32)
    return ones
