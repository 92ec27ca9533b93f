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


def test_why_this_number(capsys, tmp_path):
    page = tmp_path / "why.html"
    words = ["CC(=O)Oc1ccccc1C(=O)O", "nope", "-m", "herg,bbb", "--profile", "fast", "-o", str(page), "--top", "2"]
    assert main(["explain", *words]) == 0
    out = capsys.readouterr().out
    for text in (
        "inside the domain",
        "raises",
        " more part",
        "no atom (base)",
        "by integrated gradients",
        "nope: not a",
    ):
        assert text in out
    assert page.is_file()
    assert main(["explain", "nope", "-m", "herg", "--profile", "fast"]) == 1
    capsys.readouterr()
    assert main(["explain", "CCO", "-m", "herg", "--profile", "fast", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["molecules"][0]["properties"]) == ["herg"]


def test_what_is_of_the_other_kind_is_refused(capsys):
    assert main(["explain", "CCO", "--patient", "P1"]) == 2
    assert "--patient is not for such a word as CCO" in capsys.readouterr().err
