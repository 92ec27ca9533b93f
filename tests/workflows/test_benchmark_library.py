"""The benchmark of libraries: a slice of it measures every kind of request."""

from __future__ import annotations

import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_library import percentiles


def test_percentiles_are_those_of_the_times():
    found = percentiles("page", [0.1 * i for i in range(1, 21)])
    assert found["page"] == {"value": 1.05, "low": 0.1, "high": 2.0, "n": 20}
    assert found["page, 95th percentile"]["value"] == pytest.approx(1.905, abs=0.01)


@pytest.mark.data
def test_a_slice_measures_every_request_and_keeps_the_library(tmp_path):
    config = BenchmarkConfig(name="library", limit=30, repeats=2, workers=1, output=tmp_path)
    found = run(config).record["tasks"]["library"]["scores"]
    assert {"open", "a page", "sort", "filter by two properties", "molecules alike", "substructure"} <= set(found)
    assert found["open"]["n"] == found["sort"]["n"] == 2 and found["substructure"]["n"] == 1
    assert all(score["value"] > 0 for score in found.values())
    assert (config.workplace / "library-30" / "library" / "molecules.parquet").is_file()
