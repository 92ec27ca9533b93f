"""A connection: refusals as errors, tries again that do no harm, answers read as they come."""

from __future__ import annotations

import httpx
import pytest

from pharmakon.core.errors import Denied, PharmakonError, TooMany, Unavailable, UnknownName, UsageError
from pharmakon.web import connection as module
from pharmakon.web.api_files import FilePage
from pharmakon.web.connection import Connection

from .canned import canned

FILE = {"name": "a.csv", "size": 1, "sha256": "", "patient": False, "created": 0.0}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    monkeypatch.setattr(module, "LOOK", 0.0)


def _answers(*replies, token="phk_x"):  # noqa: S107 - of no server
    """A connection whose server gives these answers in turn, and the requests that it got."""
    http, asked = canned(*replies)
    return Connection(token=token, http=http), asked


@pytest.mark.parametrize(
    ("status", "error"), [(401, Denied), (403, Denied), (422, UsageError), (404, UnknownName), (500, PharmakonError)]
)
def test_each_status_is_its_error(tmp_path, status, error):
    workbench, _ = _answers(*[httpx.Response(status, json={"detail": "because"})] * 2)
    with pytest.raises(error, match="because"):
        workbench.me()
    with pytest.raises(error, match="because"):
        workbench._saved("/x", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_server_that_stays_away_or_busy_is_said(tmp_path):
    workbench, asked = _answers(*[httpx.ConnectError("refused")] * (module.TRIES + 1))
    with pytest.raises(Unavailable, match="pharmakon serve"):
        workbench.me()
    assert len(asked) == module.TRIES
    with pytest.raises(Unavailable, match="pharmakon serve"):
        workbench._saved("/x", tmp_path / "x")
    workbench, _ = _answers(*[httpx.Response(429, json={"detail": "x"}, headers={"Retry-After": "0"})] * module.TRIES)
    with pytest.raises(TooMany):
        workbench.me()


def test_without_a_token_what_changes_something_brings_the_session_s_secret_back():
    me = {"name": "", "email": "", "project": "", "roles": [], "admin": True, "csrf": "s3cret"}
    workbench, asked = _answers(httpx.Response(200, json=me), httpx.Response(200), httpx.Response(200), token="")
    workbench._ask("POST", "/x")
    workbench._ask("POST", "/y")
    assert [request.headers.get("X-CSRF-Token") for request in asked] == [None, "s3cret", "s3cret"]
    workbench, asked = _answers(httpx.Response(200))
    workbench._ask("POST", "/x")
    assert "X-CSRF-Token" not in asked[0].headers and asked[0].headers["Authorization"] == "Bearer phk_x"


def test_pages_are_asked_for_when_they_are_needed():
    pages = [{"items": [FILE | {"id": "2"}], "next": "2"}, {"items": [FILE | {"id": "1"}], "next": None}]
    workbench, asked = _answers(*[httpx.Response(200, json=page) for page in pages])
    files = workbench._pages("/api/v1/files", FilePage)
    assert next(files).id == "2" and len(asked) == 1
    assert [file.id for file in files] == ["1"] and asked[1].url.params["before"] == "2"


def test_what_is_streamed_need_not_be_read_to_its_end(tmp_path):
    read = []

    def body():
        for n in range(1000):
            read.append(n)
            yield b"x" * 1000

    workbench, _ = _answers(httpx.Response(200, content=body()), httpx.Response(200, content=b"whole"))
    with workbench._parts("/x") as parts:
        assert next(parts).startswith(b"x")
    assert len(read) < 10
    assert workbench._saved("/x", tmp_path / "y").read_bytes() == b"whole"
