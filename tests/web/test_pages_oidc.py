"""To log in at a provider that is a process of its own: there and back, and every answer that is not believed."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from pharmakon.team.sessions import PROVED
from pharmakon.team.tables import sessions as table
from pharmakon.web.pages_oidc import _provider

CLIENT, SECRET = "workbench", "a secret & its signs"


@pytest.fixture(scope="module")
def provider():
    """The address of our own provider, which can be told to misbehave."""
    script = Path(__file__).with_name("openid_provider.py")
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def team(other, provider, monkeypatch):
    """A server whose people log in there."""
    monkeypatch.setenv("PHARMAKON_OIDC_SECRET", SECRET)
    _provider.cache_clear()
    httpx.post(f"{provider}/fault/nothing")
    grants = ("chem=Kinases:analyst", "chem=Kinases:curator", "boss=Kinases:approver", "chem=Nowhere:reader")
    return other(oidc_issuer=provider, oidc_client=CLIENT, oidc_roles=grants, logins=10_000)


def leave(server, browser=None, query=""):
    """The answer that sends a browser away."""
    answer = (browser or server.nobody).ask("GET", f"/login/oidc{query}")
    assert answer.status_code == 303
    return answer


def back(server, left, query, browser=None):
    """What the server says to a browser that comes back with a query."""
    cookie = f"pharmakon-away={left.cookies['pharmakon-away']}"
    if browser:
        cookie += f"; pharmakon={browser.cookie}"
    return (browser or server.nobody).ask("GET", f"/login/oidc/done?{query}", headers={"Cookie": cookie})


def visit(left):
    """The query that the provider sends a browser back with."""
    answer = httpx.get(left.headers["location"])
    assert answer.status_code == 302
    return urlsplit(answer.headers["location"]).query


def login(server):
    left = leave(server)
    return back(server, left, visit(left))


def test_somebody_new_gets_an_account_and_the_roles_of_the_groups(team, provider):
    left = leave(team, query="?next=/library")
    asked = parse_qs(urlsplit(left.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"] and len(asked["state"][0]) == len(asked["nonce"][0]) == 43
    done = back(team, left, visit(left))
    assert done.status_code == 303 and done.headers["location"] == "/library"
    caller = team.held.sessions.find(done.cookies["pharmakon"]).caller
    assert (caller.name, caller.email, caller.roles) == ("Ada Lovelace", "ada@example.org", {"analyst", "curator"})
    assert not caller.admin and not team.held.accounts.has_password(caller.user)
    httpx.post(f"{provider}/person", json={"sub": "1", "email": "other@example.org", "groups": ["boss"]})
    again = login(team)
    later = team.held.sessions.find(again.cookies["pharmakon"]).caller
    assert later.user == caller.user and later.roles == {"approver"}
    assert '"event":"logged in"' in team.ledger() and '"by":"provider"' in team.ledger() and SECRET not in team.ledger()


def test_without_groups_there_is_an_account_and_no_role(team, provider):
    httpx.post(f"{provider}/person", json={"sub": "7", "email": "bob@example.org"})
    done = login(team)
    assert done.headers["location"] == "/account"
    assert team.held.sessions.find(done.cookies["pharmakon"]).caller.roles == frozenset()


@pytest.mark.parametrize(
    "fault",
    [
        "nonce",
        "no nonce",
        "audience",
        "many audiences",
        "azp",
        "expired",
        "no expiry",
        "issuer",
        "none",
        "symmetric",
        "signature",
        "altered",
        "garbage",
        "unverified",
        "no email",
        "no subject",
    ],
)
def test_an_id_token_that_is_wrong_in_one_way_opens_nothing(team, provider, fault):
    httpx.post(f"{provider}/fault/{fault}")
    answer = login(team)
    assert answer.status_code == 403 and "pharmakon" not in answer.cookies
    assert team.held.accounts.all() == []
    assert '"event":"login refused"' in team.ledger()
    httpx.post(f"{provider}/fault/nothing")
    assert login(team).status_code == 303


def test_a_state_of_another_browser_is_refused(team):
    mine, theirs = leave(team), leave(team)
    assert back(team, mine, visit(theirs)).status_code == 403
    query = visit(mine)
    assert back(team, mine, re.sub("state=[^&]+", "state=", query)).status_code == 403
    assert team.nobody.ask("GET", f"/login/oidc/done?{visit(mine)}").status_code == 403


def test_a_code_is_good_for_once_and_for_its_own_verifier(team):
    left = leave(team)
    query = visit(left)
    assert back(team, left, query).status_code == 303
    refused = back(team, left, query)
    assert refused.status_code == 403 and "invalid_grant" in refused.text
    stolen, mine = visit(leave(team)), leave(team)
    code = parse_qs(stolen)["code"][0]
    swapped = re.sub("code=[^&]+", f"code={code}", visit(mine))
    assert back(team, mine, swapped).status_code == 403


def test_another_provider_s_answer_is_refused_and_so_is_one_that_calls_itself_another(team, provider):
    left = leave(team)
    query = re.sub("iss=[^&]+", "iss=https%3A%2F%2Fevil.example", visit(left))
    assert back(team, left, query).status_code == 403
    _provider.cache_clear()
    httpx.post(f"{provider}/fault/other issuer")
    refused = team.nobody.ask("GET", "/login/oidc")
    assert refused.status_code == 503 and "evil.example" in refused.json()["detail"]


def test_new_keys_of_the_provider_are_asked_for_but_not_at_every_bad_token(team, provider, monkeypatch):
    assert login(team).status_code == 303
    httpx.post(f"{provider}/keys")
    assert login(team).status_code == 403  # they were asked for a moment ago
    monkeypatch.setattr("pharmakon.team.oidc.FRESH", 0.0)
    assert login(team).status_code == 303


def test_an_address_with_a_password_here_is_not_opened_by_the_provider(team):
    team.held.accounts.add("ada@example.org", "Ada", "correct horse battery")
    answer = login(team)
    assert answer.status_code == 403 and "already" in answer.json()["detail"]


def test_a_shut_account_stays_shut(team):
    user = team.held.sessions.find(login(team).cookies["pharmakon"]).caller.user
    team.held.accounts.set_disabled(user, disabled=True)
    assert login(team).status_code == 403


def test_before_a_signature_the_provider_asks_again(team, provider):
    ada = team.browser("approver")
    ada.cookie = login(team).cookies["pharmakon"]

    def proved(path="/record"):
        with team.held.database.write() as connection:
            connection.execute(table.update().values(proved=0.0))
        left = leave(team, ada, f"?again=true&next={quote(path)}")
        asked = parse_qs(urlsplit(left.headers["location"]).query)
        assert asked["prompt"] == ["login"] and asked["max_age"] == ["0"]
        answer = back(team, left, visit(left), ada)
        return answer, team.held.sessions.find(ada.cookie).proved < PROVED

    answer, now = proved()
    assert now and answer.headers["location"] == "/record" and "pharmakon" not in answer.cookies
    for why, kept in (("It holds", "/record/7?why=It%20holds"), ("x" * 3000, "/record/7")):  # a cookie holds 4 kB
        answer, _ = proved(f"/record/7?why={quote(why)}")
        assert answer.headers["location"] == kept
    httpx.post(f"{provider}/fault/stale")
    answer, now = proved()
    assert answer.status_code == 403 and not now
    httpx.post(f"{provider}/fault/nothing")
    httpx.post(f"{provider}/person", json={"sub": "9", "email": "eve@example.org"})
    answer, now = proved()
    assert answer.status_code == 403 and not now


def test_a_provider_that_is_away_is_said_to_be(other, monkeypatch):
    _provider.cache_clear()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{probe.getsockname()[1]}"
    team = other(oidc_issuer=gone, oidc_client=CLIENT)
    assert team.nobody.ask("GET", "/login/oidc").status_code == 503
    assert other().nobody.ask("GET", "/login/oidc").status_code == 404


def test_somebody_else_s_provider_lets_people_in_too(other, monkeypatch, tmp_path):
    """oidc-provider-mock, which stands on Authlib's server side."""
    pytest.importorskip("flask")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        "--port",
        str(port),
        "--user-claims",
        '{"sub": "ada@example.org", "email": "ada@example.org", "name": "Ada"}',
    ]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "oidc_provider_mock", *options], stdout=log, stderr=log)
        try:
            issuer = f"http://localhost:{port}"
            for _ in range(200):
                try:
                    httpx.get(f"{issuer}/.well-known/openid-configuration")
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
            monkeypatch.setenv("PHARMAKON_OIDC_SECRET", SECRET)
            _provider.cache_clear()
            team = other(oidc_issuer=issuer, oidc_client=CLIENT)
            left = leave(team)
            allowed = httpx.post(left.headers["location"], data={"sub": "ada@example.org"})
            done = back(team, left, urlsplit(allowed.headers["location"]).query)
            assert done.status_code == 303, done.text
            assert team.held.sessions.find(done.cookies["pharmakon"]).caller.email == "ada@example.org"
        finally:
            process.kill()
            process.wait()
