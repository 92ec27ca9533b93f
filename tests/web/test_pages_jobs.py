"""The job pages: the list, one job, its files, its buttons."""

from __future__ import annotations

import hashlib
import re

import pytest

HTML = {"Accept": "text/html"}


def started(server, who, verb="mutagenicity", **config):
    return who.ask("POST", "/api/v1/jobs", json={"verb": verb, "config": config or {"smiles": ["CCO"]}}).json()["id"]


def finished(server, who, files: dict[str, bytes], *, state="done", id=""):
    """A job whose worker wrote these files."""
    id = id or started(server, who)
    while (held := server.held.jobs.claim("w")).id != id:
        server.held.jobs.end(held, "failed", error="made way")
    output = server.held.job_root / id / "1" / "output"
    told = []
    for name, content in files.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        told.append({"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    result = {"files": told, "notes": ["2 rows were left out"], "attempt": 1, "partial": state != "done"}
    server.held.jobs.end(held, state, result=result)
    return id


def test_the_list_is_filtered_and_paged(server):
    ada = server.browser("analyst")
    mine = [started(server, ada) for _ in range(3)]
    page = ada.ask("GET", "/jobs?verb=mutagenicity&state=queued", headers=HTML)
    assert page.status_code == 200 and all(f"/jobs/{id}" in page.text for id in mine)
    assert mine[0] not in ada.ask("GET", "/jobs?state=done", headers=HTML).text
    older = ada.ask("GET", f"/jobs?before={mine[1]}", headers=HTML).text
    assert f"/jobs/{mine[0]}" in older and f"/jobs/{mine[2]}" not in older


def test_a_job_says_what_was_asked_what_it_made_and_what_can_be_done(server):
    ada = server.browser("analyst")
    rows = b"id,<b>\n" + b"".join(b"%d,<script>\n" % n for n in range(80))
    id = finished(server, ada, {"out/report.html": b"<script>1</script>", "table.csv": rows, "a b.bin": b"x"})
    page = ada.ask("GET", f"/jobs/{id}", headers=HTML).text
    assert "2 rows were left out" in page and "pharmakon mutagenicity --smiles CCO" in page and "TOML" not in page
    frame = re.search(r"<iframe[^>]*>", page)[0]
    assert 'sandbox="allow-scripts allow-popups"' in frame and "allow-same-origin" not in frame
    assert f"/api/v1/jobs/{id}/files/a%20b.bin" in page and f"/api/v1/jobs/{id}/archive.zip" in page
    shown = ada.ask("GET", f"/jobs/{id}?show=table.csv", headers=HTML).text
    assert shown.count("&lt;script&gt;") == 50 and "The first 50 rows" in shown and "<script>1" not in shown
    assert f'action="/jobs/{id}/cancel"' not in page and "/again" in page


def test_the_files_of_a_record_are_a_link_and_no_rows(server):
    ada = server.browser("analyst")
    record = {f"table.csv.record/{name}": b"{}" for name in ("run.json", "ledger.jsonl")}
    id = finished(server, ada, {"table.csv": b"id\n1\n", **record})
    page = ada.ask("GET", f"/jobs/{id}", headers=HTML).text
    assert (
        f'href="/record/{id}"' in page and "ledger.jsonl" not in page and page.count('<th scope="row">table.csv') == 1
    )
    other = finished(server, ada, {"table.csv": b"id\n1\n"})
    assert f'href="/record/{other}"' not in ada.ask("GET", f"/jobs/{other}", headers=HTML).text


def test_a_key_stands_apart_from_the_data_that_it_leads_back_from(server):
    ada = server.browser("analyst")
    id = finished(server, ada, {"deidentified/data/pat.csv": b"NHC\nv\n", "deidentified.key": b"secret"})
    page = ada.ask("GET", f"/jobs/{id}", headers=HTML).text
    assert '<th scope="row">deidentified/data/pat.csv' in page and '<th scope="row">deidentified.key' not in page
    assert f"/api/v1/jobs/{id}/files/deidentified.key" in page and "with it tokens can be linked back" in page
    assert f'href="/record/{id}"' not in page


@pytest.mark.parametrize(("what", "state"), [("pause", "paused"), ("cancel", "cancelled")])
def test_the_buttons_work_without_a_script(server, what, state):
    ada = server.browser("analyst")
    id = started(server, ada)
    page = ada.ask("GET", f"/jobs/{id}", headers=HTML).text
    assert f'action="/jobs/{id}/{what}"' in page
    assert ada.ask("POST", f"/jobs/{id}/{what}").headers["location"] == f"/jobs/{id}"
    page = ada.ask("GET", f"/jobs/{id}", headers=HTML).text
    assert state in page and f'action="/jobs/{id}/resume"' in page
    assert ada.ask("POST", f"/jobs/{id}/resume").status_code == 303
    reader = server.browser("reader")
    assert '<form method="post" action="/jobs/' not in reader.ask("GET", f"/jobs/{id}", headers=HTML).text


def test_one_like_it_is_a_form_that_is_filled_in(server):
    ada = server.browser("analyst")
    goals = [{"property": "qed", "want": ">= 0.9"}]
    id = started(server, ada, "design", goals=goals, calls=77, start=["CCO", "CCC"])
    assert "<figcaption>TOML</figcaption>" in ada.ask("GET", f"/jobs/{id}", headers=HTML).text
    place = ada.ask("GET", f"/jobs/{id}/again").headers["location"]
    assert place.startswith("/run/design?")
    page = ada.ask("GET", place, headers=HTML).text
    assert 'value="77"' in page and "[[goals]]" in page and "CCO\nCCC" in page


def test_patients_results_are_read_by_a_curator_on_asking_and_it_is_noted(server):
    carl = server.browser("curator", "analyst")
    file = carl.ask("POST", "/api/v1/files", files={"file": ("p.csv", b"x")}, data={"patient": "true"}).json()
    asked = {"verb": "mutagenicity", "config": {"data": "p.csv"}, "files": [file["id"]]}
    id = carl.ask("POST", "/api/v1/jobs", json=asked).json()["id"]
    finished(server, carl, {"doses.csv": b"id\nsecretpatient\n"}, id=id)
    assert "secretpatient" not in carl.ask("GET", f"/jobs/{id}", headers=HTML).text
    before = server.ledger().count(id)
    assert "secretpatient" in carl.ask("GET", f"/jobs/{id}?show=doses.csv", headers=HTML).text
    assert server.ledger().count(id) == before + 1
    for path in (f"/jobs/{id}", f"/api/v1/jobs/{id}/archive.zip", f"/api/v1/jobs/{id}/files/doses.csv"):
        assert server.browser("analyst").ask("GET", path).status_code == 403
    assert id not in server.browser("analyst").ask("GET", "/jobs", headers=HTML).text


def test_a_partial_result_says_so(server):
    ada = server.browser("analyst")
    id = finished(server, ada, {"table.csv": b"id\n"}, state="paused")
    page = ada.ask("GET", f"/jobs/{id}", headers=HTML).text
    assert "It was stopped before its end" in page and "Go on" in page
