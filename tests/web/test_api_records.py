"""Records over the API: listed, compared, checked anew, and signed by a person alone."""

from __future__ import annotations

import pytest

from pharmakon.record import identity
from pharmakon.store.keys import Cost

from .kept_records import place, recorded

RECORDS = "/api/v1/records"
WORDS = "five little ducks went out"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(identity, "Cost", lambda *given: Cost(*given) if given else Cost(4, 1, 1))
    monkeypatch.delenv("PHARMAKON_IDENTITY", raising=False)


def sign(who, id, meaning="reviewed", **changed):
    asked = {"meaning": meaning, "why": "I read it", "passphrase": WORDS} | changed
    return who.ask("POST", f"{RECORDS}/{id}/signatures", json=asked)


def test_the_list_goes_on_with_what_is_older(fresh):
    ada = fresh.browser("analyst")
    first, second = (recorded(fresh, ada, seed=n) for n in (1, 2))
    fresh.held.jobs.add(ada.caller, "predict", {})
    found = ada.ask("GET", RECORDS, params={"limit": 1}).json()
    facts = {"folder": "attack", "kind": "run", "title": "Attack of seed 2", "verb": "attack", "state": "draft"}
    assert found["items"] == [{"job": second} | facts]
    older = ada.ask("GET", RECORDS, params={"limit": 1, "before": found["next"]}).json()
    assert [one["job"] for one in older["items"]] == [first]
    assert ada.ask("GET", RECORDS).json()["next"] is None
    elsewhere = fresh.browser("analyst", project=fresh.held.projects.add("Elsewhere").id)
    assert elsewhere.ask("GET", RECORDS).json()["items"] == []
    assert elsewhere.ask("GET", f"{RECORDS}/{first}").status_code == 404


def test_runs_are_compared_fact_by_fact(fresh):
    ada = fresh.browser("analyst")
    first, second = (recorded(fresh, ada, seed=n) for n in (1, 2))
    told = ada.ask("GET", f"{RECORDS}/compare", params={"run": [first, second]}).json()
    assert told["runs"] == [first, second] and set(told["parts"]) == {"request", "inputs", "results", "versions"}
    assert ada.ask("GET", f"{RECORDS}/compare", params={"run": [first]}).status_code == 422
    assert ada.ask("GET", f"{RECORDS}/compare").status_code == 422


def test_a_record_is_checked_anew_each_time(fresh):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    found = ada.ask("GET", f"{RECORDS}/{id}").json()
    assert (found["state"], found["closed"], found["problems"]) == ("draft", True, [])
    ledger = place(fresh, id) / "ledger.jsonl"
    assert found["entries"] == len(ledger.read_text().splitlines())
    ledger.write_bytes(ledger.read_bytes().replace(b"it is done", b"it is wrong"))
    assert any("entry 3 was edited" in said for said in ada.ask("GET", f"{RECORDS}/{id}").json()["problems"])


def test_a_person_signs_with_a_passphrase_that_stays_nowhere(fresh):
    id = recorded(fresh, fresh.browser("analyst"))
    grace = fresh.browser("analyst", "approver", user=fresh.user("Grace"))
    assert "no identity" in sign(grace, id).text
    fresh.held.signing.make(grace.caller, WORDS)
    assert sign(grace, id, passphrase="another passphrase").status_code == 422
    assert sign(grace, id, why="").status_code == sign(grace, id, meaning="liked").status_code == 422
    answer = sign(grace, id)
    assert answer.status_code == 201 and answer.json()["state"] == "reviewed"
    (given,) = grace.ask("GET", f"{RECORDS}/{id}").json()["signatures"]
    assert (given["meaning"], given["name"], given["why"], given["problem"]) == ("reviewed", "Grace", "I read it", "")
    said = fresh.ledger()
    assert said.count('"event":"signed"') == 1 and said.count('"event":"signature refused"') == 2
    assert WORDS not in said + answer.text


def test_no_program_signs_and_no_reader(fresh):
    id = recorded(fresh, fresh.browser("analyst"))
    answer = sign(fresh.program("analyst", "approver"), id)
    assert answer.status_code == 403 and "no token" in answer.text
    assert sign(fresh.browser("reader"), id).status_code == 403
    assert fresh.browser("reader").ask("GET", f"{RECORDS}/{id}").json()["signatures"] == []
