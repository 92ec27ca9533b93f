"""What it takes to log in: a way back that leads nowhere else, counted tries, a session that is a new one."""

from __future__ import annotations

import json

import pytest
from fastapi import Request

from pharmakon.core.errors import TooMany
from pharmakon.team.sessions import csrf
from pharmakon.web.login import begin_session, count_try, form_page, own_path, password_opens

PASSWORD = "correct horse battery"
FACTS = {"refused": False, "shortest": 12}
"""What the form needs besides."""


def asked(server, cookie="", *, address="127.0.0.1"):
    """A request as a route gets it."""
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "POST", "path": "/login", "query_string": b"", "headers": headers}
    return Request(scope | {"app": server.app, "client": (address, 50000), "state": {}})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/library?x=1", "/library?x=1"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil", "/"),
        ("", "/"),
        ("///evil.example", "/"),
    ],
)
def test_the_way_back_is_a_path_of_this_server(text, path):
    assert own_path(text) == path


def test_tries_at_one_account_count_together_however_it_is_typed_and_from_wherever(other):
    team = other(logins=3)
    for n, typed in enumerate(("ada@example.org", " Ada@Example.org", "ADA@EXAMPLE.ORG ")):
        count_try(asked(team, address=f"192.0.2.{n}"), typed)
    with pytest.raises(TooMany) as late:
        count_try(asked(team, address="192.0.2.9"), "ada@example.org")
    assert 0 < late.value.wait <= 60
    count_try(asked(team, address="192.0.2.9"), "bob@example.org")


def test_tries_from_one_address_count_together_at_whichever_account(other):
    team = other(logins=3)
    for n in range(3):
        count_try(asked(team), f"{n}@example.org")
    with pytest.raises(TooMany):
        count_try(asked(team), "another@example.org")
    with pytest.raises(TooMany):
        count_try(asked(team))


def test_a_refusal_is_noted_with_the_account_and_never_with_what_was_typed(fresh):
    ada = fresh.user(password=PASSWORD)
    assert password_opens(asked(fresh), ada.email, "a wrong password") is None
    assert password_opens(asked(fresh, address="192.0.2.7"), "my own passphrase", PASSWORD) is None
    noted = [json.loads(line) for line in fresh.ledger().splitlines()][-2:]
    assert [entry["event"] for entry in noted] == ["login refused"] * 2
    assert [entry["data"]["account"] for entry in noted] == [ada.id, ""]
    assert [entry["data"]["address"] for entry in noted] == ["127.0.0.1", "192.0.2.7"]
    assert "passphrase" not in fresh.ledger() and "a wrong" not in fresh.ledger()
    assert password_opens(asked(fresh), ada.email, PASSWORD) == ada


def test_the_session_that_the_browser_had_ends_and_a_project_is_open(fresh):
    before = fresh.browser("analyst")
    answer = begin_session(asked(fresh, f"pharmakon={before.cookie}"), fresh.held.accounts.get(before.caller.user))
    assert fresh.held.sessions.find(before.cookie) is None
    given = {text.partition("=")[0]: text for text in answer.headers.getlist("set-cookie")}
    assert "Max-Age=0" in given["pharmakon-form"]
    secret = given["pharmakon"].partition("=")[2].partition(";")[0]
    assert fresh.held.sessions.find(secret).caller == before.caller


def test_whoever_is_in_no_project_is_sent_to_the_account_wherever_the_way_led(fresh):
    assert begin_session(asked(fresh), fresh.user(), to="/library").headers["location"] == "/account"


def test_a_form_opened_twice_can_be_sent_from_either_window(fresh):
    first = form_page(asked(fresh), "setup.html", **FACTS)
    secret = first.headers["set-cookie"].partition("=")[2].partition(";")[0]
    again = form_page(asked(fresh, f"pharmakon-form={secret}"), "setup.html", status=401, **FACTS)
    assert first.status_code == 200 and again.status_code == 401
    assert all(csrf(secret).encode() in page.body for page in (first, again))
    assert csrf(secret).encode() not in form_page(asked(fresh), "setup.html", **FACTS).body
