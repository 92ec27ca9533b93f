"""`pharmakon dose`."""

import json
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.therapy.dose import dose as estimated
from pharmakon.therapy.dose import published_error
from pharmakon.therapy.patients import Patient
from pharmakon.workflows import dose
from pharmakon.workflows.dose import DoseResult

DOSES = [estimated(Patient("J", 6, 175.0, 80.0, "White", "A/G", "*1/*2")), estimated(Patient("K", None, 175.0, 80.0))]


@pytest.fixture
def asked(listening):
    judged = {"pharmacogenetic": {"all": published_error("pharmacogenetic", "White")}}
    return listening(dose, DoseResult(DOSES, judged, ["Black patients: worse"], {}, ["an estimate"]))


def test_flags_reach_the_configuration(asked):
    assert main(["dose", "warfarin", "p.csv", "--equation", "clinical", "--refit", "-o", "out.csv"]) == 0
    (config,) = asked
    assert (config.drug, config.patients, config.equation) == ("warfarin", Path("p.csv"), "clinical")
    assert (config.refit, config.output) == (True, Path("out.csv"))


def test_a_dose_is_never_shown_without_its_error(asked, capsys):
    assert main(["dose", "warfarin", "p.csv"]) == 0
    shown = capsys.readouterr()
    for text in ("White: 8.7 mg/week, 40% explained (2,457 patients)", "cannot tell: age is missing", " to "):
        assert text in shown.out
    assert "Black patients: worse" in shown.err


def test_everything_as_json(asked, capsys):
    assert main(["dose", "warfarin", "p.csv", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["doses"][0]["low_90"] < said["doses"][0]["dose_mg_week"] < said["doses"][0]["high_90"]


def test_another_drug_is_refused(asked):
    assert main(["dose", "aspirin", "p.csv"]) == 2
