"""A database of each kind, with people in it."""

from __future__ import annotations

import uuid

import pytest

from pharmakon.team.accounts import Accounts
from pharmakon.team.database import connect, migrate
from pharmakon.team.projects import Projects
from pharmakon.team.roles import Caller
from pharmakon.team.sessions import Sessions

PASSWORD = "correct horse battery"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, database_url):
    """An empty database with its tables."""
    opened = connect(database_url(request.param))
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
