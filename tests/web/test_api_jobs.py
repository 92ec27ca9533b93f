"""Jobs over the API, by the roles of whoever asks: started once, followed, stopped, paged."""

from __future__ import annotations

import json
import socket
import threading
import time

import httpx
import pytest
import uvicorn

from pharmakon.web import api_jobs

DOSE = {"verb": "dose", "config": {"drug": "warfarin", "patients": "p.csv"}}
ASK = {"verb": "mutagenicity", "config": {"smiles": ["CCO"]}}


def upload(who, name="p.csv", content=b"id\n1\n", *, patient=False):
    data = {"patient": "true" if patient else "false"}
    return who.ask("POST", "/api/v1/files", files={"file": (name, content)}, data=data).json()


def test_a_job_is_started_once_by_its_key_and_listed_by_pages(server):
    ada = server.browser("analyst")
    first = ada.ask("POST", "/api/v1/jobs", json=ASK, headers={"Idempotency-Key": "k1"})
    again = ada.ask("POST", "/api/v1/jobs", json=ASK, headers={"Idempotency-Key": "k1"})
    assert first.status_code == 201 and first.json()["id"] == again.json()["id"]
    other = ada.ask(
        "POST",
        "/api/v1/jobs",
        json={**ASK, "title": "x", "config": {"smiles": ["C"]}},
        headers={"Idempotency-Key": "k1"},
    )
    assert other.status_code == 422
    made = {first.json()["id"]} | {ada.ask("POST", "/api/v1/jobs", json=ASK).json()["id"] for _ in range(6)}
    seen, before = [], ""
    while before is not None:
        page = ada.ask("GET", "/api/v1/jobs", params={"limit": 3, "before": before, "state": "queued"}).json()
        seen += [job["id"] for job in page["items"]]
        before = page["next"]
    assert made <= set(seen) and len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"verb": "predict", "config": {"data": "/etc/passwd"}}, 422),
        ({"verb": "predict", "config": {"data": "../x.csv"}}, 422),
        ({"verb": "predict", "config": {"data": "absent.csv"}}, 422),
        ({"verb": "predict", "config": {"output": "x.csv"}}, 403),
        ({"verb": "design", "config": {"scorers": []}}, 403),
        ({"verb": "dossier", "config": {"subject": "job:0123456789abcdef/../../x"}}, 422),
        ({"verb": "serve", "config": {}}, 422),
        ({"verb": "predict", "config": {"smiles": ["C"]}, "files": ["0" * 16]}, 422),
        ({"verb": "predict", "unknown": 1}, 422),
    ],
)
def test_what_cannot_run_is_refused_at_once(server, body, status):
    answer = server.browser("analyst").ask("POST", "/api/v1/jobs", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def test_what_another_project_s_job_or_a_patients_job_made_is_not_the_caller_s_to_name(server):
    held, carl = server.held, server.browser("curator", "analyst")
    file = upload(carl, patient=True)
    secret = carl.ask("POST", "/api/v1/jobs", json={**DOSE, "files": [file["id"]]}).json()
    assert secret["patient"]
    asked = {"verb": "predict", "config": {"data": f"job:{secret['id']}/doses.csv"}}
    assert server.browser("analyst").ask("POST", "/api/v1/jobs", json=asked).status_code == 403
    elsewhere = server.browser("curator", "analyst", project=held.projects.add(f"Other {secret['id']}").id)
    assert elsewhere.ask("POST", "/api/v1/jobs", json=asked).status_code == 422
    mine = carl.ask("POST", "/api/v1/jobs", json=asked)
    assert mine.status_code == 201 and mine.json()["patient"]  # what is made of patients' data is theirs too
    assert "patients' data used" in server.ledger()


def test_it_is_cancelled_and_goes_on(server):
    ada = server.browser("analyst")
    job = ada.ask("POST", "/api/v1/jobs", json=ASK).json()["id"]
    for what, state in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled"), ("resume", "queued")):
        assert ada.ask("POST", f"/api/v1/jobs/{job}/{what}").json()["state"] == state
    assert ada.ask("POST", f"/api/v1/jobs/{job}/resume").status_code == 422
    assert server.browser("reader").ask("POST", f"/api/v1/jobs/{job}/cancel").status_code == 403


@pytest.fixture
def live(fresh, monkeypatch):
    """The application behind a real server, since a test client reads a stream only when it is over."""
    monkeypatch.setattr(api_jobs, "LOOK", 0.05)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(fresh.app, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        yield fresh, f"http://127.0.0.1:{listening.getsockname()[1]}"
        running.should_exit = True
        thread.join(timeout=30)


def test_progress_is_followed_as_it_happens_and_a_reader_who_goes_leaves_nothing(live):
    server, url = live
    ada = server.program("analyst")
    jobs = server.held.jobs
    id = ada.ask("POST", "/api/v1/jobs", json=ASK).json()["id"]
    headers, at = {"Authorization": f"Bearer {ada.token}"}, f"{url}/api/v1/jobs/{id}/events"
    with httpx.stream("GET", at, headers=headers, timeout=30) as gone:
        assert gone.headers["content-type"].startswith("text/event-stream")
        next(gone.iter_lines())
    seen = []
    with httpx.stream("GET", at, headers=headers, timeout=30) as stream:
        for line in stream.iter_lines():
            if not line.startswith("data: "):
                continue
            seen.append(json.loads(line[6:]))
            if len(seen) == 1:
                held = jobs.claim("w")
            if len(seen) == 2:
                jobs.beat(held, done=5, total=10, note="half")
            if len(seen) == 3:
                jobs.end(held, "done", result={"files": []})
    assert [job["state"] for job in seen] == ["queued", "running", "running", "done"]
    assert (seen[2]["done"], seen[2]["note"]) == (5, "half")
    until = time.monotonic() + 30
    while server.app.state.requests.open and time.monotonic() < until:
        time.sleep(0.05)
    assert server.app.state.requests.open == 0
