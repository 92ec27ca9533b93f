"""The listing and the JSON hide nothing."""

import csv
import json

import pytest

from pharmakon.workflows.audit import AuditConfig, run


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("id,smiles,pIC50\n=cmd,CCO,5\nB,OCC,7\nC,C1CC,6\nD,CCCCN,6\n")
    return path


def test_every_row_of_every_case_is_listed(table, tmp_path):
    listing = tmp_path / "rows.csv"
    run(AuditConfig(data=table, value="pIC50", output=(listing,)))
    with listing.open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(line["finding"], line["case"], line["row"], line["id"]) for line in lines] == [
        ("contradiction-exact", "1", "1", "'=cmd"),
        ("contradiction-exact", "1", "2", "B"),
        ("unreadable", "1", "3", "C"),
        ("duplicate-exact", "1", "1", "'=cmd"),
        ("duplicate-exact", "1", "2", "B"),
    ]
    assert lines[0]["standard"] == "CCO"
    assert "unclosed ring" in next(line["problem"] for line in lines if line["finding"] == "unreadable")


def test_json_says_the_same(table, tmp_path):
    path = tmp_path / "audit.json"
    result = run(AuditConfig(data=table, value="pIC50", output=(path,)))
    read = json.loads(path.read_text())
    assert read == json.loads(json.dumps(result.plain()))
    assert read["rows"] == 4 and read["failed"] is True and read["scale"] == "log"
    contradiction = next(f for f in read["findings"] if f["name"] == "contradiction-exact")
    assert [row["row"] for row in contradiction["cases"][0]["rows"]] == [1, 2]
