"""Every route and every role, as they are found in the application: who may not gets nothing and changes nothing."""

from __future__ import annotations

import hashlib
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import APIRouter

from pharmakon.team.roles import Caller, roles
from pharmakon.team.sessions import PROVED, csrf
from pharmakon.team.tables import metadata
from pharmakon.web import guard, routers
from pharmakon.web.app import create_app
from pharmakon.web.guard import FORGED, PUBLIC, SAFE, Again, action_of, api_routes
from pharmakon.web.settings import ServeConfig

NOWHERE = "0" * 16
CALLERS = ("nobody", "roleless", *roles(), "server admin", "token")


def paths(app, id=NOWHERE):
    """(method, path, action) of every route, with something in place of its parameters."""
    filled = {"what": "cancel", "format": "csv", "name": "x", "account": "nobody@example.org"}
    for route in api_routes(app.routes):
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: filled.get(found[1], id), route.path)
        for method in sorted(route.methods - {"HEAD"}):
            yield method, path, action_of(route)


def contents(server):
    """A hash of everything that the server keeps, but for when somebody was last seen."""
    digest = hashlib.sha256()
    with server.held.database.read() as connection:
        for table in metadata.sorted_tables:
            kept = [column for column in table.c if column.name not in ("seen", "used")]
            digest.update(repr(sorted(map(repr, connection.execute(table.select().with_only_columns(*kept))))).encode())
    return digest.hexdigest()


def caller_of(server, who):
    if who == "nobody":
        return server.nobody
    if who == "token":
        return server.program("reader")
    if who == "server admin":
        return server.browser(admin=True)
    return server.browser(*([] if who == "roleless" else [who]))


@pytest.mark.parametrize("who", CALLERS)
def test_every_route_is_denied_to_whoever_has_no_role_for_it_and_open_to_whoever_has(server, who):
    caller = caller_of(server, who)
    routes = [place for place in paths(server.app) if place[2] != PUBLIC]
    denied = [place for place in routes if who == "nobody" or not caller.caller.may(place[2])]
    before = contents(server)
    for method, path, action in denied:
        answer = caller.ask(method, path, json={})
        place = (who, method, path, action, answer.status_code, answer.text[:200])
        if who != "nobody":
            assert answer.status_code == 403 and "takes a role of" in answer.json()["detail"], place
            continue
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer", place
        page = caller.ask(method, path, headers={"Accept": "text/html"})
        if method == "GET" and not path.startswith("/api/"):
            assert page.status_code == 303 and page.headers["location"].startswith("/login?next="), place
        else:
            assert page.status_code == 401, place
    assert contents(server) == before
    for method, path, action in [place for place in routes if place not in denied]:
        answer = caller_of(server, who).ask(method, path, json={})
        place = (who, method, path, action, answer.status_code, answer.text[:200])
        assert answer.status_code < 500 and answer.status_code != 401, place
        assert answer.status_code != 403 or "takes a role of" not in answer.json()["detail"], place
    assert len(denied) > 5 and (len(denied) < len(routes)) == (who != "nobody")


def test_what_is_public_answers_everybody(server):
    for method, path, action in paths(server.app):
        if action == PUBLIC:
            assert server.nobody.ask(method, path, json={}).status_code < 500, (method, path)


def test_the_matrix_has_every_action_of_the_table_that_a_route_can_have(server):
    served = {action for _, _, action in paths(server.app)} - {PUBLIC}
    assert {"account.self", "account.change", "account.write", "project.write", "project.members"} <= served
    assert {"molecule.read", "file.read", "file.write", "file.delete", "job.read", "job.start", "job.stop"} <= served


def test_who_was_turned_away_stands_in_the_ledger(fresh):
    reader = fresh.browser("reader")
    reader.ask("POST", "/api/v1/files", json={})
    last = fresh.ledger().splitlines()[-1]
    assert '"event":"denied"' in last and '"action":"file.write"' in last and reader.caller.user in last


def test_a_route_that_names_no_action_is_not_served(monkeypatch, tmp_path):
    careless = APIRouter()
    careless.get("/careless")(lambda: "everything")
    monkeypatch.setattr(routers, "all_routers", lambda: [careless])
    with pytest.raises(RuntimeError, match="without an action: /careless"):
        create_app(ServeConfig(data=tmp_path))
    with pytest.raises(KeyError):
        guard.allowed("rocket.launch")


def test_what_changes_something_wants_the_session_s_own_token_and_comes_from_this_site(server):
    everything = server.browser(*roles(), admin=True)
    stranger = server.browser(*roles())
    unsafe = [(method, path) for method, path, action in paths(server.app) if method not in SAFE and action != PUBLIC]
    assert len(unsafe) > 10
    before = contents(server)
    for method, path in unsafe:
        forged = everything.ask(method, path, forge=True, json={})
        assert forged.status_code == 403 and forged.json()["detail"] == FORGED, (method, path)
        headers = {"X-CSRF-Token": csrf(stranger.cookie)}
        assert everything.ask(method, path, headers=headers, json={}).json()["detail"] == FORGED, (method, path)
        for elsewhere in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            refused = everything.ask(method, path, headers=elsewhere, json={})
            assert refused.status_code == 403 and "another site" in refused.json()["detail"], (method, path)
    assert contents(server) == before


def curls():
    """(headers, address, body) of each curl that the page on programs prints."""
    text = (Path(__file__).parents[2] / "docs" / "howto" / "api.md").read_text(encoding="utf-8")
    for block in re.findall(r"^    (curl .*?)\n\n", text, re.DOTALL | re.MULTILINE):
        words = shlex.split(block.replace("\\\n", " "))
        headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
        yield headers, urlsplit(words[-1]), words[words.index("-d") + 1]


def test_the_curl_of_the_docs_works_as_printed_without_accounts_and_with(other):
    with_token, without = curls()
    local, shared = other(accounts=False).nobody, other().program("analyst")
    for caller, (headers, address, body) in ((local, without), (shared, with_token)):
        if (named := headers.pop("Authorization", None)) is not None:
            assert named == "Bearer $PHARMAKON_TOKEN" and caller.token
        answer = caller.ask("POST", address.path, content=body, headers={"Host": "localhost"} | headers)
        assert answer.status_code == 200 and answer.json()[0]["asked"] == "CCO", answer.text


def test_without_accounts_json_from_the_shell_needs_no_token_and_a_browser_s_does(other):
    local, shared = other(accounts=False).nobody, other().browser("analyst")
    shell = {"Content-Type": "application/json"}
    body = b'{"verb": "mutagenicity", "config": {"smiles": ["CCO"]}}'

    def ask(caller=local, **headers):
        return caller.ask("POST", "/api/v1/jobs", content=body, headers=shell | headers, forge=True)

    assert ask().status_code == 201
    own = {"Origin": "http://localhost"}
    for browser in (own, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}):
        assert ask(**browser).json()["detail"] == FORGED
    for simple in ("text/plain", "text/plain; application/json", "application/x-www-form-urlencoded"):
        assert ask(**{"Content-Type": simple}).status_code == 403
    for elsewhere in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert ask(**elsewhere).status_code == 403
    assert ask(shared).json()["detail"] == FORGED  # where there are accounts, a session's cookie is no permission


def test_a_form_s_hidden_field_counts_and_another_session_s_does_not(server):
    ada, bob = server.browser("reader"), server.browser("reader")
    right = ada.ask("POST", "/account/name", forge=True, data={"csrf": csrf(ada.cookie), "name": "Countess"})
    assert right.status_code == 303
    wrong = ada.ask("POST", "/account/name", forge=True, data={"csrf": csrf(bob.cookie), "name": "Eve"})
    assert wrong.status_code == 403
    assert server.held.accounts.get(ada.caller.user).name == "Countess"


def test_a_program_brings_nothing_back(server):
    program = server.program("analyst")
    for method, path, action in paths(server.app):
        if method not in SAFE and program.caller.may(action):
            assert FORGED not in program.ask(method, path, json={}).text, (method, path)


def test_forms_that_nobody_sends_yet_want_their_own_page_s_token(fresh):
    for path in ("/login", "/setup"):
        assert FORGED in fresh.nobody.ask("POST", path, data={"csrf": "", "email": "a@b", "password": "x"}).text
        assert FORGED in fresh.nobody.ask("POST", path, data={"csrf": csrf(""), "email": "a@b", "password": "x"}).text


def test_a_signature_wants_a_person_who_gave_the_password_just_now(server):
    async def tried(proved, caller):
        class Request:
            class state:  # noqa: N801
                pass

        Request.state.proved = proved
        await Again()(Request)

    import anyio

    anyio.run(tried, PROVED - 1.0, None)
    with pytest.raises(guard.NotProved):
        anyio.run(tried, PROVED + 1.0, None)
    with pytest.raises(guard.Denied, match="no token"):
        anyio.run(tried, None, None)


def test_a_wrong_token_is_nobody_and_a_header_of_another_kind_is_no_token(server):
    wrong = server.nobody.ask("GET", "/api/v1/me", headers={"Authorization": "Bearer phk_wrong"})
    assert wrong.status_code == 401 and "unknown" in wrong.json()["detail"]
    assert server.nobody.ask("GET", "/api/v1/me", headers={"Authorization": "Basic YTpi"}).status_code == 401
    strange = server.nobody.ask("GET", "/api/v1/me", headers={"Cookie": b"pharmakon=\xff\xfe"})
    assert strange.status_code == 401


def test_an_administrator_of_the_server_sees_no_project_s_data(server):
    admin = server.browser(admin=True)
    assert admin.caller == Caller(admin.caller.user, "Ada", admin.caller.email, admin=True)
    assert admin.ask("GET", "/api/v1/files").status_code == 403
    assert admin.ask("GET", "/api/v1/accounts").status_code == 200
