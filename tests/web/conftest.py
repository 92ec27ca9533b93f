"""A server with accounts on a database of each kind and callers with every role; one without, and its library."""

from __future__ import annotations

import os
import re
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from pharmakon.team.accounts import User
from pharmakon.team.roles import Caller
from pharmakon.team.sessions import csrf
from pharmakon.web import app as application
from pharmakon.web.app import create_app
from pharmakon.web.settings import ServeConfig
from pharmakon.web.state import State
from pharmakon.workflows.library import LibraryConfig
from pharmakon.workflows.library import run as make_library

PASSWORD = "correct horse battery"
HERE = ("127.0.0.1", 50000)


@dataclass
class Browser:
    """Somebody's session, or a program's token, and the requests made with it."""

    client: TestClient
    caller: Caller
    cookie: str = ""
    token: str = ""

    def ask(self, method: str, path: str, *, forge: bool = False, **more: Any) -> Response:
        """A request as the browser's own scripts make it; with `forge` without what they bring back."""
        headers = dict(more.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        elif self.cookie:
            headers.setdefault("Cookie", f"pharmakon={self.cookie}")
            if not forge:
                headers.setdefault("X-CSRF-Token", csrf(self.cookie))
        self.client.cookies.clear()
        more.setdefault("follow_redirects", False)
        return self.client.request(method, path, headers=headers, **more)


@dataclass
class Server:
    """A running application with one project, and people made on demand."""

    client: TestClient
    app: FastAPI
    project: str
    said: list[str] = field(default_factory=list)

    @property
    def held(self) -> State:
        return self.app.state.held

    def user(self, name: str = "Ada", *, password: str | None = None, admin: bool = False) -> User:
        address = f"{name.lower()}-{uuid.uuid4().hex[:6]}@example.org"
        return self.held.accounts.add(address, name, password, admin=admin)

    def browser(self, *roles: str, admin: bool = False, project: str = "", user: User | None = None) -> Browser:
        """The session of somebody new with these roles in a project."""
        user, project = user or self.user(admin=admin), project or self.project
        self.held.projects.set_roles(project, user.id, roles)
        cookie = self.held.sessions.begin(user.id, project)
        return Browser(self.client, self.held.sessions.find(cookie).caller, cookie)

    def program(self, *roles: str) -> Browser:
        """The token of somebody new with these roles."""
        owner = self.browser(*roles)
        _, secret = self.held.sessions.add_token(owner.caller, "script", as_roles=roles)
        return Browser(self.client, self.held.sessions.find_token(secret), token=secret)

    @property
    def nobody(self) -> Browser:
        return Browser(self.client, Caller("", "", ""))

    def ledger(self) -> str:
        return self.held.journal.path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def serving() -> Callable[..., Iterator[Server]]:
    """Starts an application; options are those of `pharmakon serve`."""

    def serve(data: Path, **options: Any) -> Iterator[Server]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(application, "warm", lambda profile: None)  # these tests ask of no molecule
            patch.setattr(os, "fsync", lambda number: None)  # nor does any of them cut the power
            said: list[str] = []
            app = create_app(
                ServeConfig(data=data, **({"accounts": True, "rate": 1_000_000} | options)), say=said.append
            )
            base = {"base_url": "http://localhost", "client": HERE, "raise_server_exceptions": False}
            with TestClient(app, **base) as client:
                held: State = app.state.held
                yield Server(client, app, held.projects.add("Kinases").id, said)

    return serve


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request, serving, database_url, tmp_path_factory) -> Iterator[Server]:
    """A server with accounts; the tests of a module share it."""
    yield from serving(tmp_path_factory.mktemp("server"), database=database_url(request.param))


@pytest.fixture
def fresh(serving, tmp_path) -> Iterator[Server]:
    """A server of one test's own, on SQLite."""
    yield from serving(tmp_path / "data")


@pytest.fixture
def other(serving, tmp_path) -> Iterator[Callable[..., Server]]:
    """Starts a server with other options."""
    running: list[Iterator[Server]] = []

    def start(**options: Any) -> Server:
        running.append(serving(tmp_path / f"data{len(running)}", **options))
        return next(running[-1])

    yield start
    for one in running:
        next(one, None)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application without accounts, as one person runs it, and a client that sends what its forms bring back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "warm", lambda profile: None)  # models are loaded where a test asks
        app = create_app(ServeConfig(data=tmp_path_factory.mktemp("data")))
    with TestClient(app, base_url="http://localhost", client=HERE) as client:
        page = client.get("/library", headers={"accept": "text/html"}).text
        client.headers["x-csrf-token"] = re.search(r'name="csrf" content="([^"]+)"', page)[1]
        yield client


@pytest.fixture(scope="module")
def queued_library(workbench: TestClient) -> str:
    """The id of a library that waits for its worker, started by the page's form: six rows, M2 is no structure."""
    smiles = ("CCO", "c1ccccc1", "c1cc", "CCN", "CC(=O)O", "c1ccncc1")
    text = "id,smiles\n" + "".join(f"M{i},{one}\n" for i, one in enumerate(smiles))
    asked = {"files": {"file": ("set.csv", text)}, "data": {"profile": "fast"}}
    answer = workbench.post("/library", **asked, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"].rpartition("/")[2]


@pytest.fixture(scope="module")
def library(workbench: TestClient, queued_library: str) -> str:
    """Its id when it is finished, as its worker would leave it, with two models for speed."""
    held: State = workbench.app.state.held
    job = held.jobs.claim("worker")
    assert job.id == queued_library and job.config == {"data": "set.csv", "profile": "fast"}
    folder = held.job_root / job.id / "1" / "output"
    folder.mkdir(parents=True)
    (folder / "set.csv").write_bytes(held.files.path(held.files.get(held.local(), job.files[0])).read_bytes())
    make_library(LibraryConfig(data=folder / "set.csv", output=folder / "library", models=("herg", "ames"), workers=1))
    assert held.jobs.end(job, "done", result={"attempt": 1, "files": []})
    return job.id
