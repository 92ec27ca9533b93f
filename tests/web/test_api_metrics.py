"""The metrics are for this machine, and for a token of an administrator."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_jobs_requests_and_the_age_of_the_queue(server):
    ada = server.browser("analyst")
    ada.ask("POST", "/api/v1/jobs", json={"verb": "mutagenicity", "config": {"smiles": ["CCO"]}})
    ada.ask("GET", "/jobs")
    answer = server.client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    queued = next(line for line in lines if line.startswith('pharmakon_jobs{state="queued"}'))
    assert float(queued.split()[1]) >= 1
    assert any(
        line.startswith('pharmakon_requests_total{method="POST",route="/api/v1/jobs",status="201"}') for line in lines
    )
    age = next(line for line in lines if line.startswith("pharmakon_queue_age_seconds "))
    assert float(age.split()[1]) >= 0.0


def test_from_elsewhere_it_takes_an_administrator_s_token(server):
    elsewhere = TestClient(server.app, base_url="http://localhost", client=("192.0.2.7", 50000))
    assert elsewhere.get("/metrics").status_code == 401
    through = server.client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
    assert through.status_code == 401  # a proxy on this machine speaks for others
    for admin, status in ((False, 403), (True, 200)):
        user = server.user(admin=admin)
        caller = server.browser("analyst", user=user).caller
        _, secret = server.held.sessions.add_token(caller, "prometheus", as_roles=["analyst"])
        assert elsewhere.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).status_code == status
