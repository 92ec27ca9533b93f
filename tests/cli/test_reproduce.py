"""`pharmakon reproduce`."""

import json

import numpy as np
import pytest

from pharmakon.cli.main import main
from pharmakon.workflows import attack_output


@pytest.fixture(autouse=True)
def made(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for name in ("members", "others"):
        (tmp_path / f"{name}.csv").write_text("score\n" + "".join(f"{x:.3f}\n" for x in random.normal(size=100)))
    assert main(["attack", "--members", "members.csv", "--others", "others.csv", "-o", "run"]) == 0
    capsys.readouterr()


def test_what_comes_out_the_same_is_exit_code_0(capsys):
    assert main(["reproduce", "run"]) == 0
    shown = capsys.readouterr().out
    assert "result.json" in shown and "identical" in shown
    assert shown.endswith("attack: all 2 files that can be compared came out the same\n")
    assert main(["reproduce", "run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["identical"] is True


def test_what_differs_is_exit_code_1(capsys, monkeypatch):
    monkeypatch.setattr(attack_output, "LEAKS_AUC", 0.9)
    assert main(["reproduce", "run"]) == 1
    shown = capsys.readouterr().out
    assert "DIFFERS" in shown and shown.endswith("attack: 2 of 2 files differ\n")


def test_a_changed_input_is_named(tmp_path, capsys):
    (tmp_path / "members.csv").write_text("score\n1\n")
    assert main(["reproduce", "run", "-o", "again"]) == 1
    assert "members.csv is not the file that the run read" in capsys.readouterr().err
    assert not (tmp_path / "again").exists()
