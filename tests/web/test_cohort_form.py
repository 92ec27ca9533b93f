"""The form of a cohort: what it is filled in with, and the keys that come of what was chosen."""

from __future__ import annotations

import pytest

from pharmakon.web.cohort_form import declaration, file_name, guesses, placed
from pharmakon.workflows.cohort_columns import Columns

CLINIC = Columns(
    names=["code", "Sample_ID", "patient", "Sex", "plate", "hospital", "arm", "OS", "dead"],
    rows=60,
    levels={"Sex": ["F", "M"], "plate": ["1", "2", "3"], "arm": ["A", "B"], "dead": ["0", "1"]},
    ids=["code", "Sample_ID", "patient"],
)


def made(**given):
    said = {"name": ["Sixty"], "context_of_use": ["prognostic"], "outcome.kind": ["binary"]} | given
    return declaration(said, clinical="clinic.csv", blocks=["proteins.csv"])


def test_columns_are_guessed_by_what_they_are_called():
    found = guesses(CLINIC, ["my proteins (2).csv.gz", ".csv"])
    assert (found["clinical.id"], found["clinical.patient"]) == (["Sample_ID"], ["patient"])
    assert (found["design.batch"], found["design.site"], found["design.arm"]) == (["plate"], ["hospital"], ["arm"])
    assert (found["outcome.time"], found["outcome.event"]) == (["OS"], ["dead"])
    assert (found["design.covariates"], found["design.subgroups"]) == (["Sex"], ["Sex"])
    assert (found["blocks.0.name"], found["blocks.1.name"]) == (["my_proteins_2_"], ["block"])


@pytest.mark.parametrize(
    ("event", "time"),
    [("dead", "months"), ("vital_status", "days_to_last_follow_up"), ("Relapse", "PFS"), ("event", "follow_up")],
)
def test_an_event_with_a_time_is_survival_and_no_column_is_taken_twice(event, time):
    levels = {"sex": ["F", "M"], event: ["0", "1"], "er_status": ["neg", "pos"], "site": ["north", "south"]}
    found = guesses(Columns(["sample", "age_at_diagnosis_days", "er_status", *levels, time], 60, levels, []), [])
    assert (found["outcome.kind"], found["outcome.time"], found["outcome.event"]) == (["survival"], [time], [event])
    assert found["outcome.positive"] == ["1"] and found["design.site"] == ["site"] and "outcome.column" not in found


def test_a_hospital_and_the_sex_of_patients_are_no_outcome():
    levels = {"cured": ["no", "yes"], "site": ["north", "south"], "Gender": ["F", "M"]}
    found = guesses(Columns(["id", *levels], 60, levels, []), [])
    assert (found["outcome.kind"], found["outcome.column"], found["design.site"]) == (["binary"], ["cured"], ["site"])


def test_where_no_name_tells_the_outcome_is_the_last_column_of_two_words():
    found = guesses(Columns(["a", "b", "c"], 9, {"b": ["x", "y"], "c": ["1", "2", "3"]}, []), [])
    assert found["outcome.column"] == ["b"] and found["clinical.id"] == ["a"] and "outcome.positive" not in found
    assert "outcome.column" not in guesses(Columns(["a"], 9, {}, []), [])


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("binary", {"kind", "column", "positive", "negative"}),
        ("continuous", {"kind", "column", "unit"}),
        ("survival", {"kind", "time", "event", "positive", "unit"}),
    ],
)
def test_an_outcome_has_the_keys_of_its_kind_alone(kind, keys):
    names = ("column", "positive", "negative", "time", "event", "unit")
    found = made(**{"outcome.kind": [kind]}, **{f"outcome.{name}": [f" {name} "] for name in names})
    assert found["outcome"] == {"kind": kind} | {key: key for key in keys - {"kind"}}


def test_what_is_empty_is_no_key():
    found = made(**{"description": [" "], "design.batch": [""], "blocks.0.name": ["p"], "blocks.0.transform": ["none"]})
    assert found["clinical"] == {"file": "clinic.csv"} and found["blocks"] == [{"name": "p", "file": "proteins.csv"}]
    assert not {"description", "access", "design"} & found.keys()


def test_randomised_is_said_of_an_arm_alone():
    several = {"design.randomised": ["on"], "design.covariates": ["age", "", "sex"]}
    assert made(**several)["design"] == {"covariates": ["age", "sex"]}
    assert made(**several, **{"design.arm": ["arm"]})["design"]["randomised"] is True


def test_a_file_is_called_after_its_cohort():
    assert file_name("  Fifty / ../Patients!") == "fifty-patients.toml" and file_name("…") == "cohort.toml"
    assert file_name("Köhorte 1, Straße É") == "kohorte-1-strasse-e.toml"


def test_measurements_may_be_columns_of_the_table_of_patients():
    given = {"name": ["A"], "own.name": ["values"], "own.features": ["age", "weight"], "blocks.0.name": ["rna"]}
    made = declaration(given, clinical="a.csv", blocks=["rna.csv"])["blocks"]
    assert made == [{"name": "rna", "file": "rna.csv"}, {"name": "values", "features": ["age", "weight"]}]
    made = declaration(given | {"own.features": []}, clinical="a.csv", blocks=["rna.csv"])["blocks"]
    assert made == [{"name": "rna", "file": "rna.csv"}]


def test_a_mistake_in_them_has_a_field_of_its_own():
    assert placed({"blocks.1.name": "odd", "blocks.0.name": "odd"}, 1) == {"own.name": "odd", "blocks.0.name": "odd"}
    assert set(placed({"blocks": "too short"}, 0)) == {"own.features"}
    assert placed({"blocks": "two blocks have one name"}, 1) == {"blocks": "two blocks have one name"}
