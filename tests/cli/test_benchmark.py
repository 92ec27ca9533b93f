"""`pharmakon benchmark`."""

import json
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.workflows import benchmark
from pharmakon.workflows.benchmark_result import BenchmarkResult

RECORD = {
    "comparable": False,
    "summary": {"tasks": 1, "mean": {"ours": 0.3, "theirs": 0.4}},
    "tasks": {
        "caco2_wang": {
            "scores": {"mae": {"value": 0.273, "low": 0.24, "high": None, "n": 182}},
            "anchors": {"mae": {"MapLight": 0.276}},
            "seconds": 12.4,
        }
    },
}


@pytest.fixture
def asked(listening):
    return listening(benchmark, BenchmarkResult(Path("out/tdc.json"), RECORD))


def test_list_says_what_each_needs_without_running(asked, monkeypatch, capsys):
    monkeypatch.delenv("PHARMAKON_DATA", raising=False)
    assert main(["benchmark", "--list"]) == 0
    shown = capsys.readouterr().out
    assert all(f"{name}: " in shown for name in benchmark.BENCHMARKS)
    assert shown.count("set PHARMAKON_DATA") == sum(bool(benchmark.BENCHMARKS[n].needs) for n in benchmark.BENCHMARKS)
    assert "caco2_wang" in shown
    assert not asked


def test_list_says_when_the_data_is_there(monkeypatch, tmp_path, capsys):
    (tmp_path / "admet/tdc_admet_group").mkdir(parents=True)
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    assert main(["benchmark", "--list"]) == 0
    shown = capsys.readouterr().out
    assert "admet/tdc_admet_group is there" in shown
    assert "missing: generative/zinc250k.smi.gz" in shown


def test_a_run_shows_scores_beside_published_ones(asked, capsys):
    assert main(["benchmark", "tdc", "--tasks", "caco2_wang,hia_hou", "--limit", "200", "-o", "out"]) == 0
    (config,) = asked
    assert (config.tasks, config.limit, config.output) == (("caco2_wang", "hia_hou"), 200, Path("out"))
    shown, remark = capsys.readouterr()
    assert "this is a slice" in remark
    assert "mean: ours 0.3, theirs 0.4" in shown
    assert "mae 0.273" in shown
    assert "MapLight 0.276" in shown
    assert "182" in shown
    assert shown.splitlines()[-1] == "results: out/tdc.json"


def test_json(asked, capsys):
    assert main(["benchmark", "tdc", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == RECORD


def test_which_benchmark(capsys):
    assert main(["benchmark"]) == 2
    assert "which benchmark? tdc, moleculeace, expansionrx, pmo" in capsys.readouterr().err


def test_a_wrong_benchmark_gets_a_suggestion(capsys):
    assert main(["benchmark", "tcd"]) == 2
    assert "did you mean 'tdc'?" in capsys.readouterr().err


def test_tasks_with_a_comma_in_their_names(asked):
    assert main(["benchmark", "selection", "--tasks", "binary, independent,continuous, independent", "-o", "out"]) == 0
    assert asked[-1].tasks == ("binary, independent", "continuous, independent")
    assert main(["benchmark", "tdc", "--tasks", "caco2_wang,hia_hou", "-o", "out"]) == 0
    assert asked[-1].tasks == ("caco2_wang", "hia_hou")
