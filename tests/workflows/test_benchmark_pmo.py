"""PMO: seeds in the published order, rivals summed over the same tasks."""

import json
import sys
from types import SimpleNamespace

import pytest

from pharmakon.design.pmo import run_task
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_pmo import BESIDE, METRIC, PMO, PMO_SANE, Clocked


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    (tmp_path / "generative").mkdir()
    (tmp_path / "generative/zinc250k.smi.gz").touch()
    return tmp_path


@pytest.fixture
def asked(monkeypatch):
    seen = []

    def run_task(task, *, calls, seed, sane, journal, progress):
        progress(1, calls, "best 0.5")
        seen.append((task, calls, seed, *(["sane"] if sane else [])))
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


def test_the_same_of_sane_molecules_is_a_run_of_its_own(root, asked, tmp_path):
    for name in ("pmo", "pmo-sane"):
        config = BenchmarkConfig(name=name, tasks=("qed",), calls=50, repeats=1, output=tmp_path / "out")
        record = run(config).record
    assert asked == [("qed", 50, 0), ("qed", 50, 0, "sane")]
    assert record["tasks"]["qed"]["anchors"] == {METRIC: {}}
    assert PMO_SANE.summary(record["tasks"]) == {"tasks": 1, "pharmakon": 0.5, "most core seconds": 0}


def test_a_run_that_was_killed_goes_on_and_its_seconds_add_up(tmp_path):
    start = ["CCOC(=O)c1ccccc1N", "CC(C)NCC(O)COc1ccccc1", "O=C(O)CCc1c[nH]c2ccccc12", "CCN(CC)CCOC(=O)c1ccccc1"] * 10
    quick = {"proposals": 4, "early": 1, "initial": 20, "generations": 2}

    def ask(journal=None, until=80):
        def advance(done, total, note):
            if done > until:
                raise KeyboardInterrupt

        return run_task("qed", calls=80, molecules=start, settings=quick, journal=journal, progress=advance)

    whole = ask()
    path = tmp_path / "qed.jsonl"
    with Clocked(path) as journal, pytest.raises(KeyboardInterrupt):
        ask(journal, until=30)
    with Clocked(path) as journal:
        again = ask(journal)
    spent = [json.loads(line)["spent"]["core_seconds"] for line in path.read_text().splitlines()]
    assert {k: v for k, v in again.items() if "seconds" not in k} == {
        k: v for k, v in whole.items() if "seconds" not in k
    }
    assert spent == sorted(spent) and 0 < journal.before["core_seconds"] < spent[-1]


def test_the_sum_is_shown_with_and_without_valsartan():
    results = {
        task: {"scores": {METRIC: {"value": value}}, "anchors": {METRIC: {}}, "runs": [{"core_seconds": 1.0}]}
        for task, value in (("qed", 0.9), ("valsartan_smarts", 0.2))
    }
    found = PMO.summary(results, rivals=False)
    assert (found["pharmakon"], found["without valsartan"]) == (1.1, 0.9)


@pytest.mark.data
def test_a_few_real_calls(tmp_path):
    config = BenchmarkConfig(name="pmo", tasks=("qed",), calls=60, repeats=1, output=tmp_path)
    task = run(config).record["tasks"]["qed"]
    assert 0.3 < task["scores"][METRIC]["value"] <= 0.948  # 0.948 is the highest QED there is
    assert PMO.summary({"qed": task})["tasks"] == 1
