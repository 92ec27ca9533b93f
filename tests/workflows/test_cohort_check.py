"""A cohort's declaration is checked for mistakes, and its design before anything is fitted."""

import pytest

from pharmakon.core.errors import ConfigError, DataError, UnknownName
from pharmakon.workflows.cohort_check import CohortCheckConfig, measured_in, mistakes, refuse_unreadable, run, tables_of

TOML = """name = "Forty"
context_of_use = "prognostic"
[clinical]
file = "patients.csv"
[outcome]
kind = "binary"
column = "relapse"
positive = "yes"
[design]
batch = "plate"
[[blocks]]
name = "proteins"
file = "proteins.csv"
"""


@pytest.fixture
def cohort(tmp_path):
    """Forty patients whose batch is their outcome."""
    rows = [f"S{i},{'yes' if i % 2 else 'no'},{i % 2},{50 + i % 9}.5" for i in range(40)]
    (tmp_path / "patients.csv").write_text("sample,relapse,plate,age\n" + "\n".join(rows) + "\n")
    lines = [f"S{i},{(i * 7) % 11},{(i * 5) % 13}" for i in range(40)]
    (tmp_path / "proteins.csv").write_text("sample,P1,P2\n" + "\n".join(lines) + "\n")
    (tmp_path / "forty.toml").write_text(TOML)
    return tmp_path / "forty.toml"


def test_a_batch_that_is_the_outcome_stands_in_the_way(cohort):
    found = run(CohortCheckConfig(cohort=cohort))
    assert (found.name, found.patients, found.events, found.features) == ("Forty", 40, 20, [("proteins", 2)])
    assert any(check.name == "batch-outcome" for check in found.forbidden)
    assert found.checks[0].severity == "refused" and found.flow[0] == ("rows of the clinical table", 40)


def test_what_cannot_be_read_as_declared_is_said(cohort):
    cohort.write_text(TOML.replace('"relapse"', '"relaps"'))
    with pytest.raises(UnknownName, match="relapse"):
        run(CohortCheckConfig(cohort=cohort))
    cohort.write_text(TOML.replace('"yes"', '"JA"'))
    with pytest.raises((DataError, UnknownName, ConfigError)):
        run(CohortCheckConfig(cohort=cohort))


def test_the_tables_it_names(cohort):
    assert tables_of(cohort) == ["patients.csv", "proteins.csv"]
    cohort.write_text("name = 3")
    with pytest.raises(ConfigError):
        tables_of(cohort)


def test_mistakes_are_told_by_their_place():
    found = mistakes({"name": "", "context_of_use": "magic", "blocks": [{"name": "a b", "file": "x.csv"}]})
    assert {"name", "context_of_use", "clinical", "outcome", "blocks.0.name"} <= found.keys()
    declared = {"name": "A", "context_of_use": "prognostic", "clinical": {"file": "x"}, "outcome": {"kind": "survival"}}
    found = mistakes(declared | {"blocks": [{"name": "a", "file": "x.csv"}]})
    assert found == {"outcome": "a survival outcome has the keys time and event, and no column"}


def test_the_tables_that_measurements_are_read_from(cohort):
    assert measured_in(cohort) == ["proteins.csv"]
    cohort.write_text(TOML.replace('file = "proteins.csv"', 'features = ["age"]'))
    assert measured_in(cohort) == ["patients.csv"]


def test_what_cannot_be_read_is_refused_without_a_check(cohort):
    refuse_unreadable(cohort)  # a batch that is the outcome can be read
    table = cohort.with_name("patients.csv")
    table.write_text(table.read_text() + "S3,yes,1,50.5\n")
    with pytest.raises(DataError, match="stands twice"):
        refuse_unreadable(cohort)
