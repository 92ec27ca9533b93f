"""`pharmakon recalibrate`."""

import json
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.core.types import Problem
from pharmakon.workflows import recalibrate
from pharmakon.workflows.recalibrate import RecalibrateResult

CARD = {
    "name": "ours",
    "property": {"kind": "regression"},
    "recalibration": {"molecules": 120, "correction": "linear", "shift": -0.5, "slope": 0.8, "scale": "the value"},
    "scores": {
        "laboratory": {"n": 120, "model": {"rmse": [0.7123, 0.6, 0.8]}, "before": {"rmse": [0.9, 0.8, 1.0]}},
    },
    "coverage": {
        "laboratory_before": {"nominal": 0.9, "observed": 0.61, "mean_width": 1.5},
        "laboratory": {"nominal": 0.9, "observed": 0.905, "mean_width": 2.25},
    },
}


@pytest.fixture
def asked(listening):
    problems = [Problem(row, "C1CC", "unclosed ring") for row in range(2, 9)]
    notes = ["3 of 123 molecules were left out"]
    return listening(recalibrate, RecalibrateResult(Path("models/ours"), CARD, problems, notes))


def test_flags_reach_the_configuration(asked):
    words = ["recalibrate", "solubility", "lab.csv", "--smiles", "structure", "--value", "logS", "--id", "code"]
    assert main([*words, "--positive", "yes", "--correction", "offset", "-o", "out"]) == 0
    (config,) = asked
    assert (config.model, config.data, config.smiles, config.value) == (
        "solubility",
        Path("lab.csv"),
        "structure",
        "logS",
    )
    assert (config.id, config.positive, config.correction, config.output) == ("code", "yes", "offset", Path("out"))


def test_before_stands_beside_after(asked, capsys):
    assert main(["recalibrate", "solubility", "lab.csv"]) == 0
    shown, remarks = capsys.readouterr()
    assert "61.0 %" in shown
    assert "90.5 %" in shown
    assert "0.712 (0.600 to 0.800)" in shown
    assert "120 molecules" in shown
    assert "correction: linear, 0.800 × x − 0.500 (the value)" in shown
    assert shown.splitlines()[-1] == "model: models/ours"
    assert "3 of 123 molecules were left out" in remarks
    assert "... and 2 more rows" in remarks


def test_json_is_the_card(asked, capsys):
    assert main(["recalibrate", "solubility", "lab.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == CARD


def test_model_and_table_are_needed(capsys):
    assert main(["recalibrate", "solubility"]) == 2
    assert "--data" in capsys.readouterr().err


def test_a_wrong_model_gets_a_suggestion(tmp_path, capsys):
    (tmp_path / "lab.csv").write_text("smiles,y\nCCO,1\n")
    assert main(["recalibrate", "solubilty", str(tmp_path / "lab.csv")]) == 2
    assert "did you mean 'solubility'?" in capsys.readouterr().err
