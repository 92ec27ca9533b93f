"""The page of a run, in each state, on a run folder written by hand."""

import csv
import json
import re

import pytest

from pharmakon.design.lineage import Evaluation, Part, Record, to_entry
from pharmakon.team.task import written

CONFIG = {
    "name": "small",
    "calls": 40,
    "goals": [{"property": "qed", "want": ">= 0.9"}, {"property": "herg", "want": "<= 5"}],
}
MOLECULES = {"CCO": (0.9, 0.2), "CCN": (0.5, 0.998)}


@pytest.fixture(scope="module")
def server(serving, tmp_path_factory):
    yield from serving(tmp_path_factory.mktemp("design"))


@pytest.fixture(scope="module")
def ada(server):
    return server.browser("analyst")


def begun(server, ada, verb="design", config=CONFIG):
    """A job that a worker has taken, and the folder it writes to."""
    job = ada.ask("POST", "/api/v1/jobs", json={"verb": verb, "config": config, "title": f"{verb} small"}).json()
    claimed = server.held.jobs.claim("worker")
    while claimed.id != job["id"]:  # a job of a test before
        server.held.jobs.end(claimed, "cancelled")
        claimed = server.held.jobs.claim("worker")
    output = server.held.job_root / job["id"] / "1" / "output"
    output.mkdir(parents=True)
    return claimed, output


def scored(folder):
    """The first batch of a run."""
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"verb": "design", "config": CONFIG}))
    records = []
    for call, (smiles, (qed, herg)) in enumerate(MOLECULES.items(), start=1):
        parts = {
            "qed": Part(qed, qed, qed, in_domain=True, desirability=qed),
            "herg": Part(6.5, 5.0, 8.0, in_domain=False, desirability=herg),
        }
        records.append(Record(smiles, Evaluation(qed, True, parts), (), 0, call))
    (folder / "calls.jsonl").write_text(json.dumps(to_entry(0, records)) + "\n")
    return records


def finished(server, ada):
    job, output = begun(server, ada)
    rows = []
    for number, record in enumerate(scored(output / "run"), start=1):
        parts = record.evaluation.parts
        row = {"rank": number, "name": f"D{number:03}", "smiles": record.smiles, "score": record.score}
        row |= {f"desirability:{key}": part.desirability for key, part in parts.items()}
        rows.append(row | {"missed:qed": "0", "missed:herg": "1.5", "call": record.call})
    with (output / "run" / "designs.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (output / "run" / "report.html").write_text("<p>report</p>")
    server.held.jobs.end(job, "done", result={"attempt": 1, "files": written(output)})
    return job


def test_a_run_that_goes_on_shows_what_it_has(server, ada):
    job, output = begun(server, ada)
    page = ada.ask("GET", f"/design/{job.id}").text
    assert "The first molecules appear here" in page and 'data-state="running"' in page
    scored(output / "run")
    page = ada.ask("GET", f"/design/{job.id}").text
    assert re.search(r"<dd class=\"num\">2 <span class=\"unit\">of 40</span>", page)
    assert "0.900" in page and page.count('class="design"') == 2
    branch = f'href="/design/new?run={job.id}&amp;molecule='
    assert page.count(branch) == 2 and branch not in server.browser("reader").ask("GET", f"/design/{job.id}").text
    assert page.count('class="chart"') == 2  # the curve, for a desk and for a hand
    found = ada.ask("GET", f"/api/v1/design/{job.id}/progress").json()
    assert (found["calls"], found["of"], found["score"], found["best"][0]["smiles"]) == (2, 40, 0.9, "CCO")
    server.held.jobs.end(job, "failed", error="the scorer failed")
    page = ada.ask("GET", f"/design/{job.id}").text
    assert "the scorer failed" in page and "Go on" in page


def test_pause_and_go_on(server, ada):
    config = CONFIG | {"seed": 7}
    job = ada.ask("POST", "/api/v1/jobs", json={"verb": "design", "config": config}).json()
    assert ada.ask("POST", f"/design/{job['id']}/pause").headers["location"] == f"/design/{job['id']}"
    assert 'data-state="paused"' in ada.ask("GET", f"/design/{job['id']}").text
    ada.ask("POST", f"/design/{job['id']}/resume")
    assert 'data-state="queued"' in ada.ask("GET", f"/design/{job['id']}").text
    ada.ask("POST", f"/design/{job['id']}/cancel")
    assert server.held.jobs.get(ada.caller, job["id"]).state == "cancelled"
    assert ada.ask("POST", f"/design/{job['id']}/explode").status_code == 422
    assert server.browser("reader").ask("POST", f"/design/{job['id']}/pause").status_code == 403


def test_a_run_that_was_stopped_says_that_what_it_shows_is_a_part(server, ada):
    job, output = begun(server, ada, config=CONFIG | {"seed": 8})
    scored(output / "run")
    assert "Partial" not in ada.ask("GET", f"/design/{job.id}").text
    server.held.jobs.end(job, "cancelled", result={"partial": True, "files": written(output), "attempt": 1})
    assert "Partial: stopped after 2 of 40 calls" in ada.ask("GET", f"/design/{job.id}").text
    ada.ask("POST", f"/design/{job.id}/resume")
    assert "Partial" not in ada.ask("GET", f"/design/{job.id}").text
    ada.ask("POST", f"/design/{job.id}/cancel")  # before a worker took it
    assert "Partial" in ada.ask("GET", f"/design/{job.id}").text


def test_designs_their_terms_and_trade_offs(server, ada):
    job = finished(server, ada)
    page = ada.ask("GET", f"/design/{job.id}").text
    assert page.count('<a href="#D00') == 4  # a dot and a row of the table for each
    assert "met" in page and "5.00 to 8.00" in page and "worth 1.00 of 1" not in page
    assert f"/api/v1/jobs/{job.id}/files/run/report.html" in page
    assert f"/design/new?run={job.id}&amp;molecule=CCO" in page
    only = ada.ask("GET", f"/design/{job.id}?x=qed&y=qed").text
    assert only.count('class="front"') == 1  # the best of one goal alone
    assert ada.ask("GET", f"/design/{job.id}?x=nonsense").status_code == 200
    found = ada.ask("GET", f"/api/v1/design/{job.id}/designs").json()
    assert [one["name"] for one in found["designs"]] == ["D001", "D002"]
    assert found["designs"][0]["terms"]["herg"]["in_domain"] is False
    assert found["terms"][1]["hazard"]


def test_a_passport_is_made_once(server, ada):
    job = finished(server, ada)
    first = ada.ask("POST", f"/design/{job.id}/passport", data={"design": "D001"}).headers["location"]
    assert ada.ask("POST", f"/design/{job.id}/passport", data={"design": "D001"}).headers["location"] == first
    made = first.rpartition("/")[2]
    again = ada.ask("POST", f"/api/v1/design/{job.id}/passports/D001").json()
    assert (again["id"], again["config"]) == (made, {"run": f"job:{job.id}/run", "designs": ["D001"]})
    assert "is being made" in ada.ask("GET", first).text
    assert ada.ask("GET", f"/design/{made}/passport/{made}").status_code == 404
    assert ada.ask("POST", f"/design/{job.id}/passport", data={"design": "../D1"}).status_code == 422


def test_another_project_sees_nothing(server, ada):
    job = finished(server, ada)
    other = server.browser("analyst", project=server.held.projects.add("Elsewhere").id)
    for path in ("/design/{}", "/api/v1/design/{}/progress", "/api/v1/design/{}/designs"):
        assert other.ask("GET", path.format(job.id)).status_code == 404, path
    assert other.ask("GET", f"/design/new?run={job.id}").status_code == 422
