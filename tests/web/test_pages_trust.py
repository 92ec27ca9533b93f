"""The trust pages: cards, results in a sentence, a budget whose price is seen before it is spent."""

from __future__ import annotations

import html
import json
import shutil
from pathlib import Path

import pytest

from .ended_jobs import done

HTML = {"Accept": "text/html"}
HOWTO = Path(__file__).parents[2] / "docs" / "howto"
FOUND = {
    "rows": 40,
    "passed": ["a"],
    "findings": [{"severity": "error", "title": "Copies", "sentence": "<b>7</b> rows twice."}],
}


def page(who, path, status=200):
    answer = who.ask("GET", path, headers=HTML)
    assert answer.status_code == status, answer.text[:300]
    return html.unescape(answer.text)


def test_each_card_says_what_it_answers_and_shows_the_latest(fresh):
    carl, ada = fresh.browser("curator"), fresh.browser("analyst")
    id = done(fresh, ada, "audit", {"findings.json": json.dumps(FOUND)})
    secret = done(fresh, carl, "attack", {"attack/result.json": "{}"}, patient=True)
    text = page(ada, "/trust")
    assert text.count("?</p>") == 7 and f"/trust/{id}" in text and secret not in text
    assert 'href="/run/audit"' in text and 'href="/run/deidentify"' not in text and "role of curator" in text
    text = page(carl, "/trust")
    assert f"/trust/{secret}" in text and 'href="/trust/release"' in text and "whoever a committee lets" in text.lower()
    assert 'class="button"' not in page(fresh.browser("reader"), "/trust")


def test_a_result_is_a_sentence_its_lines_and_the_report(fresh):
    ada = fresh.browser("analyst")
    id = done(fresh, ada, "audit", {"findings.json": json.dumps(FOUND), "findings.html": "<p>"})
    answer = ada.ask("GET", f"/trust/{id}", headers=HTML).text
    assert "1 matters were found in 40 rows" in answer and "<b>7" not in answer and "verdict poor" in answer
    assert f'src="/api/v1/jobs/{id}/files/findings.html"' in answer and "sandbox=" in answer
    odd = done(fresh, ada, "audit", {"findings.json": "[]"})
    assert "cannot be read" in page(ada, f"/trust/{odd}")
    waiting = fresh.held.jobs.add(ada.caller, "audit", {}).id
    assert 'id="waiting"' in page(ada, f"/trust/{waiting}")
    page(ada, f"/trust/{fresh.held.jobs.add(ada.caller, 'predict', {}).id}", 404)


def test_patients_results_are_a_curator_s_and_noted(fresh):
    carl = fresh.browser("curator")
    id = done(fresh, carl, "attack", {"attack/result.json": "{}"}, patient=True)
    assert fresh.browser("analyst").ask("GET", f"/trust/{id}").status_code == 403
    page(carl, f"/trust/{id}")
    assert id in fresh.ledger()


def test_what_was_spent_on_the_same_people_is_told_whatever_their_table_is_called(fresh, tmp_path):
    pytest.importorskip("opendp", reason="opendp is not installed")
    from pharmakon.workflows.release import ReleaseConfig, run

    carl = fresh.browser("curator")
    for name in ("clinic.toml", "clinic.csv", "clinic-release.toml"):
        shutil.copy(HOWTO / name, tmp_path)
    run(ReleaseConfig(cohort=tmp_path / "clinic.toml", config=tmp_path / "clinic-release.toml", output=tmp_path / "o"))
    kept = fresh.held.settings.data / "kept" / carl.caller.project
    kept.mkdir(parents=True)
    for path in tmp_path.glob("*.budget.*"):
        shutil.copy(path, kept)
    table, request = (tmp_path / "clinic.csv").read_bytes(), (tmp_path / "clinic-release.toml").read_bytes()
    more = table + table.splitlines()[-1] + b"\n"

    def price(name, content):
        declaration = (tmp_path / "clinic.toml").read_bytes().replace(b"clinic.csv", name.encode())
        files = [("declaration", (f"{name}.toml", declaration)), ("tables", (name, content))]
        cohort = carl.ask("POST", "/cohort/declared", files=files).headers["location"].rpartition("/")[2]
        sent = {"file": ("release.toml", request)}
        return page(carl, carl.ask("POST", "/trust/release", files=sent, data={"cohort": cohort}).headers["location"])

    for name, content, of in (
        ("clinic.csv", table, "clinic.csv, the same data"),
        ("copy.csv", table, "clinic.csv, the same data"),
        ("clinic.csv", more, "clinic.csv, which held other data then"),
    ):
        text = price(name, content)
        assert of in text and "Epsilon 1.00 in 1 release" in text and "0.500 of 1.50" in text
        assert "The budget does not allow it" in text
    other = price("other.csv", more)
    assert "Nothing, as far as this project knows" in other and "1.50 of 1.50" in other


def test_the_price_is_seen_before_it_is_spent(fresh):
    pytest.importorskip("opendp", reason="opendp is not installed")
    carl = fresh.browser("curator")
    empty = page(carl, "/trust/release")
    assert "No cohort is declared" in empty and "pharmakon release --help" in empty
    names = (("declaration", "clinic.toml"), ("tables", "clinic.csv"))
    files = [(field, (name, (HOWTO / name).read_bytes())) for field, name in names]
    cohort = carl.ask("POST", "/cohort/declared", files=files).headers["location"].rpartition("/")[2]
    asked = (HOWTO / "clinic-release.toml").read_text(encoding="utf-8")

    def ask(text):
        sent = {"file": ("release.toml", text.encode())}
        return carl.ask("POST", "/trust/release", files=sent, data={"cohort": cohort}).headers["location"]

    place = ask(asked)
    text = page(carl, place)
    assert "epsilon 1.00" in text and "1.50 of 1.50" in text and "Release, and spend 1.00" in text
    assert "pharmakon release --cohort clinic.toml --config release.toml" in text
    assert not fresh.held.jobs.list(carl.caller)
    assert not list((fresh.held.settings.data / "kept").rglob("*.jsonl"))
    poor = page(carl, ask(asked.replace("epsilon = 1.5", "epsilon = 0.5")))
    assert "The budget does not allow it" in poor and "spend 1.00</button>" not in poor
    assert "age" in page(carl, ask(asked.replace("high = 100", "high = 1")))
    query = dict(part.split("=") for part in place.partition("?")[2].split("&"))
    answer = carl.ask("POST", "/trust/release/spend", data=query)
    job = fresh.held.jobs.get(carl.caller, answer.headers["location"].rpartition("/")[2])
    assert job.config == {"cohort": "clinic.toml", "config": "release.toml"} and job.patient and len(job.files) == 3
