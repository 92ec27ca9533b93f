import pytest

from pharmakon.workflows import benchmark_response as module
from pharmakon.workflows.benchmark import BenchmarkConfig, anchors, run


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Two lines of a screen that nobody reads, and scores that nobody measured."""
    seeds = []

    class Held:
        def scores(self):
            return {
                "model": {"rmse": 1.0 + len(seeds), "pearson": 0.9, "within_drug": 0.5, "n": 7},
                "drug mean": {"rmse": 2.0, "pearson": 0.8, "within_drug": 0.0, "n": 7},
            }

    def cross_validate(screen, split, *, seed, progress):
        seeds.append((split, seed))
        progress(1, 1, split)
        return Held()

    table = tmp_path / module.RESPONSE.needs
    table.parent.mkdir(parents=True)
    table.write_text("x")
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    monkeypatch.setattr(module, "gdsc_screen", lambda: None)
    monkeypatch.setattr(module, "cross_validate", cross_validate)
    monkeypatch.setattr(module, "paths_of", lambda name: [table])
    return tmp_path, seeds


def test_every_split_is_run_beside_its_means_and_anchors(small):
    folder, seeds = small
    result = run(BenchmarkConfig(name="response", output=folder / "out"))
    assert [seed for split, seed in seeds if split == "cell"] == [0, 1, 2]
    assert [seed for split, seed in seeds if split == "both"] == [0]
    cell = result.record["tasks"]["cell"]
    assert cell["scores"]["rmse, drug mean"]["value"] == 2.0
    assert cell["scores"]["rmse"]["n"] == 7
    assert cell["scores"]["rmse"]["low"] < cell["scores"]["rmse"]["high"]
    assert cell["anchors"] == anchors()["response"]["cell"]
    assert result.record["summary"]["cell"]["within_drug"] == 0.5
