"""`pharmakon train`."""

import json
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.core.types import Problem
from pharmakon.workflows import train
from pharmakon.workflows.train import TrainResult

CARD = {
    "name": "pic50",
    "property": {"title": "EGFR", "unit": "pIC50", "kind": "regression"},
    "dataset": {"used": 40, "licence": "the user's own data"},
    "scores": {"scaffold": {"model": {"rmse": [0.7123, 0.6, 0.8]}}, "cluster": {"model": {"rmse": [0.81, 0.7, 0.9]}}},
}


@pytest.fixture
def asked(listening):
    problems = [Problem(row, "C1CC", "unclosed ring", "aspirin" if row == 3 else "") for row in range(2, 9)]
    folder = Path("models/pic50")
    return listening(train, TrainResult(folder, CARD, problems, ["7 repeats were merged"], folder / "set_aside.csv"))


def test_flags_reach_the_configuration(asked):
    assert main(["train", "assay.csv", "--smiles", "structure", "--value", "pIC50", "--unit", "pIC50", "--log"]) == 0
    (config,) = asked
    assert (config.data, config.smiles, config.value) == (Path("assay.csv"), "structure", "pIC50")
    assert (config.unit, config.log, config.kind) == ("pIC50", True, "auto")


def test_the_columns_have_the_names_that_predict_has_for_them(asked):
    assert main(["train", "assay.csv", "--smiles-column", "structure", "--id-column", "code"]) == 0
    assert (asked[0].smiles, asked[0].id) == ("structure", "code")


def test_what_was_made_and_what_was_left_out(asked, capsys):
    assert main(["train", "assay.csv"]) == 0
    shown, remarks = capsys.readouterr()
    assert "0.712" in shown
    assert "0.810" in shown
    assert shown.splitlines()[-1] == "model: models/pic50"
    assert "7 repeats were merged" in remarks
    assert "row 2: unclosed ring: C1CC" in remarks
    assert "row 7" not in remarks
    assert "row 3 (aspirin): unclosed ring: C1CC" in remarks
    assert "... and 2 more rows" in remarks
    assert "7 rows were set aside, each with its reason: models/pic50/set_aside.csv" in remarks


def test_json_is_the_card(asked, capsys):
    assert main(["train", "assay.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == CARD


def test_a_table_is_needed(capsys):
    assert main(["train"]) == 2
    assert "--data" in capsys.readouterr().err


def test_a_wrong_choice_names_the_right_ones(capsys):
    assert main(["train", "assay.csv", "--kind", "regresion"]) == 2
    assert "regression" in capsys.readouterr().err
