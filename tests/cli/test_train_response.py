"""`pharmakon train-response`."""

import json
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.workflows import train_response
from pharmakon.workflows.train_response import ResponseResult

FIGURES = {"rmse": 1.277, "r2": 0.79, "pearson": 0.89, "within_drug": 0.504, "n": 82833}
CARD = {
    "responses": 82833,
    "lines": 580,
    "drugs": 170,
    "held out": {"cell": {"model": FIGURES, "drug mean": FIGURES | {"rmse": 1.548}}},
    "licence": "for non-commercial use only",
}


@pytest.fixture
def asked(listening):
    return listening(train_response, ResponseResult(Path("models/response"), CARD))


def test_flags_reach_the_configuration(asked):
    words = ["train-response", "--response", "r.csv", "--expression", "e.csv", "-o", "here", "--seed", "3"]
    assert main(words) == 0
    (config,) = asked
    assert (config.response, config.profiles) == (Path("r.csv"), {"expression": Path("e.csv")})
    assert (config.output, config.seed) == (Path("here"), 3)


def test_scores_stand_beside_the_means(asked, capsys):
    assert main(["train-response"]) == 0
    shown = capsys.readouterr().out
    for text in ("82,833 responses of 580 lines to 170 drugs", "drug mean", "1.55", "non-commercial"):
        assert text in shown


def test_the_card_as_json(asked, capsys):
    assert main(["train-response", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == CARD
