"""Sessions and tokens: kept as hashes, no wider than their user, over when they end."""

from __future__ import annotations

import time

import pytest

from pharmakon.core.errors import Denied, UnknownName, UsageError
from pharmakon.team import sessions as module
from pharmakon.team.projects import Projects
from pharmakon.team.sessions import Sessions
from pharmakon.team.tables import sessions as table
from pharmakon.team.tables import tokens


def test_a_cookie_is_its_session_until_it_ends(database, person):
    sessions, ada = Sessions(database), person("analyst", "approver")
    cookie = sessions.begin(ada.user, ada.project)
    found = sessions.find(cookie)
    assert found.caller == ada and found.caller.roles == {"analyst", "approver"} and found.proved < 60
    assert sessions.find(cookie + "x") is None and sessions.find("") is None
    sessions.end(cookie)
    assert sessions.find(cookie) is None


def test_who_reads_the_tables_can_log_in_with_nothing(database, person):
    sessions, ada = Sessions(database), person("analyst")
    cookie = sessions.begin(ada.user)
    token, secret = sessions.add_token(ada, "script", as_roles=["analyst"])
    with database.read() as connection:
        held = str(connection.execute(table.select()).all()) + str(connection.execute(tokens.select()).all())
    assert cookie not in held and secret not in held and token.id in held


@pytest.mark.parametrize("name", ["IDLE", "LONGEST"])
def test_a_session_ends_by_itself(database, person, monkeypatch, name):
    sessions, ada = Sessions(database), person("analyst")
    cookie = sessions.begin(ada.user)
    monkeypatch.setattr(module, name, -1.0)
    assert sessions.find(cookie) is None


def test_a_role_taken_away_is_gone_at_once(database, person):
    sessions, ada = Sessions(database), person("analyst")
    cookie = sessions.begin(ada.user, ada.project)
    _, secret = sessions.add_token(ada, "script", as_roles=["analyst"])
    Projects(database).set_roles(ada.project, ada.user, ["reader"])
    assert sessions.find(cookie).caller.roles == {"reader"}
    assert sessions.find_token(secret).roles == set()


def test_only_a_project_of_one_s_own_can_be_opened(database, person):
    sessions, ada = Sessions(database), person("analyst")
    other = Projects(database).add("Other").id
    cookie = sessions.begin(ada.user, ada.project)
    with pytest.raises(Denied):
        sessions.open_project(cookie, other)
    Projects(database).set_roles(other, ada.user, ["reader"])
    sessions.open_project(cookie, other)
    assert (sessions.find(cookie).caller.project, sessions.find(cookie).caller.roles) == (other, {"reader"})


def test_a_token_can_do_no_more_than_it_was_made_for(database, person):
    sessions, ada = Sessions(database), person("analyst", "curator", admin=True)
    _, secret = sessions.add_token(ada, "script", as_roles=["analyst"])
    caller = sessions.find_token(secret)
    assert caller.roles == {"analyst"} and not caller.admin and not caller.may("account.write")
    with pytest.raises(UsageError, match="roles that you have"):
        sessions.add_token(ada, "script", as_roles=["approver"])
    with pytest.raises(UsageError, match="within a year"):
        sessions.add_token(ada, "script", as_roles=["analyst"], days=1000)


def test_a_token_ends_and_can_be_taken_back_by_its_owner_only(database, person):
    sessions, ada, bob = Sessions(database), person("analyst"), person("analyst", name="Bob")
    token, secret = sessions.add_token(ada, "script", as_roles=["analyst"])
    with pytest.raises(UnknownName):
        sessions.end_token(bob.user, token.id)
    assert [t.name for t in sessions.tokens_of(ada.user)] == ["script"] and sessions.tokens_of(bob.user) == []
    sessions.end_token(ada.user, token.id)
    assert sessions.find_token(secret) is None
    _, short = sessions.add_token(ada, "short", as_roles=["analyst"], days=1e-9)
    time.sleep(0.01)
    assert sessions.find_token(short) is None
