"""Trust over the API: an audit started and its verdict read, and a release's price before anything is spent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pharmakon.team.verbs import verb
from pharmakon.workflows.release import ReleaseConfig
from pharmakon.workflows.release import run as release

from .ended_jobs import done

AT = "/api/v1/trust"
HOWTO = Path(__file__).parents[2] / "docs" / "howto"
FOUND = {
    "rows": 40,
    "passed": ["a"],
    "findings": [{"severity": "error", "title": "Copies", "sentence": "7 rows twice."}],
}


def keep(who, name, content, *, patient=False):
    sent = {"files": {"file": (name, content)}, "data": {"patient": str(patient).lower()}}
    return who.ask("POST", "/api/v1/files", **sent).json()["id"]


def test_an_audit_is_a_job_on_the_tables_that_are_named_by_their_ids(fresh):
    ada = fresh.program("analyst")
    table, test = keep(ada, "assay.csv", b"smiles,y\nCCO,1\n"), keep(ada, "test.csv", b"smiles,y\nCCN,2\n")
    asked = {"file": table, "against": test, "value": "y"}
    answer = ada.ask("POST", f"{AT}/audits", json=asked, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 201, answer.text
    job = answer.json()
    assert job["verb"] == "audit" and job["files"] == [table, test] and job["title"] == "Audit of assay.csv"
    assert job["config"] == {"data": "assay.csv", "against": "test.csv", "value": "y"}
    again = ada.ask("POST", f"{AT}/audits", json=asked, headers={"Idempotency-Key": "once"})
    assert again.json()["id"] == job["id"]
    assert "two of the job's files" in ada.ask("POST", f"{AT}/audits", json=asked | {"against": table}).text
    assert ada.ask("POST", f"{AT}/audits", json={"file": ""}).status_code == 422
    waiting = ada.ask("GET", f"{AT}/{job['id']}")
    assert waiting.status_code == 422 and "the job is queued" in waiting.json()["detail"]
    assert fresh.program("reader").ask("POST", f"{AT}/audits", json=asked).status_code == 403
    elsewhere = fresh.browser("analyst", project=fresh.held.projects.add("Elsewhere").id)
    assert elsewhere.ask("POST", f"{AT}/audits", json=asked).status_code == 422
    assert elsewhere.ask("GET", f"{AT}/{job['id']}").status_code == 404


def test_an_audit_of_patients_data_is_a_curator_s_and_noted(fresh):
    carl = fresh.browser("curator")
    table = keep(carl, "assay.csv", b"smiles,y\nCCO,1\n", patient=True)
    assert fresh.browser("analyst").ask("POST", f"{AT}/audits", json={"file": table}).status_code == 403
    job = carl.ask("POST", f"{AT}/audits", json={"file": table}).json()
    assert job["patient"] and "patients' data used" in fresh.ledger() and job["id"] in fresh.ledger()


def test_a_verdict_is_a_sentence_and_its_lines(fresh):
    ada = fresh.browser("analyst")
    id = done(fresh, ada, "audit", {"findings.json": json.dumps(FOUND), "findings.html": "<p>"})
    found = fresh.program("reader").ask("GET", f"{AT}/{id}").json()
    assert found["sign"] == "poor" and found["sentence"].startswith("1 matters were found in 40 rows")
    assert found["lines"] == [["error", "Copies", "7 rows twice."]] and len(found["headings"]) == 3
    assert (found["job"], found["verb"], found["report"]) == (id, "audit", "findings.html")
    odd = done(fresh, ada, "audit", {"findings.json": "[]"})
    assert "cannot be read" in ada.ask("GET", f"{AT}/{odd}").json()["detail"]
    other = fresh.held.jobs.add(ada.caller, "predict", {}).id
    assert ada.ask("GET", f"{AT}/{other}").status_code == 404


def test_patients_verdicts_are_a_curator_s_and_noted(fresh):
    carl = fresh.browser("curator")
    said = {"leaks": False, "name": "It", "attacks": [], "notes": []}
    id = done(fresh, carl, "attack", {"attack/result.json": json.dumps(said)}, patient=True)
    assert fresh.browser("analyst").ask("GET", f"{AT}/{id}").status_code == 403
    assert carl.ask("GET", f"{AT}/{id}").json()["sign"] == "good"
    assert fresh.ledger().count(id) == 1  # whoever was turned away read nothing


def test_the_price_is_seen_and_nothing_is_spent(fresh, tmp_path):
    pytest.importorskip("opendp", reason="opendp is not installed")
    carl = fresh.program("curator")
    cohort = keep(carl, "clinic.toml", (HOWTO / "clinic.toml").read_bytes(), patient=True)
    keep(carl, "clinic.csv", (HOWTO / "clinic.csv").read_bytes(), patient=True)
    text = (HOWTO / "clinic-release.toml").read_text(encoding="utf-8")

    def price(text, who=carl, cohort=cohort):
        asked = keep(carl, "release.toml", text.encode())
        return who.ask("GET", f"{AT}/price", params={"cohort": cohort, "asked": asked})

    before = fresh.ledger().count("patients' data read")
    found = price(text).json()
    assert found["total"] == {"epsilon": 1.0, "delta": 0.0} and found["left"] == found["budget"]
    assert found["budget"]["epsilon"] == 1.5 and found["affordable"] and found["before"] == []
    assert [one["name"] for one in found["statistics"]] == ["smokers", "age", "stage", "survival"]
    assert all(one["error"] > 0 and one["meaning"] for one in found["statistics"])
    assert fresh.ledger().count("patients' data read") == before + 1 and cohort in fresh.ledger().splitlines()[-1]
    assert not fresh.held.jobs.list(carl.caller)
    assert not list((fresh.held.settings.data / "kept").rglob("*.jsonl"))
    assert not price(text.replace("epsilon = 1.5", "epsilon = 0.5")).json()["affordable"]
    for name in ("clinic.toml", "clinic.csv", "clinic-release.toml"):
        shutil.copy(HOWTO / name, tmp_path)
    release(
        ReleaseConfig(cohort=tmp_path / "clinic.toml", config=tmp_path / "clinic-release.toml", output=tmp_path / "r")
    )
    for path in tmp_path.glob(verb("release").kept):  # as the job of this project would have kept it
        shutil.copy(path, fresh.held.settings.data / "kept" / fresh.project)
    found = price(text).json()
    assert found["left"]["epsilon"] == pytest.approx(0.5) and not found["affordable"]
    (paid,) = found["before"]
    assert (paid["file"], paid["same"], paid["price"]["epsilon"]) == ("clinic.csv", True, 1.0)
    wrong = price(text.replace("high = 100", "high = 1"))
    assert wrong.status_code == 422 and str(fresh.held.settings.data) not in wrong.text
    itself = carl.ask("GET", f"{AT}/price", params={"cohort": cohort, "asked": cohort})
    assert itself.status_code == 422 and "two of the files are called clinic.toml" in itself.json()["detail"]
    assert price(text, who=fresh.program("analyst")).status_code == 403
    elsewhere = fresh.browser("curator", project=fresh.held.projects.add("Elsewhere").id)
    assert price(text, who=elsewhere).status_code == 422
