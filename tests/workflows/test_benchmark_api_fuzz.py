"""Some requests made up from the API's description: none breaks the server."""

from __future__ import annotations

import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_api_fuzz import ERRORS, SENT


def test_no_request_that_is_made_up_breaks_the_server(tmp_path):
    pytest.importorskip("schemathesis")
    found = run(BenchmarkConfig(name="api-fuzz", limit=100, output=tmp_path)).record["tasks"]["api"]
    assert found["scores"][ERRORS]["value"] == 0, found["errors"]
    assert found["scores"][SENT]["value"] == 100 and found["scores"]["operations"]["value"] > 30
    assert found["scores"]["answered 200"]["value"] > 10
