from dataclasses import replace

import numpy as np
import pytest

from pharmakon.biomarkers.cohort import read_cohort
from pharmakon.workflows.study_markers import MARKERS, each_marker, records, untested

TOML = """
name = "toy"
context_of_use = "prognostic"
[clinical]
file = "clinical.csv"
[outcome]
kind = "binary"
column = "response"
positive = "R"
[design]
covariates = ["age"]
arm = "arm"
[[blocks]]
name = "rna"
file = "rna.csv"
features = ["G0", "G1", "G2", "G3"]
[[blocks]]
name = "more"
file = "rna.csv"
features = ["G4", "G5", "G6", "G7"]
"""


@pytest.fixture
def path(cohort_file):
    return cohort_file(toml=TOML)


def test_the_marker_is_first_and_every_feature_is_there(path):
    rows = records(each_marker(read_cohort(path)))
    assert rows[0]["feature"] == "G0"
    assert rows[0]["effect"] > 1
    assert len(rows) == 8
    assert tuple(rows[0]) == MARKERS


def test_a_family_over_all_blocks_is_stricter_than_one_of_its_own(path):
    cohort = read_cohort(path)
    alone = each_marker(cohort)["rna"].adjusted.q
    together = each_marker(cohort, family="all")["rna"].adjusted.q
    assert together[0] == pytest.approx(2 * alone[0])
    np.testing.assert_array_equal(
        each_marker(cohort)["rna"].adjusted.p, each_marker(cohort, family="all")["rna"].adjusted.p
    )


def test_a_claim_of_prediction_is_tested_by_interaction(path):
    path.write_text(path.read_text().replace('"prognostic"', '"predictive"'))
    found = each_marker(read_cohort(path))["rna"]
    assert "interaction" in found.method
    assert "placebo minus drug" in found.meaning


def test_what_was_not_tested_is_said(path):
    found = each_marker(read_cohort(path))
    assert untested(found) == []
    p = found["rna"].adjusted.p.copy()
    p[1] = np.nan
    found["rna"] = replace(found["rna"], adjusted=replace(found["rna"].adjusted, p=p))
    (said,) = untested(found)
    assert said.startswith("rna: 1 of 4 features was not tested (G1)")
