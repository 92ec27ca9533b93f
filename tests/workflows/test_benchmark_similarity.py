"""benchmark similarity, in small: the figures are there, and the answers are right."""

from __future__ import annotations

import numpy as np
import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_similarity import enlarged


def test_the_collection_begins_with_the_real_ones_and_crosses_add_no_bit():
    real = np.random.default_rng(0).integers(0, 256, (30, 256), dtype=np.uint8) & 1
    made = np.concatenate(list(enlarged(real, 100, seed=0)))
    assert made.shape == (100, 256) and np.array_equal(made[:30], real)
    assert not (made[30:] & ~np.bitwise_or.reduce(real)).any() and len(np.unique(made[30:], axis=0)) > 60
    assert np.array_equal(made, np.concatenate(list(enlarged(real, 100, seed=0))))


@pytest.mark.data
def test_a_slice_says_what_it_took_and_finds_what_comparing_all_finds(tmp_path):
    config = BenchmarkConfig(name="similarity", limit=150, repeats=1, workers=1, output=tmp_path)
    found = run(config).record["tasks"]["nearest"]["scores"]
    assert found["answers as by comparing all"]["value"] == found["answers as RDKit's"]["value"] == 1.0
    assert found["1 query, s"]["value"] > 0 and found["1,000 queries, processor s"]["value"] > 0
