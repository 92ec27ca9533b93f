"""Every access to patients' data stands in the ledger, and nobody without the role has one."""

from __future__ import annotations

import json

from pharmakon.record.audit import verify
from pharmakon.team.roles import roles


def events(server, id):
    lines = map(json.loads, server.ledger().splitlines())
    return [(line["event"], line["by"]["account"]) for line in lines if id in json.dumps(line["data"])]


def test_each_access_to_patients_data_is_noted_and_nobody_else_has_one(fresh):
    carl = fresh.browser("curator")
    upload = {"files": {"file": ("cohort.csv", b"patient\nP1\n")}, "data": {"patient": "true"}}
    file = carl.ask("POST", "/api/v1/files", **upload).json()["id"]
    me = carl.caller.user
    assert events(fresh, file) == [("patients' data kept", me)]
    assert carl.ask("GET", f"/api/v1/files/{file}/content").content == b"patient\nP1\n"
    assert events(fresh, file)[1:] == [("patients' data read", me)]
    for role in roles():
        other = fresh.browser(role)
        if role != "curator":
            assert other.ask("GET", f"/api/v1/files/{file}/content").status_code == 403
            assert other.ask("POST", "/api/v1/files", **upload).status_code == 403
            assert file not in other.ask("GET", "/api/v1/files").text
    job = fresh.held.jobs.add(carl.caller, "discover", {}, files=[file], patient=True)
    assert fresh.browser("analyst").ask("GET", f"/api/v1/jobs/{job.id}").status_code == 403
    assert carl.ask("DELETE", f"/api/v1/files/{file}").status_code == 204
    assert events(fresh, file)[-1] == ("patients' data deleted", me)
    assert "P1" not in fresh.ledger()
    assert verify(fresh.held.journal.path).ok


def test_what_a_job_on_patients_made_is_noted_when_it_is_read(fresh):
    carl = fresh.browser("curator")
    job = fresh.held.jobs.add(carl.caller, "discover", {}, patient=True)
    held = fresh.held.jobs.claim("w")
    made = fresh.held.job_root / job.id / "1" / "output"
    made.mkdir(parents=True)
    (made / "risks.csv").write_text("patient,risk\nP1,0.7\n")
    result = {"attempt": 1, "files": [{"name": "risks.csv", "size": 20, "sha256": "0" * 64}]}
    assert fresh.held.jobs.end(held, "done", result=result)
    assert fresh.browser("analyst").ask("GET", f"/api/v1/jobs/{job.id}/files/risks.csv").status_code == 403
    assert "P1" in carl.ask("GET", f"/api/v1/jobs/{job.id}/files/risks.csv").text
    assert ("patients' data read", carl.caller.user) in events(fresh, job.id)
