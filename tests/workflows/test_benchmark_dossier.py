"""The benchmark of dossiers, on a slice."""

from pathlib import Path

from pharmakon.workflows import benchmark_dossier as module
from pharmakon.workflows.benchmark import BENCHMARKS, BenchmarkConfig
from pharmakon.workflows.benchmark_dossier import DOSSIERS, QMRF, QPRF


def test_it_is_registered_and_measures_every_shipped_model():
    assert BENCHMARKS["dossier"] is DOSSIERS
    names = module.shipped()
    assert len(names) == len(set(names)) and {"ames", "tox21_ahr", "mutagenicity_rules"} <= set(names)


def test_a_slice(monkeypatch):
    monkeypatch.setattr(module, "QPRF_MODELS", ("skin_sensitisation",))
    monkeypatch.setattr(module, "MOLECULES", ("CCO", "CCN"))
    config = BenchmarkConfig(name="dossier", limit=20)
    results = {
        task: DOSSIERS.run(task, Path(), config, lambda *_, **__: [], lambda _: None) for task in DOSSIERS.tasks()
    }
    filled = results[QMRF]["scores"]["qmrf: fields filled, least of all models"]
    assert filled["value"] >= 40
    assert results[QMRF]["scores"]["fields empty"]["n"] == 20 * 57
    assert results[QPRF]["scores"]["fields empty"] == {"value": 0, "low": 0, "high": 0, "n": 2 * 57}
    said = DOSSIERS.summary(results)
    assert said["fields empty"] == 0 and said["QMRF, fields filled, least of all models"] == filled["value"]
