"""A database of each kind, with people in it. PostgreSQL is started for the tests where it is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from pathlib import Path

import pytest

from pharmakon.team.accounts import Accounts
from pharmakon.team.database import connect, migrate
from pharmakon.team.projects import Projects
from pharmakon.team.roles import Caller
from pharmakon.team.sessions import Sessions

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """The address of a server that lives as long as the tests."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed")
    pytest.importorskip("psycopg")
    bin = found[-1].parent
    folder = Path("/tmp") / f"pharmakon-pg-{uuid.uuid4().hex[:8]}"  # noqa: S108 - a socket's path is short
    folder.mkdir()
    as_user: list[str] = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        [*as_user, bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust"], check=True, capture_output=True
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=60"
    control = [*as_user, bin / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True)
    yield f"postgresql://postgres@127.0.0.1:{port}"
    subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """An empty database with its tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/server.db"
    else:
        import psycopg

        server = request.getfixturevalue("postgresql")
        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = f"{server}/{name}"
    opened = connect(url)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def project(database):
    return Projects(database).add("Kinases").id


@pytest.fixture
def person(database, project):
    """Makes somebody with the roles that are named."""

    def make(*roles: str, name: str = "Ada", admin: bool = False) -> Caller:
        user = Accounts(database).add(f"{name.lower()}-{uuid.uuid4().hex[:6]}@example.org", name, PASSWORD, admin=admin)
        Projects(database).set_roles(project, user.id, roles)
        sessions = Sessions(database)
        return sessions.find(sessions.begin(user.id, project)).caller

    return make
