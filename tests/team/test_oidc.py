"""Logging in at a provider: what a browser is sent with, what is believed of the answer, and what groups give."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pharmakon.core.errors import Denied, Unavailable, UsageError
from pharmakon.team.accounts import Accounts
from pharmakon.team.oidc import Provider, Vouched, admit, derived
from pharmakon.team.projects import Projects

ISSUER, BACK, AWAY = "https://id.example", "https://pharmakon.example.org/login/oidc/done", "a browser's secret"
SAYS = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize?tenant=1",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}


@pytest.fixture
def asked(monkeypatch):
    """What the provider was asked; `answers` says what it answers, by the end of the address."""

    class Asked(list):
        """Method, address and the rest of each request."""

    found = Asked()
    found.answers = {"openid-configuration": httpx.Response(200, json=SAYS)}

    def request(method, address, **more):
        found.append((method, address, more))
        return found.answers[address.rpartition("/")[2]]

    monkeypatch.setattr(httpx, "request", request)
    return found


def test_a_browser_is_sent_with_a_challenge_whose_verifier_it_never_saw(asked):
    provider = Provider(ISSUER, "workbench")
    there = urlsplit(provider.sends(AWAY, BACK))
    sent = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert there.hostname == "id.example" and sent["tenant"] == "1" and sent["redirect_uri"] == BACK
    verifier = derived(AWAY, "verifier")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (sent["code_challenge"], sent["code_challenge_method"]) == (digest, "S256")
    assert len({sent["state"], sent["nonce"], verifier, AWAY}) == 4
    assert verifier not in there.query and "prompt" not in sent
    assert parse_qs(urlsplit(provider.sends(AWAY, BACK, again=True)).query)["prompt"] == ["login"]
    assert len(asked) == 1  # what the provider says of itself is kept


def test_an_answer_to_another_browser_is_refused_before_the_provider_is_asked(asked):
    for state in (derived("another browser's", "state"), derived(AWAY, "nonce"), "", "é"):
        with pytest.raises(Denied, match="another browser"):
            Provider(ISSUER, "workbench").returned(AWAY, BACK, state=state, code="x")
    assert asked == []


@pytest.mark.parametrize(
    ("ways", "in_header"), [(None, True), (["client_secret_post"], False), (["client_secret_basic"], True)]
)
def test_the_secret_is_told_in_the_way_that_the_provider_takes(asked, ways, in_header):
    says = SAYS | ({"token_endpoint_auth_methods_supported": ways} if ways else {})
    asked.answers = {
        "openid-configuration": httpx.Response(200, json=says),
        "token": httpx.Response(400, json={"error": "invalid_grant"}),
    }
    with pytest.raises(Denied, match="invalid_grant"):
        Provider(ISSUER, "work bench", "a & b").returned(AWAY, BACK, state=derived(AWAY, "state"), code="x")
    method, address, sent = asked[-1]
    assert (method, address) == ("POST", f"{ISSUER}/token")
    assert sent["data"]["code_verifier"] == derived(AWAY, "verifier")
    assert sent["auth"] == (("work+bench", "a+%26+b") if in_header else None)
    assert sent["data"].get("client_secret") == (None if in_header else "a & b")


def test_nothing_is_said_over_a_way_that_others_read(asked):
    for issuer in ("http://id.example", "http://localhost.evil.example", "ftp://localhost", "id.example"):
        with pytest.raises(UsageError, match="https://"):
            Provider(issuer, "workbench").sends(AWAY, BACK)
    assert asked == []
    plain = SAYS | {"authorization_endpoint": "http://id.example/authorize"}
    asked.answers = {"openid-configuration": httpx.Response(200, json=plain)}
    with pytest.raises(Unavailable, match="authorization_endpoint"):
        Provider(ISSUER, "workbench").sends(AWAY, BACK)


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(500), httpx.Response(302, headers={"Location": "/"}), httpx.Response(200, text="<html>")],
    ids=["failed", "elsewhere", "no JSON"],
)
def test_a_provider_that_says_nothing_of_itself_is_away(asked, answer):
    asked.answers = {"openid-configuration": answer}
    with pytest.raises(Unavailable, match="OpenID provider answered"):
        Provider(ISSUER, "workbench").sends(AWAY, BACK)
    assert asked[0][2]["follow_redirects"] is False


def ada(*groups):
    return Vouched(f"{ISSUER} 1", "ada@example.org", "Ada", frozenset(groups), 0.0)


def test_groups_give_the_roles_of_the_projects_that_are_named_and_of_no_other(database, project):
    accounts, projects = Accounts(database), Projects(database)
    grants = ("chem=Kinases:analyst", "chem=Kinases:curator", "boss=Kinases:approver")
    user = admit(accounts, projects, ada("chem"), grants=grants)
    other = projects.add("Ion channels").id
    projects.set_roles(other, user.id, ["reader"])
    projects.set_roles(project, user.id, ["reader"])  # given by hand, where groups decide

    def held(*groups):
        assert admit(accounts, projects, ada(*groups), grants=grants).id == user.id
        return {one.name: set(one.roles) for one in projects.of(user.id)}

    assert held("chem") == {"Kinases": {"analyst", "curator"}, "Ion channels": {"reader"}}
    assert held("boss", "unheard of") == {"Kinases": {"approver"}, "Ion channels": {"reader"}}
    assert held() == {"Ion channels": {"reader"}}


def test_the_last_administrator_of_a_project_stays_one(database, project):
    accounts, projects = Accounts(database), Projects(database)
    user = admit(accounts, projects, ada())
    projects.set_roles(project, user.id, ["admin"])
    admit(accounts, projects, ada("chem"), grants=["chem=Kinases:analyst"])
    assert projects.of(user.id)[0].roles == {"analyst", "admin"}


def test_a_project_that_is_not_there_is_named_in_the_log_and_keeps_nobody_out(database, project, caplog):
    grants = ["chem=Nowhere:reader", "chem=Kinases:reader"]
    user = admit(Accounts(database), Projects(database), ada("chem"), grants=grants)
    assert "'Nowhere'" in caplog.text
    assert [(one.id, one.roles) for one in Projects(database).of(user.id)] == [(project, {"reader"})]
