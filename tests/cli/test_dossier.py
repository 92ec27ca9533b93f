"""`pharmakon dossier`."""

import json
from pathlib import Path

from pharmakon.cli.main import main
from pharmakon.record.filling import Fillers
from pharmakon.workflows import dossier
from pharmakon.workflows.dossier import DossierResult


def result():
    fillers = Fillers("qmrf")
    fillers.fills("1.1")(lambda _: "A model.")
    return DossierResult(Path("out"), "Ethanol", {"qmrf": fillers.fill(None)}, [])


def test_flags_reach_the_configuration(listening, capsys):
    asked = listening(dossier, result())
    words = ["dossier", "herg", "-s", "CCO", "--forms", "qmrf,qprf", "--answers", "a.toml", "-o", "out"]
    assert main(words) == 0
    (config,) = asked
    assert (config.subject, config.smiles, config.forms, config.answers) == (
        "herg",
        "CCO",
        ("qmrf", "qprf"),
        Path("a.toml"),
    )
    shown = capsys.readouterr().out
    assert "qmrf" in shown and "dossier: out/index.html" in shown


def test_as_json(listening, capsys):
    listening(dossier, result())
    assert main(["dossier", "herg", "-o", "out", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["forms"]["qmrf"]["filled_by_machine"] == 1
