"""The benchmark of screens."""

from __future__ import annotations

import sys

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_screen import PEAK, RATE, SCREEN, taken


def found(rate, peak=300):
    return {"scores": {RATE: {"value": rate}, PEAK: {"value": peak}}}


def test_efficiency_is_of_both_processes_over_one():
    told = SCREEN.summary({"one": found(1_000.0), "two": found(930.0, 400)})
    assert told["efficiency of two"] == 0.93
    assert told[f"two, {PEAK}"] == 400
    assert "efficiency of two" not in SCREEN.summary({"one": found(1_000.0)})


def test_the_peak_is_that_of_the_largest_process():
    child = "import time; x = bytearray(150_000_000); time.sleep(0.6)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    peak = taken([sys.executable, "-c", parent]).peak
    assert 150e6 < peak < 250e6


def test_a_command_that_fails_is_no_measurement():
    with pytest.raises(DataError, match="no such thing"):
        taken([sys.executable, "-c", "raise SystemExit('no such thing')"])


@pytest.mark.data
def test_a_slice_measures_rate_and_memory(tmp_path):
    config = BenchmarkConfig(name="screen", tasks=("one",), limit=40, repeats=1, output=tmp_path)
    record = run(config).record
    scores = record["tasks"]["one"]["scores"]
    assert scores[RATE]["value"] > 0
    assert 50 < scores[PEAK]["value"] < 2_000
    assert record["comparable"] is False
