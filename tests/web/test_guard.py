"""Every route and every role, as they are found in the application: who may not gets nothing and changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
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
            assert answer.status_code == 403 and "is not allowed to" in answer.json()["detail"], place
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
        assert answer.status_code != 403 or "is not allowed to" not in answer.json()["detail"], place
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


def curls(option):
    """(headers, address, what the option says) of each curl with this option that the page on programs prints."""
    text = (Path(__file__).parents[2] / "docs" / "howto" / "api.md").read_text(encoding="utf-8")
    for block in re.findall(r"^    (curl .*?)\n\n", text, re.DOTALL | re.MULTILINE):
        words = shlex.split(block.replace("\\\n", " "))
        headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
        if option in words:
            yield headers, urlsplit(words[-1]), words[words.index(option) + 1]


def test_the_curl_of_the_docs_works_as_printed_without_accounts_and_with(other):
    with_token, without = curls("-d")
    local, shared = other(accounts=False).nobody, other().program("analyst")
    for caller, (headers, address, body) in ((local, without), (shared, with_token)):
        if (named := headers.pop("Authorization", None)) is not None:
            assert named == "Bearer $PHARMAKON_TOKEN" and caller.token
        answer = caller.ask("POST", address.path, content=body, headers={"Host": "localhost"} | headers)
        assert answer.status_code == 200 and answer.json()[0]["asked"] == "CCO", answer.text


def test_the_upload_of_the_docs_works_as_printed(serve, tmp_path):
    ((headers, address, form),) = curls("-F")
    (tmp_path / form.partition("@")[2]).write_text("smiles\nCCO\n")
    done = curl("-F", form, serve + address.path, folder=tmp_path)
    assert not headers and done["status"] == 201 and done["answer"]["name"] == "molecules.csv"


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """The address of `pharmakon serve` as somebody starts it on the own machine."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    folder, env = tmp_path_factory.mktemp("serve"), os.environ | {"PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "pharmakon", "serve", "--port", "0", "--workers", "0", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env) as process:
        try:
            said = next(line for line in process.stdout if "http://" in line)
            address = re.search(r"http://[\d.]+:\d+", said)[0]
            curl("--retry", "60", "--retry-delay", "1", "--retry-connrefused", f"{address}/health")
            yield address
        finally:
            process.terminate()


def curl(*words, folder=None):
    """What curl itself is answered."""
    command = ["curl", "--silent", "--max-time", "120", "--write-out", "\n%{http_code}", *words]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    body, _, status = said.rpartition("\n")
    return {"status": int(status), "answer": json.loads(body or "null")}


def test_a_real_curl_uploads_to_a_real_server_and_what_looks_like_a_browser_does_not(serve, tmp_path):
    (tmp_path / "x.csv").write_bytes(b"smiles\n" + b"CCO\n" * 500_000)  # more than one part, after "100 Continue"
    files = f"{serve}/api/v1/files"
    done = curl("-F", "file=@x.csv", "-F", "patient=true", files, folder=tmp_path)
    assert done["status"] == 201 and done["answer"]["size"] == 2_000_007 and done["answer"]["patient"]
    for header in (
        f"Origin: {serve}",
        "Origin: null",
        "Origin: https://evil.example",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: navigate",
        "Referer: http://evil.example/",
        "Cookie: a=b",
        "Host: evil.example",  # a name that was pointed at this machine
    ):
        refused = curl("-F", "file=@x.csv", "-H", header, files, folder=tmp_path)
        assert refused["status"] == 403, (header, refused)
    assert [one["name"] for one in curl(files)["answer"]["items"]].count("x.csv") == 1
    secret = curl(f"{serve}/api/v1/me")["answer"]["csrf"]
    for words in (("-F", f"csrf={secret}"), ("-H", f"X-CSRF-Token: {secret}")):  # as the server's own page sends it
        own = ("-H", f"Origin: {serve}", "-H", "Sec-Fetch-Site: same-origin", *words)
        assert curl("-F", "file=@x.csv", *own, files, folder=tmp_path)["status"] == 201
    file = f"{files}/{done['answer']['id']}"
    for header in (f"Origin: {serve}", "Origin: null", "Sec-Fetch-Site: cross-site", "Cookie: a=b"):
        assert curl("-X", "DELETE", "-H", header, file)["status"] == 403
    assert curl("-X", "DELETE", file)["status"] == 204
    page = curl("-F", "file=@x.csv", "-H", "Accept: application/json", f"{serve}/library", folder=tmp_path)
    assert page["status"] == 403 and page["answer"]["detail"] == FORGED


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


BROWSERS = (
    {"Origin": "http://localhost"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Dest": "document"},
    {"Referer": "http://localhost/files"},
    {"Cookie": "a=b"},
)


def test_without_accounts_a_program_uploads_without_a_token_and_no_form_of_a_page_does(other):
    server = other(accounts=False)
    local, sent = server.nobody, {"files": {"file": ("a.csv", b"x")}}

    def ask(caller=local, path="/api/v1/files", **headers):
        return caller.ask("POST", path, **sent, headers=headers, forge=True)

    assert ask().status_code == 201
    for browser in BROWSERS:
        assert ask(**browser).status_code == 403, browser
    for elsewhere in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert ask(**elsewhere).status_code == 403, elsewhere
    rebound = {"Host": "evil.example:8080", "Origin": "http://evil.example:8080"}
    assert "without accounts" in ask(**rebound).json()["detail"]
    for page in ("/library", "/crate", "/cohort/tables"):  # a page's own form brings its token back
        assert ask(path=page, Accept="application/json").json()["detail"] == FORGED
    assert len(server.held.files.list(server.app.state.local)) == 1
    shared = other()
    assert ask(shared.browser("analyst")).json()["detail"] == FORGED  # a session's cookie is no permission
    assert ask(shared.nobody).status_code == 401


def test_without_accounts_a_program_stops_a_job_without_a_body_or_token_and_no_page_does(other):
    server = other(accounts=False)
    local, asked = server.nobody, {"verb": "mutagenicity", "config": {"smiles": ["CCO"]}}
    job = local.ask("POST", "/api/v1/jobs", json=asked, forge=True).json()["id"]

    def ask(what="pause", caller=local, body=None, start="/api/v1", **headers):
        return caller.ask("POST", f"{start}/jobs/{job}/{what}", headers=headers, content=body, forge=True)

    for browser in BROWSERS:
        assert ask(**browser).status_code == 403, browser
    for elsewhere in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert ask(**elsewhere).status_code == 403, elsewhere
    for body in (b"x", iter([b"x"])):  # a body that does not say what it is; in chunks
        assert ask(body=body).json()["detail"] == FORGED
    for simple in ("text/plain", "application/x-www-form-urlencoded"):
        assert ask(**{"Content-Type": simple}).json()["detail"] == FORGED
    assert ask(start="", Accept="application/json").json()["detail"] == FORGED  # a page's form brings its token
    assert server.held.jobs.get(server.app.state.local, job).state == "queued"
    for what, state in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        assert ask(what).json()["state"] == state
    shared = other()
    for caller, status in ((shared.browser("analyst"), 403), (shared.nobody, 401)):
        assert ask(caller=caller).status_code == status


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
