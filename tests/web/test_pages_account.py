"""One's own account as a page: a secret shown once, a password changed with the old one, a name, an open project."""

from __future__ import annotations

import json

PASSWORD = "correct horse battery"
HTML = {"Accept": "text/html"}


def test_the_page_shows_the_secret_once(server):
    ada = server.browser("analyst")
    answer = ada.ask("POST", "/account/tokens", data={"name": "x", "role": "analyst", "days": "9"})
    assert answer.status_code == 200 and "phk_" in answer.text
    assert "phk_" not in ada.ask("GET", "/account").text
    token = ada.ask("GET", "/api/v1/tokens").json()[0]["id"]
    assert ada.ask("POST", f"/account/tokens/{token}/end").status_code == 303
    assert ada.ask("GET", "/api/v1/tokens").json() == []


def test_a_password_is_changed_with_the_old_one_and_ends_the_other_sessions(server):
    user = server.user(password=PASSWORD)
    here, there = server.browser("analyst", user=user), server.browser("analyst", user=user)
    wrong = here.ask("POST", "/account/password", data={"old": "wrong wrong wrong", "new": PASSWORD + "!"})
    assert wrong.status_code == 403 and server.held.sessions.find(there.cookie)
    short = here.ask("POST", "/account/password", data={"old": PASSWORD, "new": "short"})
    assert short.status_code == 422
    done = here.ask("POST", "/account/password", data={"old": PASSWORD, "new": PASSWORD + "!"})
    assert done.status_code == 303 and done.cookies["pharmakon"] not in (here.cookie, there.cookie)
    assert server.held.sessions.find(here.cookie) is None and server.held.sessions.find(there.cookie) is None
    assert server.held.accounts.login(user.email, PASSWORD + "!") == user


def test_whoever_is_in_no_project_is_told_what_to_do(server):
    ada = server.browser()
    page = ada.ask("GET", "/account", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "in no project yet" in page.text


def test_whoever_may_make_no_token_is_told_what_it_takes(server):
    said = "takes a role of analyst, approver, curator in the open project"
    page = server.browser("reader").ask("GET", "/account").text
    assert said in page and "you are reader there" in page and "Make the token" not in page
    page = server.browser("analyst").ask("GET", "/account").text
    assert said not in page and "Make the token" in page


def test_a_new_name_stands_in_the_ledger_and_is_shown_as_text(server):
    ada = server.browser("analyst")
    done = ada.ask("POST", "/account/name", data={"name": " <b>Ada</b> "})
    page = ada.ask("GET", done.headers["location"], headers=HTML).text
    assert "The name was changed." in page and "<h1>&lt;b&gt;Ada&lt;/b&gt;</h1>" in page
    last = json.loads(server.ledger().splitlines()[-1])
    assert (last["event"], last["data"]["to"]) == ("name changed", "<b>Ada</b>")
    assert ada.ask("POST", "/account/name", data={"name": " "}).status_code == 422
    assert "changed" not in ada.ask("GET", "/account?done=Your+name+was+changed", headers=HTML).text


def test_a_token_without_a_role_is_not_made_and_another_s_is_not_taken_back(server):
    ada, bob = server.browser("analyst"), server.browser("analyst")
    refused = ada.ask("POST", "/account/tokens", data={"name": "x"})
    assert refused.status_code == 422 and "tick one" in refused.text
    token, _ = server.held.sessions.add_token(ada.caller, "x", as_roles=["analyst"])
    assert bob.ask("POST", f"/account/tokens/{token.id}/end").status_code == 404
    assert [one.id for one in server.held.sessions.tokens_of(ada.caller.user)] == [token.id]


def test_another_project_is_opened_by_whoever_is_in_it_alone(server):
    ada = server.browser("analyst")
    second, foreign = (server.held.projects.add(f"{what} {ada.caller.user}").id for what in ("Second", "Foreign"))
    server.held.projects.set_roles(second, ada.caller.user, ["reader"])
    assert ada.ask("POST", "/project", data={"project": foreign}).status_code == 403
    assert server.held.sessions.find(ada.cookie).caller.project == server.project
    done = ada.ask("POST", "/project", data={"project": second, "next": "//evil.example"})
    assert done.headers["location"] == "/"
    caller = server.held.sessions.find(ada.cookie).caller
    assert (caller.project, caller.roles) == (second, {"reader"})
