"""A slice of the benchmark: a run whose passports hold, and refits that the closed form foretells."""

from pathlib import Path

import pytest

from pharmakon.core.errors import DataError
from pharmakon.store.places import paths_of
from pharmakon.workflows import benchmark_passport as module
from pharmakon.workflows.benchmark import BenchmarkConfig, run


def test_passports_of_a_run_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        module, "GOALS", ({"property": "dili", "want": "<= 0.5"}, {"property": "qed", "want": ">= 0.6"})
    )
    monkeypatch.setattr(module, "CONSTRAINTS", ({"property": "mw", "want": "150..500"},))
    monkeypatch.setattr(module, "CALLS", 45)
    found = run(BenchmarkConfig(name="passport", tasks=("decorate",), output=tmp_path)).record
    scores = found["tasks"]["decorate"]["scores"]
    assert (scores["replayed"]["value"], scores["replayed"]["n"]) == (1.0, 45)
    assert max(scores[error]["value"] for error in module.ERRORS) < 1e-9
    assert scores["seconds"]["value"] > 0
    assert found["summary"]["molecules"] == 45


def test_the_closed_form_is_the_refit_of_the_ridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        paths_of("moleculenet_freesolv")
    except DataError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(module, "REFITTED", ("hydration",))
    monkeypatch.setattr(module, "CLUSTERS", 4)
    task = "influence-hydration"
    found = run(BenchmarkConfig(name="passport", tasks=(task,), output=tmp_path, limit=120)).record
    scores = found["tasks"][task]["scores"]
    assert scores["ridge error"]["value"] < 1e-8
    assert scores["ridge"]["value"] == pytest.approx(1.0, abs=0.05)
    assert -1 <= scores["kernel"]["value"] <= 1
    assert not found["comparable"]


def test_a_row_in_which_nothing_differs_has_no_order() -> None:
    import numpy as np

    one = np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0], [3.0, 1.0, 2.0]])
    other = np.array([[10.0, 20.0, 30.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
    assert module._ranked(one, other) == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert module._ranked(one[1:], other[1:])["n"] == 0
