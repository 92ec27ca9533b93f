from pharmakon.workflows import benchmark_response_network as module
from pharmakon.workflows.benchmark import BenchmarkConfig, run


def test_kernel_means_and_networks_stand_side_by_side(tmp_path, monkeypatch):
    seeds = []

    class Held:
        def scores(self):
            figures = {"pearson": 0.9, "within_drug": 0.5, "n": 7}
            return {"model": {"rmse": 1.0 + len(seeds)} | figures, "FiLM": {"rmse": 2.0} | figures}

    def challenge(screen, split, *, seed, threads, progress):
        seeds.append((split, seed, threads))
        progress(1, 1, split)
        return Held()

    table = tmp_path / module.RESPONSE_NETWORK.needs
    table.parent.mkdir(parents=True)
    table.write_text("x")
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    monkeypatch.setattr(module, "gdsc_screen", lambda: None)
    monkeypatch.setattr(module, "challenge", challenge)
    monkeypatch.setattr(module, "paths_of", lambda name: [table])
    result = run(BenchmarkConfig(name="response-network", output=tmp_path / "out"))
    assert [seed for split, seed, _ in seeds if split == "drug"] == [0, 1, 2]
    assert [seed for split, seed, _ in seeds if split == "both"] == [0]
    drug = result.record["tasks"]["drug"]["scores"]
    assert drug["rmse, kernel"]["low"] < drug["rmse, kernel"]["high"]
    assert result.record["summary"]["drug"]["FiLM"] == 2.0
