"""No text that cannot be kept comes in, whatever the route and wherever in the request it stands."""

from __future__ import annotations

import re

import pytest

from pharmakon.team.roles import roles
from pharmakon.web.guard import PUBLIC, SAFE, action_of, api_routes

BROKEN = (b'{"x": ["\\ud800"]}', b'{"x": {"y": "a\\u0000b"}}', b'{"a\\u0000b": 1}', b'["\\udfff"]')
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def everything(server):
    return server.browser(*roles(), admin=True)


@pytest.mark.parametrize("body", BROKEN)
def test_every_route_that_reads_json_refuses_it_at_any_depth(server, everything, body):
    tried = 0
    for route in api_routes(server.app.routes):
        for method in route.methods - SAFE if action_of(route) != PUBLIC else ():
            path = re.sub(r"\{\w+(:\w+)?\}", "0", route.path)
            answer = everything.ask(method, path, content=body, headers=JSON)
            assert answer.status_code == 422, (method, path, answer.text)
            tried += 1
    assert tried > 30


@pytest.mark.parametrize(
    "asked",
    [
        b'{"verb": "predict", "config": {"smiles": ["\\ud800"]}, "files": []}',
        b'{"verb": "predict", "config": {"smiles": ["CCO"]}, "files": ["\\ud800"]}',
        b'{"verb": "predict", "config": {"smiles": ["CCO"]}, "title": "a\\u0000b"}',
    ],
)
def test_a_job_is_not_started_with_it(server, everything, asked):
    answer = everything.ask("POST", "/api/v1/jobs", content=asked, headers=JSON)
    assert answer.status_code == 422 and "cannot be kept" in answer.json()["detail"]
    assert not server.held.jobs.list(everything.caller)


def test_forms_and_addresses_refuse_it_too(everything):
    assert everything.ask("POST", "/account/name", data={"name": "a\0b"}).status_code == 422
    parts = {"data": {"patient": "a\0b"}, "files": {"file": ("a.csv", b"id\0\n")}}
    assert everything.ask("POST", "/api/v1/files", **parts).status_code == 422
    assert everything.ask("GET", "/api/v1/jobs/a%00b").status_code == 422
    assert everything.ask("GET", "/api/v1/journal?find=a%00b").status_code == 422


def test_bytes_of_a_file_are_its_own_and_pairs_are_whole(everything):
    kept = everything.ask("POST", "/api/v1/files", files={"file": ("a.csv", b"id\0\n\xff")})
    assert kept.status_code == 201
    asked = b'{"verb": "predict", "config": {"smiles": ["CCO"]}, "title": "\\ud83e\\uddea"}'
    made = everything.ask("POST", "/api/v1/jobs", content=asked, headers=JSON)
    assert made.json()["title"] == "\N{TEST TUBE}"


def test_who_may_not_is_told_that_first(server):
    assert server.nobody.ask("POST", "/api/v1/jobs", content=BROKEN[0], headers=JSON).status_code == 401
    assert server.browser().ask("POST", "/api/v1/jobs", content=BROKEN[0], headers=JSON).status_code == 403


def test_what_is_no_json_is_told_so_by_its_reader(everything):
    for body in (b"{", b"[" * 100_000, b"\xff"):
        assert everything.ask("POST", "/api/v1/jobs", content=body, headers=JSON).status_code in (400, 422)
