"""Sphere exclusion."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.clusters import leader
from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.random import stream


@pytest.fixture(scope="module")
def packed(request):
    molecules = request.getfixturevalue("molecules")
    return bits([Chem.MolFromSmiles(smiles) for smiles in molecules])


def test_labels_are_dense_and_ordered_by_size(packed):
    labels = leader(packed)
    sizes = np.bincount(labels)
    assert len(labels) == len(packed)
    assert 1 < len(sizes) < len(packed)
    assert (np.diff(sizes) <= 0).all()
    assert sizes.min() > 0


def test_every_member_is_near_its_cluster(packed):
    labels = leader(packed, threshold=0.6)
    similar = tanimoto(packed, packed)
    for label in range(labels.max() + 1):
        members = np.flatnonzero(labels == label)
        # Some member is the leader: within the threshold of all the others.
        assert similar[np.ix_(members, members)].min(axis=1).max() >= 0.4 - 1e-6


def test_planted_clusters_are_found():
    random = stream(3, "planted")
    centres = random.random((6, 1024)) < 0.1
    rows = np.concatenate([np.tile(centre, (40, 1)) for centre in centres])
    noisy = rows ^ (random.random(rows.shape) < 0.005)
    labels = leader(np.packbits(noisy, axis=1))
    assert labels.max() + 1 == 6
    assert all(len(set(labels[i * 40 : (i + 1) * 40])) == 1 for i in range(6))


def test_same_seed_same_labels(packed):
    assert np.array_equal(leader(packed, random_state=1), leader(packed, random_state=1))


def test_a_tighter_threshold_makes_more_clusters(packed):
    assert leader(packed, threshold=0.3).max() > leader(packed, threshold=0.8).max()


def test_edges():
    assert leader(np.zeros((0, 8), np.uint8)).shape == (0,)
    empty_among = np.array([[1, 0], [0, 0], [1, 0], [0, 0]], np.uint8)
    labels = leader(empty_among)
    assert labels[0] == labels[2] != labels[1] == labels[3]
