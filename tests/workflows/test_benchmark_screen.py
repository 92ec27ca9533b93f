"""The benchmark of screens."""

from __future__ import annotations

import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_screen import RATE, SCREEN
from pharmakon.workflows.benchmark_screen_faults import PEAK


def found(rate, peak=300):
    return {"scores": {RATE: {"value": rate}, PEAK: {"value": peak}}}


def test_efficiency_is_of_both_processes_over_one():
    told = SCREEN.summary({"one": found(1_000.0), "two": found(930.0, 400)})
    assert told["efficiency of two"] == 0.93
    assert told[f"two, {PEAK}"] == 400
    assert "efficiency of two" not in SCREEN.summary({"one": found(1_000.0)})


@pytest.mark.data
def test_a_slice_measures_rate_and_memory(tmp_path):
    config = BenchmarkConfig(name="screen", tasks=("one",), limit=40, repeats=1, output=tmp_path)
    record = run(config).record
    scores = record["tasks"]["one"]["scores"]
    assert scores[RATE]["value"] > 0
    assert 50 < scores[PEAK]["value"] < 2_000
    assert record["comparable"] is False
