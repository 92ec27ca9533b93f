"""The oracle is there with its versions, and sums over tasks say who lost less."""

import pytest

from pharmakon.core.log import data_root
from pharmakon.workflows.benchmark import BenchmarkConfig
from pharmakon.workflows.benchmark_anonymity import ANONYMITY, MEASURES, oracle


def test_every_case_of_the_oracle_is_a_task():
    assert set(oracle()["versions"]) >= {"anjana", "pycanon"}
    assert ANONYMITY.tasks()[-1] == MEASURES
    assert "k 10, 5 %" in ANONYMITY.tasks()


def test_the_summary_counts_less_and_more():
    def task(ours, theirs):
        return {
            "scores": {"loss": {"value": ours}, "seconds": {"value": 1.0}},
            "anchors": {"loss": {"anjana": theirs}},
        }

    said = ANONYMITY.summary({"a": task(0.2, 0.3), "b": task(0.3, 0.3), "c": task(0.4, 0.3)})
    assert said["less loss"] == "1 of 3"
    assert said["more loss"] == "1 of 3"


def test_adult_loses_less_than_by_the_greedy_order():
    root = data_root()
    if root is None or not (root / ANONYMITY.needs).is_dir():
        pytest.skip("privacy/adult is not here: set PHARMAKON_DATA")
    config = BenchmarkConfig(name="anonymity")
    found = ANONYMITY.run("k 10, 5 %", root, config, lambda *_: {}, lambda text: None)
    assert found["scores"]["loss"]["value"] < found["anchors"]["loss"]["anjana"]
    assert found["scores"]["suppressed"]["value"] <= 0.05
