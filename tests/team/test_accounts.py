"""Accounts: passwords as hashes, locked after wrong ones, nobody told whether an address is known."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import Denied, TooMany, UsageError
from pharmakon.team.accounts import TRIES, WRONG, Accounts
from pharmakon.team.sessions import Sessions
from pharmakon.team.tables import users

PASSWORD = "correct horse battery"


def test_a_password_opens_its_account_and_no_other(database):
    accounts = Accounts(database)
    ada = accounts.add("Ada@Example.org", "Ada Lovelace", PASSWORD)
    assert accounts.login("ada@example.ORG ", PASSWORD) == ada
    for email, password in (("ada@example.org", PASSWORD + "!"), ("eve@example.org", PASSWORD)):
        with pytest.raises(Denied) as refused:
            accounts.login(email, password)
        assert str(refused.value) == WRONG


def test_the_database_holds_no_password(database):
    Accounts(database).add("ada@example.org", "Ada", PASSWORD)
    with database.read() as connection:
        row = connection.execute(users.select()).mappings().one()
    assert row["password"].startswith("$argon2id$") and PASSWORD not in str(dict(row))


def test_wrong_passwords_lock_the_account_and_the_right_one_waits_too(database):
    accounts = Accounts(database)
    ada = accounts.add("ada@example.org", "Ada", PASSWORD)
    for _ in range(TRIES):
        with pytest.raises(Denied):
            accounts.login("ada@example.org", "wrong wrong wrong")
    with pytest.raises(TooMany) as locked:
        accounts.login("ada@example.org", PASSWORD)
    assert 0 < locked.value.wait <= 60
    accounts.set_password(ada.id, PASSWORD)
    assert accounts.login("ada@example.org", PASSWORD) == ada


def test_a_right_password_forgets_the_wrong_ones(database):
    accounts = Accounts(database)
    accounts.add("ada@example.org", "Ada", PASSWORD)
    for _ in range(2):
        for _ in range(TRIES - 1):
            with pytest.raises(Denied):
                accounts.login("ada@example.org", "wrong wrong wrong")
        accounts.login("ada@example.org", PASSWORD)


def test_addresses_are_unique_and_passwords_long_enough(database):
    accounts = Accounts(database)
    accounts.add("ada@example.org", "Ada", PASSWORD)
    with pytest.raises(UsageError, match="already"):
        accounts.add("ADA@example.org", "Another", PASSWORD)
    with pytest.raises(UsageError, match="12 to"):
        accounts.add("bob@example.org", "Bob", "short")
    with pytest.raises(UsageError, match="no e-mail"):
        accounts.add("bob", "Bob", PASSWORD)


def test_a_shut_account_answers_no_more_nor_do_its_sessions(database, person):
    accounts, sessions = Accounts(database), Sessions(database)
    ada = person("analyst")
    cookie = sessions.begin(ada.user, ada.project)
    _, secret = sessions.add_token(ada, "script", as_roles=["analyst"])
    accounts.set_disabled(ada.user, disabled=True)
    assert sessions.find(cookie) is None and sessions.find_token(secret) is None
    with pytest.raises(Denied):
        accounts.login(ada.email, PASSWORD)


def test_another_password_ends_the_sessions(database, person):
    sessions, ada = Sessions(database), person("analyst")
    cookie = sessions.begin(ada.user, ada.project)
    Accounts(database).set_password(ada.user, PASSWORD + " staple")
    assert sessions.find(cookie) is None
