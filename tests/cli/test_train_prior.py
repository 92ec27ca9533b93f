"""`pharmakon train-prior`."""

import json
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.workflows import train_prior
from pharmakon.workflows.train_prior import PriorResult

CARD = {
    "data": {"rows": 1200, "molecules": 1150, "unreadable": 40, "twice": 10, "withheld": 0, "too long": 0},
    "judged": {"held out, nats per molecule": 31.25, "samples": 2000, "validity": 0.97},
}


@pytest.fixture
def asked(listening):
    return listening(train_prior, PriorResult(Path("priors/mine"), CARD))


def test_flags_reach_the_configuration(asked):
    words = ["train-prior", "mine.csv", "--smiles-column", "structure", "--epochs", "3", "--width", "64", "--resume"]
    assert main([*words, "-o", "priors/mine", "--seed", "7"]) == 0
    (config,) = asked
    assert (config.data, config.smiles, config.epochs, config.width) == (Path("mine.csv"), "structure", 3, 64)
    assert (config.output, config.seed, config.resume) == (Path("priors/mine"), 7, True)


def test_what_was_made_is_shown(asked, capsys):
    assert main(["train-prior", "mine.csv"]) == 0
    shown = capsys.readouterr().out
    assert "1,150 molecules of 1,200 rows (40 unreadable, 10 twice)" in shown
    assert "0.970" in shown
    assert "prior: priors/mine" in shown


def test_json(asked, capsys):
    assert main(["train-prior", "mine.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == CARD
