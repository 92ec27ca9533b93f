"""Nearest neighbours by bounds: the answer of comparing all, equals and all."""

from __future__ import annotations

import numpy as np
import pytest

from pharmakon.chem import neighbours as module
from pharmakon.chem.neighbours import NARROW, Neighbours, as_words, folded


def all_compared(query, packed):
    """By definition, bit by bit: similarities, best first, equals as given, none of 0; and the rows."""
    a, b = np.unpackbits(query).astype(bool), np.unpackbits(packed, axis=1).astype(bool)
    similarity = (a & b).sum(axis=1) / np.maximum((a | b).sum(axis=1), 1)
    order = np.lexsort((np.arange(len(packed)), -similarity))
    order = order[similarity[order] > 0]
    return similarity[order], order


@pytest.fixture
def packed() -> np.ndarray:
    """Rows of 0 to 2,048 bits, sparse and dense, with families of near copies and many equals."""
    random = np.random.default_rng(3)
    share = np.repeat([0.0, 0.01, 0.02, 0.02, 0.03, 0.3, 0.9, 1.0], 90)[:, None]
    bits = random.random((720, 2048)) < share
    copies = bits[random.integers(90, 450, 700)] ^ (random.random((700, 2048)) < 0.002)
    rows = np.packbits(np.concatenate([bits, copies, copies[:300]]), axis=1)
    return rows[random.permutation(len(rows))]


@pytest.mark.parametrize(("bits", "few", "telling"), [(2048, 256, 0.8), (1024, 7, 9.0)])
def test_the_neighbours_are_those_of_comparing_all(packed, bits, few, telling, monkeypatch):
    monkeypatch.setattr(module, "ROWS", 64)
    monkeypatch.setattr(module, "FEW", few)
    monkeypatch.setattr(module, "TELLING", telling)
    rows = np.ascontiguousarray(packed[:, : bits // 8])
    queries = np.concatenate([rows[::100], np.zeros((1, bits // 8), np.uint8), np.full((1, bits // 8), 255, np.uint8)])
    truths = [all_compared(query, rows) for query in queries]
    for k, at_least in ((1, 0.0), (20, 0.0), (5_000, 0.0), (5_000, 0.5), (50, 1.0)):
        found = Neighbours.of(rows).search(queries, k, at_least=at_least)
        for (similarity, index), (alike, order) in zip(found, truths, strict=True):
            n = min(k, int((alike >= at_least).sum()))
            assert np.array_equal(index, order[:n]) and np.array_equal(similarity, alike[:n])


def test_folding_never_adds_a_difference(packed):
    words = as_words(packed)
    fold = folded(words)
    for i, j in np.random.default_rng(1).integers(len(words), size=(50, 2)):
        whole = np.bitwise_count(words[i] ^ words[j]).sum(dtype=int)
        for part in (fold[:NARROW], fold[NARROW:]):
            assert np.bitwise_count(part[:, i] ^ part[:, j]).sum(dtype=int) <= whole
