"""One's own account: tokens no wider than their owner, a password that is changed with the old one."""

from __future__ import annotations

from pharmakon.team.accounts import TRIES

PASSWORD = "correct horse battery"


def test_a_token_is_shown_once_and_can_do_what_it_was_made_for(server):
    ada = server.browser("analyst", "approver")
    made = ada.ask("POST", "/api/v1/tokens", json={"name": "nightly", "roles": ["analyst"], "days": 1}).json()
    listed = ada.ask("GET", "/api/v1/tokens")
    assert made["secret"] not in listed.text and [t["name"] for t in listed.json()] == ["nightly"]
    program = server.nobody
    program.token = made["secret"]
    assert program.ask("GET", "/api/v1/me").json()["roles"] == ["analyst"]
    assert ada.ask("DELETE", f"/api/v1/tokens/{made['token']['id']}").status_code == 204
    assert program.ask("GET", "/api/v1/me").status_code == 401


def test_no_token_for_roles_that_one_has_not_nor_for_longer_than_a_year_nor_by_a_token(server):
    ada = server.browser("analyst")
    for asked in ({"roles": ["curator"]}, {"roles": []}, {"roles": ["analyst"], "days": 400}, {"roles": ["king"]}):
        assert ada.ask("POST", "/api/v1/tokens", json={"name": "x"} | asked).status_code == 422
    program = server.program("analyst")
    refused = program.ask("POST", "/api/v1/tokens", json={"name": "x", "roles": ["analyst"]})
    assert refused.status_code == 403 and "makes no tokens" in refused.json()["detail"]
    assert program.ask("POST", "/account/name", data={"name": "Eve"}).status_code == 403


def test_another_s_token_is_not_taken_back(server):
    ada, bob = server.browser("analyst"), server.browser("analyst")
    made = ada.ask("POST", "/api/v1/tokens", json={"name": "x", "roles": ["analyst"]}).json()["token"]["id"]
    assert bob.ask("DELETE", f"/api/v1/tokens/{made}").status_code == 404
    assert [t["id"] for t in ada.ask("GET", "/api/v1/tokens").json()] == [made]


def test_a_stolen_session_cannot_try_passwords_for_ever(server):
    ada = server.browser("approver", user=server.user(password=PASSWORD))
    for _ in range(TRIES):
        assert ada.ask("POST", "/api/v1/proof", json={"password": "wrong wrong wrong"}).status_code == 403
    assert ada.ask("POST", "/api/v1/proof", json={"password": PASSWORD}).status_code == 403
