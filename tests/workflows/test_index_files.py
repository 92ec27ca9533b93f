"""The files of an index: as if all had been sorted in memory."""

from __future__ import annotations

import numpy as np

from pharmakon.chem.neighbours import Neighbours
from pharmakon.workflows.index_files import open_fingerprints, probe, write_fingerprints, write_joined


def test_blocks_on_the_disk_are_as_sorted_in_memory(tmp_path):
    packed = np.random.default_rng(0).integers(0, 256, (50, 128), dtype=np.uint8) & 17
    packed[10:20] = packed[:10]
    assert write_fingerprints(lambda: (packed[i : i + 7] for i in range(0, 50, 7)), tmp_path, bits=1024) == 50
    made, truth = open_fingerprints(tmp_path), Neighbours.of(packed)
    for name in ("words", "fold", "levels", "order"):
        assert np.array_equal(getattr(made, name), getattr(truth, name)), name


def test_blocks_are_joined_in_their_order(tmp_path):
    write_joined((np.full((n, 2), n, np.uint8) for n in (1, 0, 3)), tmp_path / "a.npy", 4)
    assert np.load(tmp_path / "a.npy", allow_pickle=False)[:, 0].tolist() == [1, 3, 3, 3]


def test_the_probe_tells_other_fingerprints():
    assert probe(2048) == probe(2048) != probe(1024)
