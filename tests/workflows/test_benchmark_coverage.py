"""Coverage is read from cards, old and new, and measured again for small endpoints."""

import json

import pytest

from pharmakon.core.errors import ModelError, UnknownName
from pharmakon.predict.panel import shipped_names
from pharmakon.workflows import benchmark_coverage
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_coverage import COVERAGE, SMALL, wilson
from pharmakon.workflows.train import TrainResult


def card(random=None, scaffold=0.9, cluster=0.88, *, width=2.0):
    observed = {"random": random, "scaffold": scaffold, "cluster": cluster}
    coverage = {
        split: {"nominal": 0.9, "observed": share, "mean_width": width * factor}
        for (split, share), factor in zip(observed.items(), (0.8, 1, 1.1), strict=True)
        if share is not None
    }
    return {
        "name": "toy",
        "property": {"kind": "regression", "unit": "logS"},
        "dataset": {"used": 400},
        "coverage": coverage,
        "scores": {split: {"n": 400} for split in coverage},
    }


@pytest.fixture
def ask(monkeypatch, tmp_path):
    def go(*made, **options):
        monkeypatch.delenv("PHARMAKON_DATA", raising=False)
        folders = []
        for i, one in enumerate(made):
            folders.append(tmp_path / f"model{i}")
            folders[-1].mkdir(exist_ok=True)
            (folders[-1] / "card.json").write_text(json.dumps(one))
        models = tuple(map(str, folders))
        return run(BenchmarkConfig(name="coverage", models=models, output=tmp_path / "out", **options)).record

    return go


def test_a_card_without_a_random_split_is_read(ask):
    (found,) = ask(card())["tasks"].values()
    assert [*found["scores"]] == ["coverage_scaffold", "width_scaffold", "coverage_cluster", "width_cluster"]
    got = found["scores"]["coverage_scaffold"]
    assert (got["value"], got["n"]) == (0.9, 400)
    assert got["low"] < 0.9 < got["high"]
    assert found["anchors"]["coverage_scaffold"] == {"promised": 0.9}
    assert found["width_unit"] == "logS"


def test_the_panel_is_averaged_over_those_that_have_the_split(ask):
    record = ask(card(0.94, 0.9, 0.86), card(None, 0.92, 0.9, width=30.0))
    summary = record["summary"]
    assert summary["cards, random"] == {
        "models": 1,
        "coverage": 0.94,
        "least": 0.94,
        "most": 0.94,
        "width to scaffold's": 0.8,
    }
    assert summary["cards, cluster"]["coverage"] == 0.88
    assert summary["cards, cluster"]["models"] == 2
    assert summary["cards, cluster"]["width to scaffold's"] == pytest.approx(1.1)


def test_a_changed_card_is_read_again(ask):
    assert ask(card())["summary"]["cards, scaffold"]["coverage"] == 0.9
    assert ask(card(scaffold=0.8))["summary"]["cards, scaffold"]["coverage"] == 0.8


def test_the_shipped_panel_needs_no_data(monkeypatch, tmp_path):
    monkeypatch.delenv("PHARMAKON_DATA", raising=False)
    record = run(BenchmarkConfig(name="coverage", output=tmp_path)).record
    assert [*record["tasks"]] == shipped_names()
    assert record["summary"]["cards, scaffold"]["models"] == len(shipped_names())
    assert record["summary"]["cards, scaffold"]["least"] >= 0.86
    assert record["tasks"]["herg"]["data"].keys() == {"herg/card.json"}


def test_small_endpoints_are_made_anew_where_their_data_is(monkeypatch, tmp_path):
    from pharmakon.predict.endpoints import endpoint

    for file in endpoint("caco2").data.files:
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text("Drug,Y\n")
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    asked = []

    def train(name, folder, *, seed, max_points, workers, progress):
        asked.append((name, seed, max_points))
        progress(1, 2, "kernel")
        return TrainResult(folder, card(0.93 + 0.02 * seed, 0.9, 0.88), [])

    monkeypatch.setattr(benchmark_coverage, "run_endpoint", train)
    assert [task for task in COVERAGE.tasks() if task not in shipped_names()] == ["caco2_retrained"]
    config = BenchmarkConfig(name="coverage", tasks=("caco2_retrained",), repeats=2, limit=300, output=tmp_path / "out")
    record = run(config).record
    assert asked == [("caco2", 0, 300), ("caco2", 1, 300)]
    got = record["tasks"]["caco2_retrained"]
    assert got["scores"]["coverage_random"]["value"] == 0.94
    assert got["scores"]["coverage_random"]["runs"] == pytest.approx([0.93, 0.95])
    assert got["data"].keys() == {file.path for file in endpoint("caco2").data.files}
    assert [*record["summary"]] == ["retrained, random", "retrained, scaffold", "retrained, cluster"]


def test_the_small_endpoints_are_known():
    from pharmakon.predict.endpoints import endpoints

    assert set(SMALL) <= endpoints().keys()


def test_a_wrong_model_gets_a_suggestion(tmp_path):
    with pytest.raises(UnknownName, match="did you mean 'herg'"):
        run(BenchmarkConfig(name="coverage", models=("herrg",), output=tmp_path))


def test_a_card_that_says_nothing_of_its_intervals_is_refused(ask):
    with pytest.raises(ModelError, match="the card of toy does not say"):
        ask(card() | {"coverage": {}})


def test_a_limit_also_bounds_the_kernel(monkeypatch, tmp_path):
    asked = []

    def train(name, folder, *, seed, max_points, workers, progress):
        asked.append(max_points)
        return TrainResult(folder, card(0.9), [])

    monkeypatch.setattr(benchmark_coverage, "run_endpoint", train)
    for options in ({}, {"limit": 300}, {"limit": 300, "max_points": 200}):
        COVERAGE.run("caco2_retrained", tmp_path, BenchmarkConfig(name="coverage", **options), len, print)
    assert asked == [11_000, 300, 200]


def test_wilson_stays_within_bounds():
    low, high = wilson(1.0, 20)
    assert low == pytest.approx(0.839, abs=1e-3)  # 20 of 20: Wilson's tabled interval
    assert high <= 1
    assert wilson(0.9, 1000) == pytest.approx((0.8799, 0.9171), abs=1e-3)


@pytest.mark.data
def test_a_small_endpoint_covers_what_it_promises_on_every_split(tmp_path, few_trees, data):
    with few_trees(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHARMAKON_DATA", str(data))
        # Half of the time: where approved drugs lie says nothing of an interval.
        patch.setattr("pharmakon.workflows.train.reference_quantiles", lambda *_, **__: None)
        config = BenchmarkConfig(name="coverage", tasks=("caco2_retrained",), repeats=1, limit=400, output=tmp_path)
        record = run(config).record
    scores = record["tasks"]["caco2_retrained"]["scores"]
    for split in ("random", "scaffold", "cluster"):
        assert scores[f"coverage_{split}"]["value"] == pytest.approx(0.9, abs=0.05)  # of 400 molecules
