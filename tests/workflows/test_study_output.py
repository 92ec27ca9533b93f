import csv
import json

from pharmakon.workflows.study_output import plain


def test_json_has_no_nan(discovered):
    json.dumps(plain(discovered), allow_nan=False)


def test_risks_are_those_out_of_the_folds(discovered):
    with (discovered.folder / "risks.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(discovered.cohort)
    risk = discovered.nested.risks("fused").value
    assert abs(float(rows[5]["fused"]) - risk[5]) < 1e-5
    assert {row["fold"] for row in rows} == {"0", "1", "2"}


def test_the_result_says_every_check_and_model(discovered):
    said = plain(discovered)
    assert {check["name"] for check in said["checks"]} >= {"events", "batch-outcome"}
    assert set(said["models"]) == {"clinical", "rna", "fused", "stable"}
    assert len(said["models"]["fused"]["permuted outcomes"]) == 2
    assert "G0" in said["stable markers"]["rna"]
