"""The matrix of roles and actions: every cell, and nothing that stands nowhere."""

from __future__ import annotations

import itertools

import pytest

from pharmakon.core.errors import Denied
from pharmakon.team.roles import Caller, actions, permissions, roles, server_actions


@pytest.mark.parametrize(("role", "action"), list(itertools.product(roles(), permissions())))
def test_every_cell_is_as_the_table_says_and_denied_by_default(role, action):
    caller = Caller("u", "Ada", "ada@example.org", "p", frozenset({role}))
    assert caller.may(action) == (role in permissions()[action])
    if not caller.may(action):
        with pytest.raises(Denied, match="takes a role"):
            caller.check(action)
    assert not Caller("u", "Ada", "a@b", "", frozenset({role})).may(action)  # no project is open
    assert not Caller("u", "Ada", "a@b", "p", frozenset(), admin=True).may(action)  # of the server, not of the data


@pytest.mark.parametrize("action", list(server_actions()))
def test_the_server_s_own_actions_take_an_administrator_and_no_token(action):
    everybody, in_person = action == "account.self", action == "account.change"
    assert Caller("u", "Ada", "a@b", "p", frozenset(roles())).may(action) == (everybody or in_person)
    assert Caller("u", "Ada", "a@b", admin=True).may(action)
    assert Caller("u", "Ada", "a@b", "p", admin=True, token="t").may(action) == everybody


def test_an_action_that_stands_nowhere_is_nobodys():
    assert not Caller("u", "Ada", "a@b", "p", frozenset(roles()), admin=True).may("rocket.launch")
    assert len(set(actions())) == len(actions())


def test_every_role_of_the_table_is_a_role_and_only_a_curator_reads_patients():
    assert set().union(*permissions().values()) <= set(roles())
    assert permissions()["patient.read"] == {"curator"} and permissions()["record.sign"] == {"approver"}


def test_who_may_is_said_in_words():
    with pytest.raises(Denied, match=r"it takes a role of curator$"):
        Caller("1", "Ada", "", "p").check("patient.read")
    with pytest.raises(Denied, match=r"it is for administrators of the server$"):
        Caller("1", "Ada", "", "p").check("account.write")
