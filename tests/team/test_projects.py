"""Projects, and who is what in them."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.team.accounts import Accounts
from pharmakon.team.projects import Projects


def test_a_name_is_given_once(database):
    projects = Projects(database)
    made = projects.add(" Kinases ")
    assert made.name == "Kinases" and [p.id for p in projects.all()] == [made.id]
    for name in ("Kinases", " "):
        with pytest.raises(UsageError):
            projects.add(name)


def test_roles_replace_each_other_and_none_takes_out(database):
    projects, accounts = Projects(database), Accounts(database)
    ada = accounts.add("ada@example.org", "Ada", None).id
    kinases, other = projects.add("Kinases").id, projects.add("Other").id
    projects.set_roles(kinases, ada, ["analyst", "reader"])
    projects.set_roles(other, ada, ["reader"])
    assert [(p.name, sorted(p.roles)) for p in projects.of(ada)] == [
        ("Kinases", ["analyst", "reader"]),
        ("Other", ["reader"]),
    ]
    projects.set_roles(kinases, ada, ["curator", "curator"])
    assert [member.roles for member in projects.members(kinases)] == [("curator",)]
    projects.set_roles(kinases, ada, [])
    assert projects.members(kinases) == [] and [p.name for p in projects.of(ada)] == ["Other"]


def test_what_is_not_there_gets_no_role(database):
    projects, accounts = Projects(database), Accounts(database)
    ada, kinases = accounts.add("ada@example.org", "Ada", None).id, projects.add("Kinases").id
    nobody = "0" * 16
    for project, user, roles in ((kinases, ada, ["king"]), (nobody, ada, ["reader"]), (kinases, nobody, ["reader"])):
        with pytest.raises(UnknownName):
            projects.set_roles(project, user, roles)
    assert projects.of(ada) == []
