"""`pharmakon match`."""

import json
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.therapy.match import Match
from pharmakon.therapy.response import Push
from pharmakon.workflows import match
from pharmakon.workflows.match import MatchResult

FOUND = [
    Match("P1", "Dabrafenib", -1.5, -3.0, 0.1, 8.0, "sensitive", "", (Push("BRAF", "mutation", 1.0, -0.82),)),
    Match("P1", "Erlotinib", 2.5, 0.0, 5.1, 60.0, "cannot tell", "the interval is wide", ()),
]


@pytest.fixture
def asked(listening):
    result = MatchResult(FOUND, {"P1": {"expression": 0.9, "copy_number": 0.0}}, ["cell lines are not patients"])
    return listening(match, result)


def test_flags_reach_the_configuration(asked):
    words = ["match", "p.csv", "-m", "model", "--drugs", "d.csv", "-s", "CCO", "-s", "CCN", "--scale", "cohort"]
    assert main(words) == 0
    (config,) = asked
    assert (config.patients, config.model, config.drugs) == (Path("p.csv"), Path("model"), Path("d.csv"))
    assert (config.smiles, config.scale) == (("CCO", "CCN"), "cohort")


def test_the_table_has_reasons_and_verdicts(asked, capsys):
    assert main(["match", "p.csv"]) == 0
    shown = capsys.readouterr()
    for text in ("90% of the expression genes", "BRAF mutated -0.82", "cannot tell: the interval is wide"):
        assert text in shown.out
    assert "cell lines are not patients" in shown.err
    assert main(["match", "p.csv", "--top", "1"]) == 0
    assert "Erlotinib" not in capsys.readouterr().out


def test_everything_as_json(asked, capsys):
    assert main(["match", "p.csv", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["matches"][0]["reasons"] == ["BRAF mutated -0.82"]
    assert said["notes"]


def test_a_line_that_was_trained_on_is_told_above_the_table(listening, capsys):
    seen = Match("P1", "Dabrafenib", -1.5, -3.0, 0.1, 8.0, "sensitive", "", (), "A375")
    listening(match, MatchResult([seen], {"P1": {"expression": 0.9}}, []))
    assert main(["match", "p.csv"]) == 0
    assert "trained on as A375" in capsys.readouterr().out
