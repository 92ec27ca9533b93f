"""compare: where runs differ, in tables or as JSON."""

import json

import pytest

from pharmakon.cli.main import main


@pytest.fixture
def runs(tmp_path):
    for name, seed in (("a", 1), ("b", 2)):
        (tmp_path / name).mkdir()
        told = {"verb": "attack", "seed": seed, "config": {"level": 0.95}, "inputs": [], "versions": {"numpy": "2.4"}}
        told["inputs"] = [{"path": "/x/scores.csv", "sha256": str(seed) * 64}]
        (tmp_path / name / "run.json").write_text(json.dumps(told))
    return [str(tmp_path / "a"), str(tmp_path / "b")]


def test_only_what_differs_is_shown(runs, capsys):
    assert not main(["compare", *runs])
    out = capsys.readouterr().out
    assert "seed" in out and "111111111111 " in out and "1" * 13 not in out
    assert "numpy" not in out and "level" not in out
    assert out.rstrip().endswith("2 of 6 facts differ")
    assert not main(["compare", *runs, "--every"])
    assert "numpy" in capsys.readouterr().out
    assert main(["compare", runs[0]]) == 2
    assert not main(["compare", runs[0], runs[0]])
    told = capsys.readouterr()
    assert "or more, to compare" in told.err
    assert told.out == "all 6 facts are the same\n"


def test_as_json(runs, capsys):
    assert not main(["compare", *runs, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert {"name": "seed", "values": ["1", "2"], "differs": True} in told["request"]


def test_what_is_no_run_is_said(tmp_path, capsys):
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
