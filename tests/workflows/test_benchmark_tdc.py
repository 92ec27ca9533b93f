"""TDC by its own rules."""

import csv

import numpy as np
import pytest

from pharmakon.core.log import data_root
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_tdc import TDC


def write(root, task, part, rows):
    folder = root / "admet/tdc_admet_group" / task
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{part}.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("Drug_ID", "Drug", "Y"), *((i, "C" * i, y) for i, y in enumerate(rows, 1))])


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    return tmp_path


def test_the_score_is_the_mean_of_rounded_runs_with_population_sd(root, tmp_path):
    write(root, "caco2_wang", "train_val", range(30))
    write(root, "caco2_wang", "test", range(1, 11))
    calls = []

    def learner(train_x, train_y, test_x, *, kind, transform, seeds, max_points, n_jobs):
        calls.append((len(train_x), kind, transform, list(seeds), max_points, n_jobs))
        return [np.array([len(smiles) + seed / 3 for smiles in test_x]) for seed in seeds]

    config = BenchmarkConfig(name="tdc", tasks=("caco2_wang",), output=tmp_path / "out")
    task = run(config, learner=learner).record["tasks"]["caco2_wang"]
    runs = [0.333, 0.667, 1.0, 1.333, 1.667]
    assert task["scores"]["mae"]["runs"] == runs
    assert task["scores"]["mae"]["value"] == round(np.mean(runs), 3)
    assert task["scores"]["mae"]["sd"] == round(np.std(runs), 3)
    assert task["anchors"] == {"mae": {"MapLight": 0.276, "best clean": 0.256}}
    assert calls == [(30, "regression", "none", [1, 2, 3, 4, 5], 11_000, 1)]


@pytest.mark.parametrize(
    ("task", "kind", "transform"),
    [
        ("hia_hou", "classification", "none"),
        ("cyp2d6_veith", "classification", "none"),
        ("half_life_obach", "regression", "log10"),
    ],
)
def test_a_task_is_learnt_as_what_it_is(root, task, kind, transform):
    write(root, task, "train_val", [1, 0] * 10)
    write(root, task, "test", [1, 0, 1, 0])
    seen = []

    def learner(train_x, train_y, test_x, **options):
        seen.append(options)
        return [np.array([0.9, 0.1, 0.8, 0.2])]

    found = TDC.run(task, root, BenchmarkConfig(repeats=1), learner, print)
    assert (seen[0]["kind"], seen[0]["transform"]) == (kind, transform)
    (got,) = found["scores"].values()
    assert got["value"] > 0.8
    assert got["n"] == 4


def test_percentages_are_learnt_as_fractions_and_scored_as_percentages(root):
    write(root, "ppbr_az", "train_val", range(50, 80))
    write(root, "ppbr_az", "test", [60.0, 70.0])

    def learner(train_x, train_y, test_x, **options):
        assert options["transform"] == "logit"
        assert train_y.max() < 1
        return [np.array([0.5, 0.8])]

    found = TDC.run("ppbr_az", root, BenchmarkConfig(repeats=1), learner, print)
    assert found["scores"]["mae"]["value"] == 10.0


def test_a_limit_cuts_both_files(root):
    write(root, "hia_hou", "train_val", [1, 0] * 40)
    write(root, "hia_hou", "test", [1, 0] * 40)
    sizes = []

    def learner(train_x, train_y, test_x, **options):
        sizes.append((len(train_x), train_y.sum(), len(test_x)))
        return [np.linspace(0, 1, len(test_x))]

    found = TDC.run("hia_hou", root, BenchmarkConfig(repeats=1, limit=20), learner, print)
    assert sizes == [(20, 10, 20)]
    assert found["n_train"] == 20


def test_the_summary_counts_wins_in_the_metrics_direction():
    def result(metric, value, rival):
        return {"scores": {metric: {"value": value}}, "anchors": {metric: {"MapLight": rival} if rival else {}}}

    results = {
        "a": result("mae", 0.2, 0.3),
        "b": result("mae", 0.4, 0.3),
        "c": result("auroc", 0.9, 0.9),
        "d": result("auroc", 0.9, None),
    }
    assert TDC.summary(results) == {"tasks": 4, "at or above MapLight": "2 of 3", "at or above best clean": "0 of 0"}
    assert TDC.summary(results, rivals=False) == {"tasks": 4}


@pytest.mark.data
def test_every_task_has_its_files():
    assert all(file.is_file() for task in TDC.tasks() for file in TDC.files(task, data_root()))


@pytest.mark.data
def test_a_small_slice_with_the_real_learner_beats_chance(tmp_path):
    config = BenchmarkConfig(name="tdc", tasks=("hia_hou",), limit=100, repeats=1, output=tmp_path)
    (got,) = run(config).record["tasks"]["hia_hou"]["scores"].values()
    assert got["value"] > 0.7


def test_a_task_is_found_among_the_downloads_and_recorded_as_if_it_lay_in_the_data_root(root, tmp_path, monkeypatch):
    write(root, "ames", "train_val", [1, 0] * 10)
    cache = tmp_path / "cache"
    monkeypatch.setenv("PHARMAKON_CACHE", str(cache))
    write(cache, "hia_hou", "train_val", [1, 0] * 10)
    write(cache, "hia_hou", "test", [1, 0, 1, 0])
    config = BenchmarkConfig(name="tdc", tasks=("hia_hou",), repeats=1, output=tmp_path / "out")
    record = run(config, learner=lambda train_x, train_y, test_x, **_: [np.linspace(0, 1, len(test_x))]).record
    assert [*record["tasks"]["hia_hou"]["data"]] == [
        f"admet/tdc_admet_group/hia_hou/{part}.csv" for part in ("train_val", "test")
    ]
