import json

from pharmakon.biomarkers.cohort import read_cohort
from pharmakon.cli.main import main


def test_why_this_risk(discovered, cohort_file, capsys):
    path = cohort_file(n=40, p=24, seed=5)
    patient = read_cohort(path).ids[0]
    assert main(["explain", str(discovered.folder), str(path), "--patient", patient, "--top", "3"]) == 0
    out = capsys.readouterr().out
    assert "The clinical variables alone say" in out
    assert "changes the risk by" in out
    assert main(["explain", str(discovered.folder), str(path), "--top", "5"]) == 0
    assert "and 35 more patients" in capsys.readouterr().out
    assert main(["explain", str(discovered.folder), str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["what"] == "response = R"
