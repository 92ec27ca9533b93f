"""What audits, releases, attacks and the rest came to is told as their own results say it."""

import json
import shutil
from pathlib import Path

import pytest

from pharmakon.core.errors import RecordError, UsageError
from pharmakon.workflows import anonymise, attack, audit, audit_cohort, deidentify
from pharmakon.workflows.trust_read import READ, TrustConfig, run

HOWTO = Path(__file__).parents[2] / "docs" / "howto"


@pytest.fixture
def clinic(tmp_path):
    for name in ("clinic.csv", "clinic.toml", "clinic-rules.toml"):
        shutil.copy(HOWTO / name, tmp_path / name)
    return tmp_path


def told(verb, folder):
    found = run(TrustConfig(verb=verb, output=folder))
    assert not found.report or (folder / found.report).is_file()
    assert all(len(line) == len(found.headings) for line in found.lines)
    return found


def test_what_was_removed_where(clinic):
    config = deidentify.DeidentifyConfig(
        inputs=(clinic / "clinic.csv",), output=clinic / "deidentified", key=clinic / "key"
    )
    deidentify.run(config)
    found = told("deidentify", clinic)
    assert found.sentence.startswith("803 values were removed from 1 files") and found.lines[0][0] == "id"


def test_a_cohort_of_which_not_all_could_be_looked_at_is_not_called_good(clinic):
    places = (clinic / "cohort.json", clinic / "cohort.html")
    audit_cohort.run(audit_cohort.AuditCohortConfig(data=clinic / "clinic.toml", output=places))
    found = told("audit-cohort", clinic)
    assert found.sign == "unsure" and "no reference population" in found.remarks[0]


def test_the_risk_before_and_after(clinic):
    config = anonymise.AnonymiseConfig(
        data=clinic / "clinic.csv", config=clinic / "clinic-rules.toml", output=clinic / "anonymised"
    )
    anonymise.run(config)
    found = told("anonymise", clinic)
    assert "like 10 others or more; 20 of 400 rows" in found.sentence
    assert ("records", "400", "380") in found.lines


def test_whether_a_model_gives_away_its_people(tmp_path):
    for name, first in (("members", 1), ("others", 0)):
        lines = [f"{first + (i * 37) % 100 / 50:.3f}" for i in range(300)]
        (tmp_path / f"{name}.csv").write_text("score\n" + "\n".join(lines) + "\n")
    places = {name: tmp_path / f"{name}.csv" for name in ("members", "others")}
    attack.run(attack.AttackConfig(**places, output=tmp_path / "attack"))
    found = told("attack", tmp_path)
    assert found.sign == "poor" and "gives away" in found.sentence and found.lines[0][3] == "leaks"


def test_what_is_wrong_with_a_table(tmp_path):
    rows = [f"{'C' * (i % 9 + 1)}O,{i}" for i in range(40)]
    (tmp_path / "table.csv").write_text("smiles,value\n" + "\n".join(rows) + "\n")
    places = (tmp_path / "findings.json", tmp_path / "findings.html")
    audit.run(audit.AuditConfig(data=tmp_path / "table.csv", value="value", output=places))
    found = told("audit", tmp_path)
    assert found.sign in {"poor", "unsure"} and "40 rows" in found.sentence and found.lines


def test_a_budget_and_a_monitor_from_what_they_wrote(tmp_path):
    price = {"epsilon": 1.0, "delta": 0.0}
    said = {"total": price, "left": {"epsilon": 0.1}, "budget": {"epsilon": 1.5}, "promise": {"Delta": "0"}}
    said["released"] = [{"statistic": "age", "group": "", "at": "mean", "value": 61.9, "error": 3.2}]
    said["released"] += [{"statistic": "dead", "group": "", "at": "", "value": 1092.0, "error": 28.0}]
    for path, content in (
        ("release/result.json", said),
        ("monitor/checks/0001.json", {"checks": [], "notes": []}),
        ("monitor/checks/0002.json", {"checks": [{"name": "domain", **STEP}], "notes": ["few"]}),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(json.dumps(content))
    found = run(TrustConfig(verb="release", output=tmp_path))
    assert found.sentence == "It cost epsilon 1.00; 0.100 of 1.50 is left for good." and found.sign == "unsure"
    assert found.lines == [("age", "mean", "61.9", "3.20"), ("dead", "", "1,092", "28")]
    found = run(TrustConfig(verb="monitor", output=tmp_path))
    assert found.sign == "poor" and found.sentence == "0 limits are held, 1 passed, of 0 it cannot be told."


STEP = {"value": 0.4, "low": 0.3, "high": None, "verdict": "passed"}


@pytest.mark.parametrize("verb", READ)
def test_what_is_not_there_is_said(tmp_path, verb):
    with pytest.raises(RecordError, match="cannot be read"):
        run(TrustConfig(verb=verb, output=tmp_path))
    (tmp_path / "findings.json").write_text("[]")
    with pytest.raises(UsageError, match="is not among"):
        run(TrustConfig(verb="predict", output=tmp_path))
