"""To log in: what a browser is given, and that no answer tells whether there is an account."""

from __future__ import annotations

import logging
import re

from pharmakon.team import accounts
from pharmakon.team.accounts import TRIES
from pharmakon.team.sessions import PROVED
from pharmakon.team.tables import sessions as table

PASSWORD = "correct horse battery"
PAGE = {"Accept": "text/html"}


def fill(browser, path, **fields):
    """Load a form, and send it with what it holds."""
    page = browser.ask("GET", path, headers=PAGE)
    jar = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)[1]
    headers = PAGE | {
        "Cookie": "; ".join(x for x in (jar, f"pharmakon={browser.cookie}" if browser.cookie else "") if x)
    }
    return browser.ask("POST", path.partition("?")[0], headers=headers, data={"csrf": token} | fields)


def login(server, email, password=PASSWORD, **more):
    return fill(server.nobody, "/login", email=email, password=password, **more)


def test_a_login_gives_a_new_session_whose_cookie_no_script_reads(fresh):
    ada = fresh.user(password=PASSWORD)
    fresh.held.projects.set_roles(fresh.project, ada.id, ["analyst"])
    first, second = login(fresh, ada.email), login(fresh, ada.email)
    assert first.status_code == 303 and first.headers["location"] == "/"
    cookie = next(text for text in first.headers.get_list("set-cookie") if text.startswith("pharmakon="))
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert first.cookies["pharmakon"] != second.cookies["pharmakon"]
    assert fresh.held.sessions.find(first.cookies["pharmakon"]).caller.roles == {"analyst"}


def test_a_session_that_somebody_planted_is_not_the_one_that_is_logged_in(fresh):
    ada, eve = fresh.user(password=PASSWORD), fresh.browser("reader")
    eve.token = ""
    answer = fresh.nobody.ask("GET", "/login", headers=PAGE | {"Cookie": f"pharmakon={eve.cookie}"})
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)[1]
    jar = f"pharmakon={eve.cookie}; pharmakon-form={answer.cookies['pharmakon-form']}"
    data = {"csrf": token, "email": ada.email, "password": PASSWORD}
    done = fresh.nobody.ask("POST", "/login", headers={"Cookie": jar}, data=data)
    assert done.status_code == 303 and done.cookies["pharmakon"] != eve.cookie
    assert fresh.held.sessions.find(eve.cookie) is None


def test_known_unknown_shut_locked_and_passwordless_accounts_get_one_answer_and_cost_one_hash(other, monkeypatch):
    team = other(logins=1000)
    known, shut, locked, elsewhere = (team.user(name, password=PASSWORD) for name in ("Ada", "Bob", "Carl", "Dora"))
    outside = team.held.accounts.add("eva@example.org", "Eva", None, subject="https://id.example 1")
    team.held.accounts.set_disabled(shut.id, disabled=True)
    for _ in range(TRIES):
        login(team, locked.email, "wrong wrong wrong")
    hashes, own = [], accounts._right
    monkeypatch.setattr(accounts, "_right", lambda hashed, given: hashes.append(hashed) or own(hashed, given))
    bodies = set()
    tries = [(known.email, "wrong wrong wrong"), ("nobody@example.org", PASSWORD), (shut.email, PASSWORD)]
    tries += [(locked.email, PASSWORD), (outside.email, PASSWORD), (elsewhere.email, "x" * 1024)]
    for n, (email, password) in enumerate(tries, 1):
        answer = login(team, email, password)
        assert answer.status_code == 401 and "pharmakon" not in answer.cookies and len(hashes) == n
        bodies.add(re.sub(r"[0-9a-f]{64}", "", answer.text))
    assert len(bodies) == 1 and all(one.startswith("$argon2id$") for one in hashes)


def test_tries_are_counted_by_address_and_by_account_known_or_not(other):
    team = other(logins=3)
    assert [login(team, "nobody@example.org").status_code for _ in range(4)] == [401, 401, 401, 429]
    team.app.state.logins.take("127.0.0.1")
    team.app.state.logins._buckets.pop("127.0.0.1")
    late = login(team, "nobody@example.org")
    assert late.status_code == 429 and int(late.headers["Retry-After"]) >= 1


def test_the_way_back_stays_on_this_server(fresh):
    ada = fresh.user(password=PASSWORD)
    fresh.held.projects.set_roles(fresh.project, ada.id, ["analyst"])
    for text, path in (("/library?x=1", "/library?x=1"), ("//evil.example", "/")):
        assert login(fresh, ada.email, next=text).headers["location"] == path


def test_a_logout_ends_the_session_on_the_server(server):
    ada = server.browser("analyst")
    assert ada.ask("POST", "/logout").headers["location"] == "/login"
    assert server.held.sessions.find(ada.cookie) is None and ada.ask("GET", "/api/v1/me").status_code == 401


def test_the_first_account_takes_the_secret_and_is_made_once(fresh):
    secret = fresh.app.state.setup
    assert secret and fresh.said == [
        f"no administrator has an account yet: the first is made at /setup with the secret {secret}"
    ]
    asked = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD, "project": "Kinases"}
    assert fill(fresh.nobody, "/setup", secret="guessed", **asked).status_code == 403
    assert fresh.held.accounts.all() == []
    short = fill(fresh.nobody, "/setup", secret=secret, **asked | {"password": "short"})
    assert short.status_code == 422 and fresh.held.accounts.all() == []
    made = fill(fresh.nobody, "/setup", secret=secret, **asked)
    assert made.status_code == 303
    caller = fresh.held.sessions.find(made.cookies["pharmakon"]).caller
    assert caller.admin and caller.roles == {"admin", "analyst"} and caller.project == fresh.project
    assert fresh.nobody.ask("GET", "/setup").status_code == 404
    assert fresh.held.accounts.governed()


def test_the_password_is_given_again_and_a_wrong_one_counts(server):
    user = server.user(password=PASSWORD)
    ada = server.browser("approver", user=user)
    with server.held.database.write() as connection:
        connection.execute(table.update().values(proved=0.0))
    assert server.held.sessions.find(ada.cookie).proved > PROVED
    assert ada.ask("POST", "/api/v1/proof", json={"password": "wrong wrong wrong"}).status_code == 403
    assert server.held.sessions.find(ada.cookie).proved > PROVED
    assert ada.ask("POST", "/api/v1/proof", json={"password": PASSWORD}).status_code == 204
    assert server.held.sessions.find(ada.cookie).proved < PROVED
    assert fill(ada, "/again", password="wrong wrong wrong").status_code == 403
    assert fill(ada, "/again?next=/record", password=PASSWORD, next="//evil").headers["location"] == "/"


def test_no_secret_reaches_the_log_or_the_ledger(fresh, caplog):
    caplog.set_level(logging.DEBUG)
    secret = fresh.app.state.setup
    asked = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD, "project": "Kinases"}
    made = fill(fresh.nobody, "/setup", secret=secret, **asked)
    cookie = made.cookies["pharmakon"]
    login(fresh, "my secret passphrase@", "my secret passphrase")  # typed into the wrong field
    login(fresh, "ada@example.org", PASSWORD + "!")
    ada = fresh.browser("analyst")
    ada.cookie, ada.token = cookie, ""
    token = ada.ask("POST", "/api/v1/tokens", json={"name": "x", "roles": ["analyst"]}).json()["secret"]
    ada.ask("POST", "/account/password", data={"old": PASSWORD, "new": PASSWORD + " staple"})
    fresh.nobody.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    kept = caplog.text + fresh.ledger()
    for hidden in (secret, PASSWORD, "my secret passphrase", cookie, token, "$argon2id$"):
        assert hidden not in kept
    for event in ("account made", "logged in", "login refused", "token made", "password changed"):
        assert f'"event":"{event}"' in kept
