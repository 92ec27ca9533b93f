"""The application: what it opens when, who is told the first secret, and files that a browser may keep."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient

from pharmakon.web import app as application
from pharmakon.web.app import create_app
from pharmakon.web.settings import ServeConfig


@pytest.fixture
def running(tmp_path, monkeypatch):
    """Runs an application on one data folder; gives its client, and what it said."""
    monkeypatch.setattr(application, "warm", lambda profile: None)

    @contextmanager
    def run(**options):
        said = []
        app = create_app(ServeConfig(data=tmp_path / "data", **options), say=said.append)
        with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50000)) as client:
            yield client, said

    return run


def test_nothing_is_opened_before_it_starts(tmp_path, running):
    create_app(ServeConfig(data=tmp_path / "data"))
    assert not (tmp_path / "data").exists()
    with running():
        assert (tmp_path / "data" / "server.db").exists()


def test_a_page_can_be_asked_for_its_head(running):
    with running() as (client, _):
        assert client.head("/library").status_code == 200 and client.head("/api/v1/files").status_code == 405


def test_the_first_secret_is_another_at_each_start_and_none_once_somebody_governs(running):
    secrets = []
    for _ in range(2):
        with running(accounts=True) as (client, said):
            secrets.append(client.app.state.setup)
            assert len(said) == 1 and said[0].endswith(f" {secrets[-1]}") and len(secrets[-1]) >= 20
    assert secrets[0] != secrets[1]
    with running(accounts=True) as (client, _):
        client.app.state.held.accounts.add("ada@example.org", "Ada", "correct horse battery", admin=True)
    with running(accounts=True) as (client, said):
        assert said == [] and client.app.state.setup == "" and client.get("/setup").status_code == 404


def test_the_one_user_of_a_server_without_accounts_does_not_govern_it_later(running):
    with running() as (client, said):
        assert client.get("/api/v1/me").json()["admin"] and said == []
    with running(accounts=True) as (client, said):
        assert client.get("/api/v1/me").status_code == 401 and len(said) == 1


def test_styles_are_kept_by_the_browser_under_an_address_that_changes_with_them(running, tmp_path):
    with running(accounts=True) as (client, _):
        page = client.get("/login", headers={"Accept": "text/html"}).text
        addresses = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', page)
        assert addresses and all(address.endswith(f"?{client.app.state.stamp}") for address in addresses)
        for address in addresses:
            assert "immutable" in client.get(address).headers["cache-control"]
            for other in (address.partition("?")[0], f"{address}0"):  # as another script imports it; upgraded
                headers = client.get(other).headers
                assert headers["cache-control"] == "no-cache" and headers["etag"]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "app.css").write_text("a")
    before = application._stamp(tmp_path)
    assert application._stamp(tmp_path) == before
    (tmp_path / "in" / "app.css").write_text("b")
    assert application._stamp(tmp_path) != before


def test_the_pages_that_the_framework_brings_are_not_there(running):
    with running() as (client, _):
        assert [client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404] * 3
