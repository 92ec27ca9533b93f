"""What a signature's risk is made of, to the last digit, and what it says to a clinician."""

import csv
import json
import math
import shutil

import numpy as np
import pytest

from pharmakon.biomarkers.cohort import read_cohort
from pharmakon.core.errors import UnknownName
from pharmakon.workflows.explain import NAMED, ExplainConfig, check_patient, run
from pharmakon.workflows.study_signature import load


@pytest.fixture
def other(cohort_file):
    """Another cohort of the same genes."""
    return cohort_file(n=40, p=24, seed=5)


def explained(discovered, cohort, **options):
    return run(ExplainConfig(signature=discovered.folder, cohort=cohort, **options))


def test_what_the_markers_add_makes_the_score(discovered, other):
    found = explained(discovered, other)
    frozen = load(discovered.folder / "signature")
    cohort = read_cohort(other, levels=frozen.card["levels"])
    risks = frozen.apply(cohort.blocks, cohort.role("batch"))
    assert [one.patient for one in found.patients] == list(cohort.ids)
    np.testing.assert_allclose([one.risk for one in found.patients], risks.value, rtol=1e-12)
    for one, score in zip(found.patients, risks.score, strict=True):
        start = math.log(one.mean / (1 - one.mean))
        assert start + sum(push.score for push in one.pushes) == pytest.approx(score, abs=1e-9)


def test_a_change_is_the_risk_less_the_risk_at_the_mean(discovered, other):
    one = explained(discovered, other).patients[0]
    logit = math.log(one.risk / (1 - one.risk))
    for push in one.pushes[:3]:
        assert push.change == pytest.approx(one.risk - 1 / (1 + math.exp(push.score - logit)), abs=1e-9)
    sizes = [abs(push.score) for push in one.pushes]
    assert sizes == sorted(sizes, reverse=True)


def test_the_sentences_are_made_of_the_numbers(discovered, other):
    found = explained(discovered, other)
    one = found.patients[0]
    text = " ".join(one.sentences)
    assert f"{one.risk:.0%}" in text and f"{one.mean:.0%}" in text and f"{one.clinical:.0%}" in text
    raising = [push for push in one.pushes if push.score > 0][:NAMED]
    assert all(push.told in text for push in raising)
    assert "need not cause it" in found.notes[0]
    assert found.what == "response = R"


def test_stability_is_known_beside_the_run_only(discovered, other, tmp_path):
    with_run = explained(discovered, other).patients[0]
    shutil.copytree(discovered.folder / "signature", tmp_path / "alone")
    alone = run(ExplainConfig(signature=tmp_path / "alone", cohort=other)).patients[0]
    assert with_run.stability and not alone.stability
    stable = json.loads((discovered.folder / "result.json").read_text())["stable markers"]["rna"]
    assert {push.marker for push in with_run.pushes if push.stable} <= set(stable)
    assert not any("stable" in sentence for sentence in alone.sentences)
    result = json.loads((discovered.folder / "result.json").read_text())
    (tmp_path / "result.json").write_text(json.dumps(result | {"stable markers": {}}))  # as --without stability has it
    shutil.copytree(discovered.folder / "signature", tmp_path / "signature")
    assert not run(ExplainConfig(signature=tmp_path / "signature", cohort=other)).patients[0].stability


def test_a_patient_who_made_it_is_told_of(discovered):
    found = explained(discovered, discovered.folder.parent / "cohort.toml")
    assert all("the risk flatters" in " ".join(one.notes) for one in found.patients)


def test_gaps_and_far_values_are_told_of(discovered, other):
    path = other.parent / "rna.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    place = rows[0].index("G0")
    rows[1][place], rows[2][place] = "", "99"
    path.write_text("\n".join(",".join(row) for row in rows) + "\n")
    found = {one.patient: one for one in explained(discovered, other).patients}
    assert any("not measured" in note for note in found[rows[1][0]].notes), found[rows[1][0]]
    assert any("G0 more than 4 standard deviations" in note for note in found[rows[2][0]].notes)
    assert found[rows[3][0]].notes == []


def test_one_patient_and_a_table(discovered, other, tmp_path):
    ids = read_cohort(other).ids
    found = explained(discovered, other, patient=ids[3], output=tmp_path / "out.csv")
    assert [one.patient for one in found.patients] == [ids[3]]
    with (tmp_path / "out.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert [row["marker"] for row in rows] == [push.marker for push in found.patients[0].pushes]
    explained(discovered, other, patient=ids[3], output=tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())[0]["patient"] == ids[3]
    with pytest.raises(UnknownName, match="no patient named") as refused:
        explained(discovered, other, patient=ids[3] + "x")
    assert sum(id in str(refused.value) for id in ids) <= 2  # the one meant, and one that its name begins with


def test_a_patient_is_looked_up_in_the_clinical_table_alone(other):
    ids = read_cohort(other).ids
    for name in (ids[3], "#4"):
        check_patient(other, name)
    with pytest.raises(UnknownName, match="did you mean") as refused:
        check_patient(other, ids[3] + "x")
    assert ids[-1] not in str(refused.value) and str(other.parent) not in str(refused.value)
