"""`pharmakon audit`."""

import json

import pytest

from pharmakon.cli.main import main


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "assay.csv"
    path.write_text("id,smiles,pIC50\nA,CCN,5\nB,CCN.Cl,7.5\nC,CCCO,6\n")
    return path


def test_a_finding_is_a_sentence_with_rows_and_advice(table, capsys):
    assert main(["audit", str(table), "--value", "pIC50"]) == 1
    shown, remarks = capsys.readouterr()
    assert shown.startswith("3 rows, 2 molecules: 1 error, 1 warning, 0 info")
    assert "ERROR    1 molecule has values more than 1.0 log unit (10-fold) apart" in shown
    assert "row 1 (A) and row 2 (B): values 5, 7.5, 2.5 log units (316-fold) apart; removed salt: Cl" in shown
    assert "> Look whether salt and free form" in shown
    assert "passed   All 3 rows can be read." in shown
    assert "read as logarithms" in remarks


@pytest.mark.parametrize(
    ("fail_on", "value", "code"),
    [("error", "8", 1), ("error", "5", 0), ("warning", "5", 1), ("never", "8", 0)],
)
def test_the_exit_code_is_for_machines(tmp_path, fail_on, value, code):
    path = tmp_path / "assay.csv"
    path.write_text(f"smiles,pIC50\nCCN,5\nCCN.Cl,{value}\nCCCO,6\n")
    assert main(["audit", str(path), "--value", "pIC50", "--fail-on", fail_on]) == code


def test_json_is_all_of_it(table, capsys):
    main(["audit", str(table), "--value", "pIC50", "--json"])
    read = json.loads(capsys.readouterr().out)
    assert [f["name"] for f in read["findings"]] == ["contradiction-parent", "duplicate-parent"]
    assert read["failed"] is True


def test_several_outputs(table, tmp_path, capsys):
    page, rows = tmp_path / "a.html", tmp_path / "a.csv"
    main(["audit", str(table), "--value", "pIC50", "-o", str(page), "-o", str(rows)])
    assert page.read_text().startswith("<!doctype html>")
    assert rows.read_text().startswith("severity,finding,case")
    assert f"written: {page}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["--value", "pic50"], ["--value", "pIC50", "--fail-on", "fatal"], ["--value", "pIC50", "-o", "x.pdf"]],
)
def test_a_request_that_cannot_be_understood(table, capsys, words):
    assert main(["audit", str(table), *words]) == 2
    assert capsys.readouterr().err.startswith("pharmakon: ")


def test_a_file_of_a_cohort_is_audited_as_one(cohort_file, capsys):
    path = cohort_file()
    assert main(["audit", str(path), "--reference", "us-2020", "--groups", "sex,age"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("toy: 60 samples of 60 patients: 0 errors")
    assert "sex: female" in shown and "age: 65+" in shown and "race" not in shown


def test_a_flag_of_the_other_kind_of_file_is_refused(cohort_file, table, capsys):
    assert main(["audit", str(cohort_file()), "--scale", "log"]) == 2
    assert "--scale is not for such a file as" in capsys.readouterr().err
    assert main(["audit", str(table), "--value", "pIC50", "--mitigate"]) == 2
