import pytest

from pharmakon.biomarkers.check import refusals
from pharmakon.biomarkers.cohort import read_cohort
from pharmakon.biomarkers.quality import check_design


def by_name(cohort):
    return {check.name: check for check in check_design(cohort)}


def test_a_fair_cohort_is_not_refused(cohort):
    found = by_name(cohort)
    assert refusals(found.values(), ["multivariable"]) == []
    assert found["subgroup-sex"].severity == "passed"


def test_few_events_forbid_a_model_of_many_markers(cohort_file):
    response = ["R"] * 5 + ["NR"] * 55
    found = by_name(read_cohort(cohort_file(response=response)))
    assert found["events"].forbids == "multivariable"


def test_a_plate_that_is_the_response_is_refused(cohort_file):
    response = ["R"] * 20 + ["NR"] * 40
    found = by_name(read_cohort(cohort_file(response=response, plate=["a"] * 20 + ["b"] * 40)))
    assert refusals(found.values(), [])[0].name == "batch-outcome"


def test_a_claim_of_prediction_needs_arms(cohort_file):
    path = cohort_file()
    path.write_text(path.read_text().replace('"prognostic"', '"predictive"'))
    assert by_name(read_cohort(path))["arms"].forbids == "predictive"


def test_response_in_one_arm_is_unresolved(cohort_file):
    path = cohort_file()
    path.write_text(path.read_text().replace('"prognostic"', '"response"'))
    assert "unresolved" in by_name(read_cohort(path))["unresolved"].sentence


def test_repeated_samples_are_said(cohort_file):
    found = by_name(read_cohort(cohort_file(patient=[f"P{i // 2}" for i in range(60)])))
    assert "30 patients" in found["repeats"].sentence


@pytest.mark.parametrize(
    ("change", "name", "severity"),
    [
        (lambda value: abs(round(1000 * value)), "scale-rna", "warning"),
        (lambda value: 5000 + 1000.5 * value, "scale-rna", "warning"),
        (lambda value: value, "scale-rna", "passed"),
    ],
)
def test_numbers_that_are_not_what_they_are_said_to_be(cohort_file, change, name, severity):
    path = cohort_file()
    table = path.parent / "rna.csv"
    head, *rows = table.read_text().splitlines()
    rows = [",".join([row.split(",")[0], *(str(change(float(x))) for x in row.split(",")[1:])]) for row in rows]
    table.write_text("\n".join([head, *rows]))
    assert by_name(read_cohort(path))[name].severity == severity


def test_fractions_are_no_counts(cohort_file):
    path = cohort_file()
    path.write_text(path.read_text().replace('file = "rna.csv"', 'file = "rna.csv"\nkind = "counts"'))
    assert by_name(read_cohort(path))["scale-rna"].forbids == "anything"


def test_the_patients_that_a_model_wants_are_counted(cohort, cohort_file):
    """Two columns, 40 % with the event: 0.15 of the largest R2 is 0.11, for which they want some 155 patients."""
    check = by_name(cohort)["sample-size"]
    assert check.severity == "warning"
    assert check.measures["patients for the covariates"] == pytest.approx(155, abs=8)
    assert check.measures["shrinkage"] < 0.3
    large = by_name(read_cohort(cohort_file(n=400)))["sample-size"]
    assert large.severity == "info"
    assert large.measures["shrinkage"] > check.measures["shrinkage"]
