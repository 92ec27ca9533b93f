"""Tanimoto similarity of packed bits."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem import fingerprints
from pharmakon.chem.similarity import nearest, similar_pairs, tanimoto
from pharmakon.core.random import stream


@pytest.fixture
def packed():
    random = stream(0, "similarity")
    return np.packbits(random.random((150, 512)) < 0.1, axis=1)


def _plain(a, b):
    """The definition, one pair at a time."""
    a, b = np.unpackbits(a, axis=1).astype(bool), np.unpackbits(b, axis=1).astype(bool)
    return np.array([[(x & y).sum() / max(1, (x | y).sum()) for y in b] for x in a], np.float32)


def test_it_equals_the_definition(packed):
    found = tanimoto(packed[:70], packed[40:])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, _plain(packed[:70], packed[40:]), atol=1e-6)
    np.testing.assert_allclose(np.diag(tanimoto(packed, packed)), 1.0)


def test_blocks_change_nothing(packed, monkeypatch):
    whole = tanimoto(packed, packed)
    monkeypatch.setattr("pharmakon.chem.similarity.ROWS", 7)
    monkeypatch.setattr("pharmakon.chem.similarity.COLUMNS", 11)
    assert np.array_equal(whole, tanimoto(packed, packed))


def test_any_width(packed):
    np.testing.assert_allclose(
        tanimoto(packed[:9, :13], packed[:5, :13]), _plain(packed[:9, :13], packed[:5, :13]), atol=1e-6
    )


def test_empty_resembles_nothing(packed):
    empty = np.zeros((2, packed.shape[1]), np.uint8)
    assert not tanimoto(empty, packed).any()
    assert not tanimoto(empty, empty).any()
    assert tanimoto(packed[:0], packed).shape == (0, 150)


@pytest.mark.parametrize("k", [1, 5])
def test_nearest_is_the_top_of_the_matrix(packed, k):
    query, reference = packed[:100], packed[50:]
    similarities, indices = nearest(query, reference, k)
    matrix = tanimoto(query, reference)
    np.testing.assert_array_equal(similarities, -np.sort(-matrix, axis=1)[:, :k])
    np.testing.assert_array_equal(np.take_along_axis(matrix, indices, axis=1), similarities)
    assert indices[60, 0] == 10


def test_fewer_references_than_asked(packed):
    similarities, indices = nearest(packed[:3], packed[:2], k=4)
    assert similarities.shape == indices.shape == (3, 4)
    assert (indices[:, 2:] == -1).all()
    assert not similarities[:, 2:].any()
    assert (nearest(packed[:3], packed[:0])[1] == -1).all()


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9, 1.0])
def test_similar_pairs_are_those_of_the_whole_matrix(molecules, threshold):
    packed = fingerprints.bits([*map(Chem.MolFromSmiles, molecules), None, None])
    full = tanimoto(packed, packed)
    wanted = {(i, j): full[i, j] for i, j in zip(*np.nonzero(full >= threshold), strict=True) if i < j}
    found = {}
    for one, other, similar in similar_pairs(packed, threshold):
        found.update(((int(i), int(j)), s) for i, j, s in zip(one, other, similar, strict=True))
    assert found == wanted


def test_similar_pairs_of_nothing():
    assert list(similar_pairs(np.zeros((0, 256), np.uint8), 0.5)) == []
    assert list(similar_pairs(np.zeros((3, 256), np.uint8), 0.5)) == []
