"""On a planted rule the benchmark's own scores come out as they must."""

import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run

CORES = ["CC{}", "c1ccc({})cc1", "C1CCC({})CC1", "CC(C){}", "COC{}", "CSC{}", "CCCC{}", "Cc1ccc({})o1"]
ENDS = ["N", "CN", "O", "F", "C", "CC", "CO", "CCN", "Cl", "CNC", "CCC"]


@pytest.fixture
def planted(planted_task):
    return planted_task("logic7", CORES, ENDS)


def test_edits_of_a_planted_rule_flip_the_model_at_the_true_atom(planted):
    result = run(BenchmarkConfig(name="counterfactuals", tasks=("logic7",), output=planted / "out"))
    scores = {name: score["value"] for name, score in result.record["tasks"]["logic7"]["scores"].items()}
    assert scores["validity"] == 1
    assert scores["true atoms"] > 0.7  # of a few dozen molecules a model learns more than the rule
    assert 0 < scores["similarity"] < 1
    assert scores["seconds"] <= scores["seconds, slowest"]
    assert result.record["summary"]["validity"] == 1
