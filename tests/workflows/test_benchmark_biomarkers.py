import pytest

from pharmakon.store.catalogue import data_set
from pharmakon.workflows import benchmark_biomarkers
from pharmakon.workflows.benchmark import BenchmarkConfig, anchors
from pharmakon.workflows.benchmark_biomarkers import BIOMARKERS, TASKS, declared, nested_scores


def test_every_task_reads_files_of_the_catalogue_and_anchors_have_a_task():
    for task in TASKS.values():
        assert task.sets
        for name, file in task.sets:
            assert data_set(name).file(file)
    assert set(anchors()["biomarkers"]) <= set(BIOMARKERS.tasks())


def test_scores_of_a_cohort_say_model_and_metric(cohort, monkeypatch):
    monkeypatch.setattr(benchmark_biomarkers, "FOLDS", 3)
    monkeypatch.setattr(benchmark_biomarkers, "PERMUTATIONS", 2)
    config = BenchmarkConfig(name="biomarkers", repeats=1, workers=1)
    found = nested_scores(cohort, config, lambda text: None)
    assert found["scores"]["nested fused auc"]["value"] > 0.7
    assert found["scores"]["permuted fused auc"]["n"] == 2
    assert found["patients"] == 60


def test_a_declaration_is_plain_data():
    found = declared(
        name="x",
        context_of_use="prognostic",
        clinical={"file": "a.csv"},
        outcome={"kind": "binary", "column": "y"},
        blocks=[{"name": "rna", "file": "b.csv"}],
    )
    assert found.blocks[0].name == "rna"


@pytest.mark.data
def test_golub_and_the_trap():
    config = BenchmarkConfig(name="biomarkers")
    found = TASKS["golub"].run(config, lambda text: None)
    assert found["scores"]["test auc"]["value"] > 0.97
    assert found["scores"]["of the published 8, in the first 50"]["value"] >= 6
