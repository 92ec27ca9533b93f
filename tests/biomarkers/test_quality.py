import re

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


def test_a_model_of_one_feature_is_told_as_one(cohort_file):
    path = cohort_file()
    genes = path.with_name("rna.csv")
    genes.write_text("\n".join(",".join(line.split(",")[:2]) for line in genes.read_text().splitlines()))
    path.write_text(re.sub(r"covariates = .*\n", "", path.read_text()))
    assert "A model of the one feature without" in by_name(read_cohort(path))["sample-size"].sentence


def test_patients_without_the_only_block_are_compared_before_they_are_left_out(cohort_file):
    path = cohort_file(response=["R"] * 30 + ["NR"] * 30)
    table = path.parent / "rna.csv"
    rows = table.read_text().splitlines()
    table.write_text("\n".join(row for row in rows if row.split(",")[0] not in {f"S{i}" for i in range(15)}) + "\n")
    cohort = read_cohort(path)
    assert len(cohort) == 45
    found = by_name(cohort)
    assert found["unmeasured"].severity == "warning"
    assert "25% of the samples" in found["unmeasured"].sentence


def test_words_that_differ_by_case_only_are_named(cohort_file):
    found = by_name(read_cohort(cohort_file(plate=["a"] * 29 + ["A"] + ["b"] * 30, sex=["F", "M", "f"] * 20)))
    assert found["spelling-plate"].severity == "warning"
    assert "'A' (1), 'a' (29)" in found["spelling-plate"].sentence
    assert "'F' (20), 'f' (20)" in found["spelling-sex"].sentence
    assert by_name(read_cohort(cohort_file()))["spelling"].severity == "passed"


def test_a_batch_of_one_sample_is_named(cohort_file):
    found = by_name(read_cohort(cohort_file(plate=["a"] * 30 + ["b"] * 29 + ["lonely"])))
    assert found["batch-single"].severity == "warning"
    assert "lonely" in found["batch-single"].sentence


def test_the_answer_as_a_covariate_is_refused(cohort_file):
    response = ["R", "NR", "NR"] * 20
    for sex in (["M", "F", "F"] * 20, ["x", "y", "z"] * 20):
        found = by_name(read_cohort(cohort_file(response=response, sex=sex)))["answer-covariates"]
        assert found.forbids == "anything"
        assert "the answer as a covariate" in found.sentence
        assert "sex" in found.sentence
    age = [(40 if i % 3 else 60) + i / 10 for i in range(60)]
    assert "age" in by_name(read_cohort(cohort_file(response=response, age=age)))["answer-covariates"].sentence
    assert by_name(read_cohort(cohort_file()))["answer-covariates"].severity == "passed"


SURVIVAL = '[outcome]\nkind = "survival"\ntime = "time"\nevent = "dead"\npositive = "1"'


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"time": [3.0] * 60}, "one time under observation"),
        (
            {"time": [float(1 + i) if i % 3 else 9.0 for i in range(60)], "dead": [int(i % 3 == 0) for i in range(60)]},
            "at one time",
        ),
    ],
)
def test_a_survival_outcome_that_says_nothing_is_refused(cohort_file, columns, reason):
    path = cohort_file(**columns)
    text = path.read_text()
    start, end = text.index("[outcome]"), text.index("[design]")
    path.write_text(text[:start] + SURVIVAL + "\n" + text[end:])
    (check,) = check_design(read_cohort(path))
    assert (check.name, check.forbids) == ("outcome", "anything")
    assert reason in check.sentence


def test_one_class_of_patients_is_refused(cohort_file):
    path = cohort_file(response=["R"] * 60)
    path.write_text(path.read_text().replace('negative = "NR"\n', ""))
    (check,) = check_design(read_cohort(path))
    assert (check.name, check.forbids) == ("outcome", "anything")
