import pytest

from pharmakon.workflows import benchmark_federation
from pharmakon.workflows.benchmark import BenchmarkConfig
from pharmakon.workflows.benchmark_federation import FEDERATION, HOSPITALS, TASKS

MODELS = ("single-site", "federated", "pooled", "federated averaging")


def run(task, repeats):
    config = BenchmarkConfig(name="federation", repeats=repeats)
    return FEDERATION.run(task, None, config, lambda *_: {}, lambda text: None)


def test_hospitals_that_differ_are_better_off_together(monkeypatch):
    monkeypatch.setattr(benchmark_federation, "AVERAGING_ROUNDS", 10)
    found = run("unlike hospitals", 2)
    assert {f"{name} auc" for name in MODELS} < set(found["scores"])
    assert found["scores"]["federated over single-site"]["value"] > 0.05
    assert found["largest difference from pooled"] < 1e-6
    assert found["same penalty as pooled"] == 2
    assert found["bytes sent by a site"] > 1000
    assert not found["left out"]
    assert set(found["by site"]) == {f"{site}, {name}" for site in HOSPITALS for name in MODELS[:2]}
    said = FEDERATION.summary({"unlike hospitals": found})
    assert said["decimals of the coefficients in common with pooled"] >= 6


def test_every_split_is_another():
    one, other = (TASKS["unlike hospitals"].study(seed, "newton").scores for seed in (0, 1))
    assert one != other


@pytest.mark.data
@pytest.mark.parametrize("task", ["two hospitals", "four peoples"])
def test_real_sites_fit_what_the_pooled_rows_would(data, task):
    made = TASKS[task].study(0, "newton")
    assert made.difference < 1e-6
    assert len(made.plan.sites) >= 2
    assert len(FEDERATION.files(task, data)) == len(TASKS[task].sets)
