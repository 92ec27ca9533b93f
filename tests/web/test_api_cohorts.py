"""Cohorts over the API: declared on uploaded tables, their design checked, by a curator alone and on the record."""

from __future__ import annotations

import pytest

from pharmakon.web import api_cohorts

AT = "/api/v1/cohorts"
PATIENTS = "sample,age,sex,plate,response\n" + "".join(
    f"S{i:02d},{40 + i % 31},{'FM'[i % 2]},{i % 3},{'yes' if (i * 7) % 5 < 2 else 'no'}\n" for i in range(50)
)
PROTEINS = "sample,P1,P2\n" + "".join(f"S{i:02d},{(i * 7) % 11}.5,{(i * 5) % 13}.25\n" for i in range(50))
DECLARED = {
    "name": "Fifty patients",
    "context_of_use": "response",
    "clinical": {"file": "patients.csv", "id": "sample"},
    "outcome": {"kind": "binary", "column": "response", "positive": "yes"},
    "design": {"covariates": ["age", "sex"], "batch": "plate"},
    "blocks": [{"name": "proteins", "file": "proteins.csv"}],
}


def keep(who, name, text):
    sent = {"files": {"file": (name, text.encode())}, "data": {"patient": "true"}}
    answer = who.ask("POST", "/api/v1/files", **sent)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def declare(who, status=201, **changed):
    answer = who.ask("POST", AT, json=DECLARED | changed)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_cohort_is_declared_listed_and_its_design_checked_and_nothing_is_started(fresh):
    carl = fresh.program("curator")
    made = declare(carl)
    assert made["file"]["name"] == "fifty-patients.toml" and made["missing"] == ["patients.csv", "proteins.csv"]
    id = made["file"]["id"]
    answer = carl.ask("GET", f"{AT}/{id}/check")
    assert answer.status_code == 422 and "it names patients.csv, proteins.csv" in answer.json()["detail"]
    tables = [keep(carl, "patients.csv", PATIENTS), keep(carl, "proteins.csv", PROTEINS)]
    found = carl.ask("GET", f"{AT}/{id}").json()
    assert [one["id"] for one in found["tables"]] == tables and found["missing"] == []
    before = fresh.ledger().count("patients' data read")
    check = carl.ask("GET", f"{AT}/{id}/check").json()
    assert (check["name"], check["patients"], check["kind"]) == ("Fifty patients", 50, "binary")
    assert check["features"] == [["proteins", 2]] and check["flow"][0] == ["rows of the clinical table", 50]
    assert not check["forbidden"] and {one["severity"] for one in check["checks"]} >= {"passed"}
    assert fresh.ledger().count("patients' data read") == before + 1 and tables[0] in fresh.ledger()
    assert [one["id"] for one in carl.ask("GET", AT).json()] == [id]
    assert not fresh.held.jobs.list(carl.caller)


def test_what_is_kept_is_the_file_that_a_page_would_have_kept(fresh):
    carl = fresh.browser("curator")
    odd = 'a "quoted" \\ word,\n\x7f µ'
    id = declare(carl, description=odd, fairness={"levels": {"se x": {"1": "male"}}, "bands": {"age": [18, 65]}})
    id = id["file"]["id"]
    text = carl.ask("GET", f"/api/v1/files/{id}/content").text
    assert 'file = "patients.csv"' in text and 'covariates = ["age", "sex"]' in text and "transform" not in text
    assert "Fifty patients" in carl.ask("GET", f"/cohort/file/{id}", headers={"Accept": "text/html"}).text
    assert "patients' data kept" in fresh.ledger()
    assert declare(carl)["file"]["id"] == declare(carl)["file"]["id"]  # the same again is the same file


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"outcome": {"kind": "survival", "column": "response"}}, "a survival outcome has the keys time and event"),
        ({"design": {"covariates": ["response"]}}, "the outcome cannot be among the covariates"),
        ({"blocks": []}, "blocks"),
        ({"nothing": 1}, "nothing"),
        ({"name": "a\0b"}, "cannot be kept"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused_and_not_kept(fresh, changed, said):
    carl = fresh.browser("curator")
    assert said in declare(carl, 422, **changed)["detail"]
    assert not fresh.held.files.list(carl.caller)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../server.db", "~/secret.csv"])
def test_no_declaration_names_what_lies_outside(fresh, path):
    carl = fresh.browser("curator")
    for changed in ({"clinical": {"file": path}}, {"blocks": [{"name": "p", "file": path}]}):
        assert "lies outside" in declare(carl, 403, **changed)["detail"]
    assert not fresh.held.files.list(carl.caller) and not list(fresh.held.settings.data.glob("look-*"))


def test_a_design_that_is_worthless_says_what_it_forbids(fresh):
    carl = fresh.browser("curator")
    same = PATIENTS.splitlines(keepends=True)[0] + "".join(
        f"S{i:02d},{40 + i % 31},{'FM'[i % 3 > 0]},{i % 2},{'yes' if i % 2 else 'no'}\n" for i in range(50)
    )
    keep(carl, "patients.csv", same)
    keep(carl, "proteins.csv", PROTEINS)
    check = carl.ask("GET", f"{AT}/{declare(carl)['file']['id']}/check").json()
    (stop,) = check["forbidden"]
    assert stop["severity"] == "refused" and stop["forbids"] == "anything" and stop["sentence"] and stop["advice"]


def test_what_cannot_be_read_or_is_large_is_told_without_a_path(fresh, monkeypatch):
    carl = fresh.browser("curator")
    keep(carl, "patients.csv", PATIENTS)
    keep(carl, "proteins.csv", PROTEINS)
    id = declare(carl, outcome={"kind": "binary", "column": "respons", "positive": "yes"})["file"]["id"]
    answer = carl.ask("GET", f"{AT}/{id}/check")
    assert answer.status_code == 422 and "respons" in answer.text and str(fresh.held.settings.data) not in answer.text
    monkeypatch.setattr(api_cohorts, "LARGEST", 100)
    assert "when it begins" in carl.ask("GET", f"{AT}/{declare(carl)['file']['id']}/check").json()["detail"]
    table = carl.ask("GET", f"{AT}/{keep(carl, 'patients.csv', PATIENTS)}")
    assert table.status_code == 422 and "not the TOML file of a cohort" in table.json()["detail"]


def test_it_is_a_curator_s_alone_and_of_one_project(fresh):
    carl = fresh.browser("curator")
    id = declare(carl)["file"]["id"]
    for roles in (("analyst", "approver"), ("reader",), ("admin",)):
        who = fresh.browser(*roles)
        declare(who, 403)
        assert all(who.ask("GET", f"{AT}{path}").status_code == 403 for path in ("", f"/{id}", f"/{id}/check"))
    elsewhere = fresh.browser("curator", project=fresh.held.projects.add("Elsewhere").id)
    assert elsewhere.ask("GET", AT).json() == []
    assert elsewhere.ask("GET", f"{AT}/{id}").status_code == elsewhere.ask("GET", f"{AT}/{id}/check").status_code == 404
