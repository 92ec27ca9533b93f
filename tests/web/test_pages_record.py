"""The record pages: the list, two runs side by side, one run checked and signed."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from pharmakon.record import identity
from pharmakon.store.keys import Cost
from pharmakon.team.sessions import PROVED
from pharmakon.team.tables import jobs, sessions

from .kept_records import place, recorded

HTML = {"Accept": "text/html"}
WORDS = "five little ducks went out"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(identity, "Cost", lambda *given: Cost(*given) if given else Cost(4, 1, 1))
    monkeypatch.delenv("PHARMAKON_IDENTITY", raising=False)


def page(who, path, status=200):
    answer = who.ask("GET", path, headers=HTML)
    assert answer.status_code == status, answer.text[:300]
    return answer.text


def plain(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def signer(server, name, id, *roles):
    who = server.browser(*(roles or ("analyst", "approver")), user=server.user(name))
    made = who.ask("POST", f"/record/{id}/identity", data={"passphrase": WORDS, "again": WORDS}, headers=HTML)
    assert made.status_code == 303, plain(made.text)
    return who


def sign(who, id, meaning, words=WORDS):
    data = {"meaning": meaning, "why": "I read it", "passphrase": words}
    return who.ask("POST", f"/record/{id}/sign", data=data, headers=HTML)


def test_the_list_has_runs_and_models_and_no_other_jobs(fresh):
    ada = fresh.browser("analyst")
    first, second = (recorded(fresh, ada, seed=n) for n in (1, 2))
    other = fresh.held.jobs.add(ada.caller, "predict", {}).id
    text = page(ada, "/record")
    assert text.index(f"/record/{second}") < text.index(f"/record/{first}") and other not in text
    assert text.count("stands draft") == 2 and 'action="/record/compare"' in text
    elsewhere = fresh.browser("analyst", project=fresh.held.projects.add("Elsewhere").id)
    assert first not in page(elsewhere, "/record")
    page(elsewhere, f"/record/{first}", 404)
    page(ada, f"/record/{other}", 404)


def test_the_record_of_a_table_lies_beside_it_and_is_one_of_the_list(fresh):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada, verb="predict", folder="predicted.csv.record", beside="predicted.csv")
    assert f"/record/{id}" in page(ada, "/record")
    assert "form an unbroken chain" in page(ada, f"/record/{id}")
    answer = ada.ask("GET", f"/record/{id}/crate.zip", headers=HTML)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as crate:
        assert any(name.endswith("predicted.csv") for name in crate.namelist())
    (place(fresh, id, "predicted.csv")).write_text("id,logs\nM1,-1.5\n")
    assert "predicted.csv was changed after it was recorded" in plain(page(ada, f"/record/{id}"))


def test_jobs_that_left_no_record_hide_none(fresh, monkeypatch):
    monkeypatch.setattr("pharmakon.web.pages_record.PAGE", 3)
    monkeypatch.setattr("pharmakon.web.records.LOOKED", 3)
    ada = fresh.browser("analyst")
    made = [recorded(fresh, ada, seed=n) for n in range(4)]
    for _ in range(7):
        fresh.held.jobs.add(ada.caller, "library", {})
        assert fresh.held.jobs.end(fresh.held.jobs.claim("w"), "done")
    text = page(ada, "/record")
    assert [id in text for id in made] == [False, True, True, True] and "Older records" in text
    older = re.search(r"/record\?before=([0-9a-f]+)", text)[1]
    text = page(ada, f"/record?before={older}")
    assert made[0] in text and "Older records" not in text


def test_two_runs_side_by_side_show_what_differs(fresh):
    ada = fresh.browser("reader", "analyst")
    first = recorded(fresh, ada, seed=1, auc=0.5)
    second = recorded(fresh, ada, seed=2, auc=0.6, method="<x>")
    text = page(ada, f"/record/compare?run={first}&run={second}")
    rows = {plain(row).split()[0]: plain(row) for row in re.findall(r'<tr class="differs">.*?</tr>', text, re.DOTALL)}
    assert rows.keys() == {"seed", "method", "scores.csv", "auc"}
    assert "0.500 (0.400 to 0.600)" in rows["auc"] and "0.600 (0.500 to 0.700)" in rows["auc"]
    assert "<x>" not in text and "numpy" not in text and "4 facts differ" in text
    assert "numpy" in page(ada, f"/record/compare?run={first}&run={second}&every=true")
    assert f"/api/v1/records/compare?run={first}&amp;run={second}" in text
    assert f"workbench.compare([&#39;{first}&#39;, &#39;{second}&#39;])" in text
    for ids in ([first], [first, first], [first] * 7):
        page(ada, "/record/compare?" + "&".join(f"run={id}" for id in ids), 422)
    page(ada, f"/record/compare?run={first}&run={'0' * 16}", 422)


def test_a_whole_record_says_so_and_a_broken_one_says_where(fresh):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    text = page(ada, f"/record/{id}")
    assert "form an unbroken chain" in text and "<b>it is done</b>" not in text and "it is done" in text
    assert "pharmakon ledger verify attack" in text
    ledger = place(fresh, id) / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"it is done", b"it is wrong"))
    (place(fresh, id) / "result.json").write_text("{}")
    text = plain(page(ada, f"/record/{id}"))
    assert "entry 3 was edited" in text and "result.json was changed after it was recorded" in text
    assert "Line 3 was altered" in text


def test_signed_in_the_page_by_two_others_until_it_is_released(fresh):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    grace, lise = (signer(fresh, name, id) for name in ("Grace", "Lise"))
    assert sign(grace, id, "reviewed").headers["location"] == f"/record/{id}?done=signed#signatures"
    refused = sign(grace, id, "approved")
    assert refused.status_code == 422 and "Grace reviewed it; somebody else has to approve it" in refused.text
    assert "I read it</textarea>" in refused.text  # what was typed is not lost
    assert sign(lise, id, "approved").status_code == sign(lise, id, "released").status_code == 303
    text = page(ada, f"/record/{id}")
    assert 'aria-current="step">released' in text and text.count("It holds.") == 3
    assert 'stands released">released' in page(ada, "/record")
    said = fresh.ledger()
    assert said.count('"event":"signed"') == 3 and '"event":"signature refused"' in said and WORDS not in said


def test_nobody_approves_their_own_run(fresh):
    ada = fresh.browser("analyst", "approver", user=fresh.user("Ada"))
    id = recorded(fresh, ada)
    made = ada.ask("POST", f"/record/{id}/identity", data={"passphrase": WORDS, "again": WORDS})
    assert made.status_code == 303
    text = page(ada, f"/record/{id}")
    assert 'value="authored"' in text and 'value="reviewed"' not in text and 'value="approved"' not in text
    for meaning in ("reviewed", "approved"):
        answer = sign(ada, id, meaning)
        assert answer.status_code == 422 and "nobody signs their own work" in answer.text
    assert sign(ada, id, "authored").status_code == 303
    assert 'value="authored"' not in page(ada, f"/record/{id}")  # once


def test_a_signature_takes_the_role_the_password_and_the_passphrase(fresh):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    grace = signer(fresh, "Grace", id)
    refused = sign(grace, id, "reviewed", "another passphrase")
    assert refused.status_code == 422 and "does not open" in refused.text
    analyst = signer(fresh, "Linus", id, "analyst")
    assert "takes a role of approver" in sign(analyst, id, "reviewed").text
    assert fresh.browser("reader").ask("POST", f"/record/{id}/sign", data={}).status_code == 403
    assert sign(fresh.program("approver"), id, "reviewed").status_code == 403
    with fresh.held.database.write() as connection:
        connection.execute(sessions.update().values(proved=sessions.c.proved - PROVED - 10))
    answer = sign(grace, id, "reviewed")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/again?next=")
    text = page(grace, f"/record/{id}")
    assert f"/again?next=/record/{id}" in text and "passphrase" not in text
    with fresh.held.database.write() as connection:
        connection.execute(sessions.update().values(proved=sessions.c.proved + PROVED + 10))
    text = page(grace, f"/record/{id}?meaning=reviewed&why=It+%3Cholds%3E")
    assert ">It &lt;holds></textarea>" in text.replace("&gt;", ">") and 'value="reviewed" required checked' in text
    assert 'aria-current="step">draft' in text


def test_an_identity_is_made_once_with_a_long_passphrase_typed_twice(fresh):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    for words, again, why in (("short", "short", "too short"), (WORDS, WORDS + "x", "not the same")):
        answer = ada.ask("POST", f"/record/{id}/identity", data={"passphrase": words, "again": again}, headers=HTML)
        assert answer.status_code == 422 and why in answer.text
    assert "First, an identity" in page(ada, f"/record/{id}")
    for status in (303, 422):
        data = {"passphrase": WORDS, "again": WORDS}
        assert ada.ask("POST", f"/record/{id}/identity", data=data, headers=HTML).status_code == status


def test_patients_records_are_a_curator_s_and_reading_one_is_noted(fresh):
    carl = fresh.browser("curator")
    id = recorded(fresh, carl)
    with fresh.held.database.write() as connection:
        connection.execute(jobs.update().values(patient=True))
    fresh.held.journal.note("opened")
    before = fresh.ledger().count(id)
    assert "patients’ data" in page(carl, f"/record/{id}")
    assert fresh.ledger().count(id) == before + 1
    ada = fresh.browser("analyst", "approver")
    assert id not in page(ada, "/record")
    for path in (f"/record/{id}", f"/record/{id}/crate.zip", f"/record/compare?run={id}&run={id}x"):
        assert ada.ask("GET", path).status_code in (403, 422)


def test_dossiers_and_repetitions_stand_by_their_record(fresh):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    subject = f"job:{id}/attack"
    answer = ada.ask("POST", f"/record/{id}/again")
    again = answer.headers["location"].rpartition("/")[2]
    assert fresh.held.jobs.get(ada.caller, again).config == {"run": subject}
    dossier = fresh.held.jobs.add(ada.caller, "dossier", {"subject": subject}).id
    while (job := fresh.held.jobs.claim("w")).id != dossier:
        fresh.held.jobs.end(job, "done", result={"notes": ["3 files came out the same."], "files": []})
    names = ["dossier/index.html", "dossier/model_credibility.html", "dossier/dossier.json"]
    fresh.held.jobs.end(job, "done", result={"files": [{"name": name} for name in names], "attempt": 1})
    text = page(ada, f"/record/{id}")
    assert "3 files came out the same." in text and ">model credibility</a>" in text
    assert "/run/dossier?subject=job%3A" + id in text and "<iframe" not in text
    text = page(ada, f"/record/{id}?form={dossier}/model_credibility.html")
    assert f'src="/api/v1/jobs/{dossier}/files/dossier/model_credibility.html"' in text
    assert "<iframe" not in page(ada, f"/record/{id}?form={dossier}/../x")
