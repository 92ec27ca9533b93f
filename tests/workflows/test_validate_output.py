import csv

import pytest

from pharmakon.workflows.validate import ValidateConfig, run


@pytest.fixture
def found(discovered, cohort_file, tmp_path):
    path = cohort_file(n=70, p=24, seed=5)
    return run(ValidateConfig(signature=discovered.folder, cohorts=(path,), output=tmp_path / "val"))


def test_every_patient_has_a_risk_in_the_file(found):
    with (found.folder / "risks.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 70
    assert all(0 <= float(row["risk"]) <= 1 for row in rows)
    assert rows[3]["sample"] == found.validations[0].cohort.ids[3]


def test_the_page_says_what_was_promised_and_what_came(found):
    html = (found.folder / "report.html").read_text()
    assert "Nested folds had promised" in html
    assert "biomarker validation" in html
    assert "ROC" in html
