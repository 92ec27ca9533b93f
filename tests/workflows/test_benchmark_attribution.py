"""On a planted rule the benchmark's own scores come out as they must, and no way is chosen by the truth."""

import pytest

from pharmakon.workflows import benchmark_attribution as module
from pharmakon.workflows.attribution_tasks import place
from pharmakon.workflows.benchmark import BenchmarkConfig, run

CORES = [
    "CC{}",
    "c1ccc({})cc1",
    "C1CCC({})CC1",
    "CC(C){}",
    "COC{}",
    "FC{}",
    "CSC{}",
    "ClCC{}",
    "CCCC{}",
    "Cc1ccc({})o1",
]
ENDS = ["N", "CN", "O", "F", "C", "CC", "CO", "S", "CCN", "Cl", "CNC", "CCC"]


@pytest.fixture
def planted(planted_task, monkeypatch):
    data = planted_task("benzene", CORES, ENDS)
    (data / place("benzene")).with_name("published_results_F3.csv").write_text(
        "task_type,block_type,Technique,ATT AUROC,ATT tau\nbenzene,mpnn,CAM,0.9,\n"
    )
    monkeypatch.setattr(module, "SHUFFLES", 4)
    return data


def test_a_planted_rule_is_found_beside_what_was_published(planted):
    result = run(BenchmarkConfig(name="attribution", tasks=("benzene",), output=planted / "out"))
    task = result.record["tasks"]["benzene"]
    scores = {name: score["value"] for name, score in task["scores"].items()}
    assert scores["auroc"] > 0.95
    assert scores["auroc"] == scores[f"auroc, {task['said'].partition(', environments')[0]}"]
    assert scores["auroc, random scores"] < 0.8
    assert abs(scores["sanity"] - 0.5) < 0.35
    assert scores["additivity error"] < 1e-9
    assert scores["symmetry"] == scores["stability"] == 1
    assert scores["deletion"] > 2
    assert task["anchors"] == {"auroc": {"CAM of mpnn, best of 1": 0.9, "CAM of mpnn, median": 0.9}}
    assert result.record["summary"] == {"benzene": task["said"]}
    family = (
        ("linear terms", "linear, masking") if task["said"].startswith("linear") else ("TreeSHAP", "trees, masking")
    )
    assert task["said"].startswith(max(family, key=task["faithfulness"].get))  # by the deletion curve, not by the truth
