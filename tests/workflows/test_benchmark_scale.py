"""The benchmark that plans of large screens are made from."""

from __future__ import annotations

import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_scale import EFFICIENCY, RATE, SCALE


def test_the_summary_says_what_holds_many_cores_back():
    scores = {
        "fast": {RATE: 1_000.0},
        "cores": {RATE: 1_900.0, EFFICIENCY: 0.95},
        "first process": {"bytes a row": 50, "bytes a shard": 1e5, "shards/s": 50, "merged/s": 500},
    }
    results = {
        task: {"scores": {name: {"value": value} for name, value in found.items()}} for task, found in scores.items()
    }
    told = SCALE.summary(results)
    assert told["cores, efficiency"] == 0.95
    assert told["cores that one first process keeps at work, fast"] == int(50 * 20_000 / 950)


@pytest.mark.data
def test_a_slice_measures_the_first_process(tmp_path):
    config = BenchmarkConfig(name="scale", tasks=("first process",), limit=200, output=tmp_path)
    scores = run(config).record["tasks"]["first process"]["scores"]
    assert 5 < scores["bytes a row"]["value"] < 200
    assert scores["shards/s"]["value"] > 0 < scores["merged/s"]["value"]
