"""The benchmark of lineage, on a few changes."""

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows import benchmark_reproduce
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_reproduce import CHANGES, REPRODUCTIONS


def test_every_kind_of_change_is_found_and_named(tmp_path):
    config = BenchmarkConfig(name="reproduce", tasks=("changes",), limit=4 * len(CHANGES), output=tmp_path / "out")
    scores = run(config).record["tasks"]["changes"]["scores"]
    assert all(score["value"] == 1 for score in scores.values()), scores
    assert scores["all: found"]["n"] == 4 * len(CHANGES)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["reproduce.json"]


def test_the_demo_needs_a_checkout_that_can_be_cloned(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark_reproduce, "git_commit", lambda: "f" * 40 + "-dirty")
    with pytest.raises(DataError, match="without changes of its own"):
        run(BenchmarkConfig(name="reproduce", tasks=("demo",), output=tmp_path / "out"))


def test_the_summary_counts():
    scores = {"all: found": {"value": 1.0, "n": 1000}, "cut: found": {"value": 1.0, "n": 100}}
    demo = {"files identical from another checkout": {"value": 0.75, "n": 4}}
    said = REPRODUCTIONS.summary({"demo": {"scores": demo}, "changes": {"scores": scores}})
    assert said == {"files identical from another checkout": "3 of 4", "all: found": "1,000 of 1,000"}
