import pytest

from pharmakon.workflows import benchmark_markers as module
from pharmakon.workflows.benchmark import BenchmarkConfig, run


@pytest.fixture
def small(tmp_path, monkeypatch):
    asked = []

    def target_ranks(screen, targets, **ways):
        asked.append(ways)
        return {("Erlotinib", "EGFR"): 1 if ways["adjusted"] else 586, ("Venetoclax", "BCL2"): 4, ("X", "Y"): 700}

    table = tmp_path / module.MARKERS.needs
    table.parent.mkdir(parents=True)
    table.write_text("Name,Targets\n")
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    for name, stand_in in {
        "gdsc_screen": lambda: None,
        "target_ranks": target_ranks,
        "paths_of": lambda name: [table],
    }.items():
        monkeypatch.setattr(module, name, stand_in)
    return tmp_path, asked


def test_targets_are_counted_with_and_without_adjustment(small):
    folder, asked = small
    result = run(BenchmarkConfig(name="markers", output=folder / "out"))
    assert asked == [{"adjusted": False}, {"adjusted": True}, {"adjusted": True, "tissue": True}]
    assert result.record["summary"] == {"plain": 1, "adjusted": 2, "adjusted, tissue": 2}
    found = result.record["tasks"]["adjusted"]
    assert found["ranks"] == {"Erlotinib, EGFR": 1, "Venetoclax, BCL2": 4}
    assert found["scores"]["in the first 10"]["value"] == pytest.approx(2 / 3, abs=1e-4)
