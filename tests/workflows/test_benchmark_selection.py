import numpy as np

from pharmakon.workflows import benchmark_selection
from pharmakon.workflows.benchmark import BenchmarkConfig
from pharmakon.workflows.benchmark_selection import SELECTION, judged


def test_false_ones_and_power():
    true = np.array([True, True, False, False])
    assert judged(np.array([True, False, True, False]), true) == (0.5, 0.5)
    assert judged(np.zeros(4, bool), true) == (0.0, 0.0)


def test_a_case_has_every_way(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmark_selection, "PATIENTS", 80)
    monkeypatch.setattr(benchmark_selection, "FEATURES", 40)
    monkeypatch.setattr(benchmark_selection, "TRUE", 4)
    config = BenchmarkConfig(name="selection", repeats=2)
    found = SELECTION.run("continuous, independent", tmp_path, config, lambda *_: {}, lambda text: None)
    ways = {name.partition(":")[0] for name in found["scores"]}
    assert ways == {"single, q", "stability", "Stabl's rule", "lasso"}
    assert found["scores"]["lasso: power"]["value"] > 0.4
    assert "highest false discovery rate" in SELECTION.summary({"x": found})
