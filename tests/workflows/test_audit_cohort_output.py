import csv
import json

from pharmakon.workflows.audit_cohort import AuditCohortConfig, run
from pharmakon.workflows.audit_cohort_output import COLUMNS, listing, plain


def test_no_patient_is_in_what_is_written(cohort_file, tmp_path):
    path = cohort_file()
    out = (tmp_path / "a.csv", tmp_path / "a.json")
    found = run(AuditCohortConfig(data=path, reference="us-2020", output=out))
    rows = list(csv.DictReader(out[0].read_text().splitlines()))
    assert {row["part"] for row in rows} == {"representation", "label", "cells"}
    assert tuple(rows[0]) == COLUMNS and len(rows) == len(list(listing(found)))
    assert json.loads(out[1].read_text()) == json.loads(json.dumps(plain(found)))
    text = out[0].read_text() + out[1].read_text()
    assert not any(f"S{i}" in text for i in range(60)) and "P17" not in text
