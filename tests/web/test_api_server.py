"""Whether the server lives and is ready, who calls, and the API's own description."""

from __future__ import annotations

import pytest

from pharmakon import __version__
from pharmakon.core.errors import Unavailable
from pharmakon.web import api_server


def test_health_and_readiness_are_everybody_s(server):
    assert server.nobody.ask("GET", "/health").json() == {"status": "ok", "version": __version__}
    assert server.nobody.ask("GET", "/ready").json() == {"status": "ready"}


@pytest.mark.parametrize(("found", "why"), [("0000", "revision 0000"), (Unavailable("no database"), "no database")])
def test_a_server_whose_tables_are_old_or_gone_is_not_ready(server, monkeypatch, found, why):
    def revision(database):
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(api_server, "revision", revision)
    answer = server.nobody.ask("GET", "/ready")
    assert answer.status_code == 503 and why in answer.json()["why"]
    assert server.nobody.ask("GET", "/health").status_code == 200  # the process lives


def test_who_calls_with_the_roles_of_the_open_project(server):
    me = server.browser("analyst", "approver").ask("GET", "/api/v1/me").json()
    assert me["roles"] == ["analyst", "approver"] and me["project"] == server.project and len(me["csrf"]) == 64
    assert server.program("reader").ask("GET", "/api/v1/me").json()["csrf"] == ""
    assert server.nobody.ask("GET", "/api/v1/me").status_code == 401


def test_the_description_lists_the_api_and_no_page(server):
    assert server.nobody.ask("GET", "/api/v1/openapi.json").status_code == 401
    document = server.browser("reader").ask("GET", "/api/v1/openapi.json").json()
    assert "/api/v1/jobs" in document["paths"] and "/molecule" not in document["paths"]
    assert all(operation.get("tags") for path in document["paths"].values() for operation in path.values())


def test_the_description_says_where_a_token_goes(server):
    document = server.browser("reader").ask("GET", "/api/v1/openapi.json").json()
    (name,) = document["components"]["securitySchemes"]
    scheme = document["components"]["securitySchemes"][name]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path, operations in document["paths"].items():
        for operation in operations.values():
            open_ = path in ("/health", "/ready")
            assert operation.get("security") == (None if open_ else [{name: []}]), path


def test_the_workbench_begins_with_a_molecule(server):
    answer = server.nobody.ask("GET", "/")
    assert answer.status_code == 303 and answer.headers["location"] == "/molecule"
