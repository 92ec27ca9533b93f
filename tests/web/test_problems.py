"""Errors as answers: the right status, a sentence without what went on inside, and a way to what is missing."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from pharmakon.core.errors import Cancelled, DataError, Denied, TooLarge, TooMany, Unavailable, UnknownName, UsageError
from pharmakon.web.guard import NotLoggedIn, NotProved
from pharmakon.web.problems import handle_problems, status_of

PAGE = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotLoggedIn("x"), 401),
        (NotProved("x"), 403),
        (Denied("x"), 403),
        (TooLarge("x"), 413),
        (DataError("x"), 422),
        (UsageError("x"), 422),
        (TooMany("x", wait=1.0), 429),
        (Unavailable("x"), 503),
        (Cancelled("x"), 503),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else str(one),
)
def test_an_error_has_its_status(error, status):
    assert status_of(error, Request({"type": "http", "path_params": {}})) == status


def test_a_name_that_stands_in_the_address_is_not_there_and_one_that_was_sent_is_not_understood():
    asked = Request({"type": "http", "path_params": {"id": "7"}})
    assert status_of(UnknownName("job", "7", ()), asked) == 404
    assert status_of(UnknownName("role", "king", ()), asked) == 422


@pytest.fixture
def client():
    """An application that only fails."""
    app = FastAPI()
    handle_problems(app)

    @app.api_route("/sign", methods=["GET", "POST"])
    def sign() -> None:
        raise NotProved("give your password again first")

    @app.get("/busy")
    def busy() -> None:
        raise TooMany("wait", wait=2.2)

    @app.get("/count")
    def count(n: int) -> int:
        return n

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the key is 1234")

    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


def test_a_program_gets_the_sentence_as_rfc_9457_has_it(client):
    answer = client.get("/count?n=many")
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert set(told) == {"type", "title", "status", "detail"} and told["status"] == 422
    assert told["detail"].startswith("n: ")  # the place of the mistake
    assert client.get("/nowhere").json()["title"] == "Not there"
    late = client.get("/busy")
    assert late.status_code == 429 and late.headers["retry-after"] == "3"


def test_what_broke_is_in_the_log_and_not_in_the_answer(client, caplog):
    with caplog.at_level(logging.ERROR):
        answer = client.get("/broken")
    assert answer.status_code == 500 and "1234" not in answer.text and "RuntimeError" not in answer.text
    assert "GET /broken failed" in caplog.text and "the key is 1234" in caplog.text


def test_who_must_give_the_password_again_is_led_there_and_back_to_the_form(client):
    read = client.get("/sign?a=1&b=2", headers=PAGE)
    assert read.status_code == 303 and read.headers["location"] == "/again?next=/sign%3Fa%3D1%26b%3D2"
    sent = client.post("/sign", headers=PAGE | {"Referer": "https://evil.example/record/7?x=1"})
    assert sent.status_code == 303 and sent.headers["location"] == "/again?next=/record/7"
    typed = {"why": "Read, and it holds", "meaning": "reviewed", "passphrase": "five words"}
    sent = client.post("/sign", headers=PAGE | {"Referer": "http://testserver/record/7"}, data=typed)
    back = parse_qs(urlsplit(sent.headers["location"]).query)["next"][0]
    assert back == "/record/7?meaning=reviewed&why=Read%2C+and+it+holds"
    assert client.post("/sign").status_code == 403  # a program has no password to give


def test_who_was_sent_to_log_in_comes_back_with_the_whole_question(server):
    answer = server.nobody.ask("GET", "/molecule?smiles=C%2BC&profile=fast", headers=PAGE)
    assert answer.headers["location"] == "/login?next=/molecule%3Fsmiles%3DC%252BC%26profile%3Dfast"


def test_nobody_is_told_to_log_in_by_a_page_and_by_a_header(server):
    sent = server.nobody.ask("POST", "/account/name", headers=PAGE, data={"name": "x"})
    assert sent.status_code == 401 and "<h1>Not logged in</h1>" in sent.text
    program = server.nobody.ask("GET", "/api/v1/me", headers=PAGE)
    assert program.status_code == 401 and program.headers["www-authenticate"] == "Bearer"
