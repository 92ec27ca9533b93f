"""Uploads over the API."""

from __future__ import annotations

import json

from pharmakon.record.audit import verify
from pharmakon.team.roles import roles


def events(server, id):
    lines = map(json.loads, server.ledger().splitlines())
    return [(line["event"], line["by"]["account"]) for line in lines if id in json.dumps(line["data"])]


def test_a_file_goes_up_and_comes_down_byte_for_byte_and_is_paged(server):
    ada = server.browser("analyst")
    made = [ada.ask("POST", "/api/v1/files", files={"file": (f"{n}.csv", b"x" * n)}).json() for n in range(1, 6)]
    assert [one["size"] for one in made] == [1, 2, 3, 4, 5]
    answer = ada.ask("GET", f"/api/v1/files/{made[2]['id']}/content")
    assert answer.content == b"xxx" and "attachment" in answer.headers["content-disposition"]
    seen, before = [], ""
    while before is not None:
        page = ada.ask("GET", "/api/v1/files", params={"limit": 2, "before": before}).json()
        seen += [one["id"] for one in page["items"]]
        before = page["next"]
    assert {one["id"] for one in made} <= set(seen) and len(seen) == len(set(seen))


def test_names_with_paths_are_refused(server):
    ada = server.browser("analyst")
    for name in ("..", ".env", "a\\b"):
        assert ada.ask("POST", "/api/v1/files", files={"file": (name, b"x")}).status_code == 422


def test_each_access_to_patients_data_is_noted_and_nobody_else_has_one(fresh):
    carl = fresh.browser("curator")
    upload = {"files": {"file": ("cohort.csv", b"patient\nP1\n")}, "data": {"patient": "true"}}
    kept = carl.ask("POST", "/api/v1/files", **upload).json()
    file = kept["id"]
    me = carl.caller.user
    assert kept["patient"] and events(fresh, file) == [("patients' data kept", me)]
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
