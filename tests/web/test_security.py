"""What every answer carries, and what never comes in: foreign hosts and sites, too much, too often."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from pharmakon.web.security import BODY, FIELDS, HEADERS, MANY, POLICY, SANDBOX, STRANGERS, Rates


def chunks(size, part=65_536):
    """A body that does not say how long it is."""
    for at in range(0, size, part):
        yield b"x" * min(part, size - at)


def form(size):
    """A file of a form, in parts."""
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    yield from chunks(size)
    yield b"\r\n--b--\r\n"


MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


def test_every_answer_carries_the_headers_whatever_it_is(fresh, monkeypatch):
    def broken(*args, **options):
        raise RuntimeError("a bug")

    analyst = fresh.browser("analyst")
    monkeypatch.setattr(type(fresh.held.files), "list", broken)
    answers = {
        200: analyst.ask("GET", "/api/v1/me"),
        303: fresh.nobody.ask("GET", "/account", headers={"Accept": "text/html"}),
        401: fresh.nobody.ask("GET", "/api/v1/me"),
        403: analyst.ask("GET", "/api/v1/accounts"),
        404: analyst.ask("GET", "/nowhere"),
        405: analyst.ask("DELETE", "/login"),
        413: analyst.ask("POST", "/api/v1/files", headers={"Content-Length": "9" * 12}),
        422: analyst.ask("POST", "/api/v1/tokens", json={"roles": 1}),
        500: analyst.ask("GET", "/api/v1/files"),
    }
    answers |= {1: analyst.ask("GET", "/static/app.css"), 2: analyst.ask("GET", "/depict.svg?smiles=CCO")}
    for status, answer in answers.items():
        assert answer.status_code == status or status < 3
        for name, value in HEADERS.items():
            if name != "Cache-Control":
                assert answer.headers[name] == value, (status, name)
        assert answer.headers["Content-Security-Policy"] == POLICY or status == 2
        assert ("Strict-Transport-Security" in answer.headers) is False
    assert "a bug" not in answers[500].text
    assert "script" not in answers[2].headers["Content-Security-Policy"]


def test_no_policy_lets_a_page_run_what_stands_in_it_or_load_what_is_elsewhere():
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"] == "'none'" and rules["script-src"] == rules["style-src"] == "'self'"
    assert not any("unsafe" in value or "http" in value or "*" in value for value in rules.values())
    assert SANDBOX.startswith("sandbox ") and "allow-same-origin" not in SANDBOX


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "testserver", "192.0.2.1", "[", ""]
)
def test_a_name_that_was_pointed_at_this_machine_is_refused_without_accounts(other, host):
    local = other(accounts=False)
    assert local.nobody.ask("GET", "/api/v1/me", headers={"Host": host}).status_code == 403


def test_without_accounts_this_machine_is_answered_and_no_other(other):
    local = other(accounts=False)
    for host in ("localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"):
        assert local.nobody.ask("GET", "/api/v1/me", headers={"Host": host}).status_code == 200
    away = TestClient(local.app, base_url="http://localhost", client=("192.0.2.7", 50000))
    assert away.get("/api/v1/me").status_code == 403


def test_behind_https_only_its_own_address_sends_forms(other):
    team = other(public="https://pharmakon.example.org")
    cookie = team.browser("analyst")
    own = {"Host": "pharmakon.example.org", "Cookie": f"__Host-pharmakon={cookie.cookie}"}
    for origin, status in (("https://pharmakon.example.org", 422), ("http://pharmakon.example.org", 403)):
        headers = own | {"Origin": origin}
        assert cookie.ask("POST", "/api/v1/tokens", headers=headers, json={}).status_code == status
    answer = team.nobody.ask("GET", "/health")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_too_many_requests_wait_and_a_new_token_for_each_does_not_help(other):
    team = other(rate=5)
    asked = [team.nobody.ask("GET", "/api/v1/me").status_code for _ in range(7)]
    assert asked == [401] * 5 + [429] * 2
    late = team.nobody.ask("GET", "/api/v1/me")
    assert int(late.headers["Retry-After"]) >= 1 and late.headers["Content-Security-Policy"] == POLICY
    made_up = [{"Authorization": f"Bearer phk_{n}"} for n in range(5 * MANY)]
    assert [team.nobody.ask("GET", "/api/v1/me", headers=h).status_code for h in made_up][-1] == 429
    assert team.nobody.ask("GET", "/health").status_code == 200


def test_a_bucket_fills_up_evenly_and_callers_have_their_own(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("pharmakon.web.security.time.monotonic", lambda: now[0])
    rates = Rates(60)
    assert [rates.take("ada") for _ in range(60)] == [0.0] * 60
    assert rates.take("ada") == pytest.approx(1.0) and rates.take("bob") == 0.0
    now[0] = 1.0
    assert rates.take("ada") == 0.0 and rates.take("ada") > 0.0


@pytest.mark.parametrize("said", [True, False], ids=["length said", "in chunks"])
def test_an_upload_that_is_too_large_is_refused_whether_it_says_so_or_not(other, said):
    team = other(largest=10_000)
    analyst = team.browser("analyst")
    body = b"".join(form(FIELDS + 20_000)) if said else form(FIELDS + 20_000)
    answer = analyst.ask("POST", "/api/v1/files", content=body, headers=MULTIPART)
    assert answer.status_code == 413
    assert analyst.ask("GET", "/api/v1/files").json()["items"] == []
    assert not list((team.held.settings.data / "files").glob("*"))
    within = analyst.ask("POST", "/api/v1/files", content=form(10_001), headers=MULTIPART)
    assert within.status_code == 413 and not list((team.held.settings.data / "files").glob("*"))
    assert analyst.ask("POST", "/api/v1/files", content=form(10_000), headers=MULTIPART).status_code == 201


@pytest.mark.parametrize("said", [True, False], ids=["length said", "in chunks"])
def test_what_would_lie_in_memory_whole_is_smaller_than_a_file_may_be(other, said):
    analyst = other(largest=10 * BODY).browser("analyst")

    def body():
        yield b'{"smiles": ["'
        for _ in range(BODY >> 16):
            yield b"C" * (1 << 16)
        yield b'"]}'

    headers = {"Content-Type": "application/json"}
    content = b"".join(body()) if said else body()
    answer = analyst.ask("POST", "/api/v1/molecules", content=content, headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("headers", [{}, {"Cookie": "pharmakon=made-up"}, {"Authorization": "Bearer made-up"}])
def test_whoever_is_unknown_sends_no_large_body(fresh, headers):
    read = []

    def body():
        for part in form(STRANGERS * 20):
            read.append(len(part))
            yield part

    answer = fresh.nobody.ask("POST", "/api/v1/files", content=body(), headers=MULTIPART | headers)
    assert answer.status_code == 401


def test_a_length_that_is_no_number_is_refused(fresh):
    for length in ("-1", "x", "1e3", "²"):
        headers = {"Content-Length": length.encode()}
        assert fresh.nobody.ask("POST", "/login", headers=headers, content=b"").status_code == 413
