"""People: who gives which role to whom, and what of another project is as if it were not there."""

from __future__ import annotations

import re

import pytest

from pharmakon.team.queue import Queue
from pharmakon.team.roles import roles
from pharmakon.web.guard import PUBLIC, action_of, api_routes

PASSWORD = "correct horse battery"


def test_a_project_s_administrator_gives_roles_and_takes_them(server):
    chief, ada = server.browser("admin"), server.user("Ada")
    put = chief.ask("PUT", f"/api/v1/members/{ada.email}", json={"roles": ["reader", "curator"]})
    assert put.status_code == 204
    held = {m["user"]: m["roles"] for m in chief.ask("GET", "/api/v1/members").json()}
    assert held[ada.id] == ["curator", "reader"]
    assert chief.ask("DELETE", f"/api/v1/members/{ada.id}").status_code == 204
    assert ada.id not in {m["user"] for m in chief.ask("GET", "/api/v1/members").json()}
    last = server.ledger().splitlines()[-1]
    assert '"event":"roles given"' in last and ada.id in last and chief.caller.user in last
    assert chief.ask("PUT", f"/api/v1/members/{ada.id}", json={"roles": ["king"]}).status_code == 422
    assert chief.ask("PUT", "/api/v1/members/nobody@example.org", json={"roles": ["reader"]}).status_code == 404


def test_a_project_keeps_an_administrator(fresh):
    chief, second = fresh.browser("admin", "analyst"), fresh.user("Bob")
    alone = chief.ask("PUT", f"/api/v1/members/{chief.caller.user}", json={"roles": ["analyst"]})
    assert alone.status_code == 422 and "keeps an administrator" in alone.json()["detail"]
    assert fresh.held.projects.of(chief.caller.user)[0].roles == {"admin", "analyst"}
    chief.ask("PUT", f"/api/v1/members/{second.id}", json={"roles": ["admin"]})
    assert chief.ask("PUT", f"/api/v1/members/{chief.caller.user}", json={"roles": ["analyst"]}).status_code == 204


def test_an_administrator_of_the_server_makes_accounts_and_projects_and_gets_no_role_by_it(fresh):
    chief = fresh.browser(admin=True)
    asked = {"email": "bob@example.org", "name": "Bob", "password": PASSWORD}
    bob = chief.ask("POST", "/api/v1/accounts", json=asked).json()
    assert chief.ask("POST", "/api/v1/accounts", json=asked).status_code == 422
    made = chief.ask("POST", "/api/v1/projects", json={"name": "Ion channels", "admin": "bob@example.org"})
    assert made.status_code == 201 and fresh.held.projects.of(chief.caller.user) == []
    assert [(m.user, m.roles) for m in fresh.held.projects.members(made.json()["id"])] == [(bob["id"], ("admin",))]
    added = chief.ask("PUT", f"/api/v1/projects/{made.json()['id']}/admins/{chief.caller.email}")
    assert added.status_code == 204 and fresh.held.projects.of(chief.caller.user)[0].roles == {"admin"}
    assert chief.ask("PUT", f"/api/v1/projects/{'0' * 16}/admins/{bob['id']}").status_code == 404


def test_an_account_is_shut_and_opened_and_gets_a_password(fresh):
    chief, ada = fresh.browser(admin=True), fresh.browser("analyst", user=fresh.user(password=PASSWORD))
    path = f"/api/v1/accounts/{ada.caller.user}"
    assert chief.ask("PATCH", path, json={"disabled": True}).json()["disabled"]
    assert ada.ask("GET", "/api/v1/me").status_code == 401
    assert not chief.ask("PATCH", path, json={"disabled": False}).json()["disabled"]
    assert chief.ask("PATCH", path, json={"password": PASSWORD + " staple"}).status_code == 200
    assert ada.ask("GET", "/api/v1/me").status_code == 401  # sessions that began with the old password are over
    assert fresh.held.accounts.login(ada.caller.email, PASSWORD + " staple").id == ada.caller.user
    own = chief.ask("PATCH", f"/api/v1/accounts/{chief.caller.user}", json={"disabled": True})
    assert own.status_code == 422 and "own account" in own.json()["detail"]
    outside = fresh.held.accounts.add("eva@example.org", "Eva", None, subject="https://id.example 1")
    refused = chief.ask("PATCH", f"/api/v1/accounts/{outside.id}", json={"password": PASSWORD})
    assert refused.status_code == 422 and "provider" in refused.json()["detail"]


@pytest.fixture
def elsewhere(server):
    """Ids of what another project holds, and a curator of the first project with every role there."""
    other = server.held.projects.add(f"Other {server.user().id}").id
    theirs = server.browser(*roles(), project=other)
    file = theirs.ask("POST", "/api/v1/files", files={"file": ("a.csv", b"smiles\nCCO\n")}).json()["id"]
    job = Queue(server.held.database).add(theirs.caller, "predict", {"smiles": ["CCO"]}, title="theirs").id
    token = theirs.ask("POST", "/api/v1/tokens", json={"name": "theirs", "roles": ["reader"]}).json()["token"]["id"]
    return server.browser(*roles()), {"file": file, "job": job, "token": token}


def test_what_is_another_project_s_is_as_if_it_were_not_there(server, elsewhere):
    mine, theirs = elsewhere
    nowhere = "0" * 16
    tried = 0
    for route in api_routes(server.app.routes):
        if "{id}" not in route.path or action_of(route) in (PUBLIC, "account.write", "project.write"):
            continue
        for method in route.methods - {"HEAD"}:
            path = re.sub(r"\{(?!id)(\w+)(:\w+)?\}", "cancel" if "{what}" in route.path else "csv", route.path)
            absent = mine.ask(method, path.replace("{id}", nowhere), json={})
            for id in theirs.values():
                answer = mine.ask(method, path.replace("{id}", id), json={})
                assert answer.status_code == absent.status_code, (method, path, answer.text)
                assert answer.text.replace(id, nowhere) == absent.text, (method, path)
                tried += answer.status_code == 404
    assert tried > 20
    assert server.held.jobs._one(theirs["job"]).state == "queued"


def test_no_job_reads_what_is_another_project_s(elsewhere):
    mine, theirs = elsewhere
    asked = {"verb": "predict", "config": {"data": "a.csv"}, "files": [theirs["file"]]}
    refused = mine.ask("POST", "/api/v1/jobs", json=asked)
    assert refused.status_code in (404, 422) and "no file" in refused.json()["detail"]
