"""PMO: seeds in the published order, rivals summed over the same tasks."""

import sys
from types import SimpleNamespace

import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_pmo import BESIDE, METRIC, PMO


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    (tmp_path / "generative").mkdir()
    (tmp_path / "generative/zinc250k.smi.gz").touch()
    return tmp_path


@pytest.fixture
def asked(monkeypatch):
    seen = []

    def run_task(task, *, calls, seed, progress):
        progress(1, calls, "best 0.5")
        seen.append((task, calls, seed))
        return {METRIC: 0.5 + seed / 10} | dict.fromkeys(BESIDE, 0.25)

    monkeypatch.setitem(sys.modules, "pharmakon.design.pmo", SimpleNamespace(run_task=run_task))
    return seen


def test_the_seeds_are_those_of_the_published_runs(root, asked, tmp_path):
    config = BenchmarkConfig(name="pmo", tasks=("qed",), calls=50, repeats=5, output=tmp_path / "out")
    record = run(config).record
    assert asked == [("qed", 50, seed) for seed in (0, 1, 2, 3, 5)]
    found = record["tasks"]["qed"]["scores"][METRIC]
    assert found == {"value": 0.72, "low": 0.5, "high": 1.0, "n": 5, "runs": [0.5, 0.6, 0.7, 0.8, 1.0]}
    assert all(record["tasks"]["qed"]["scores"][name]["value"] == 0.25 for name in BESIDE)
    assert record["summary"] == {"tasks": 1, "pharmakon": 0.72, "most core seconds": 0}  # 50 calls are a slice
    assert PMO.summary(record["tasks"]) == {
        "tasks": 1,
        "pharmakon": 0.72,
        "GP-BO": 0.947,
        "Genetic GFN": 0.942,
        "InVirtuoGen": 0.942,
        "most core seconds": 0,
    }


@pytest.mark.data
def test_a_few_real_calls(tmp_path):
    config = BenchmarkConfig(name="pmo", tasks=("qed",), calls=60, repeats=1, output=tmp_path)
    task = run(config).record["tasks"]["qed"]
    assert 0.3 < task["scores"][METRIC]["value"] <= 0.948  # 0.948 is the highest QED there is
    assert PMO.summary({"qed": task})["tasks"] == 1
