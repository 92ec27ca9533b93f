"""Who writes is named, and a given name never hides the account."""

import os

from pharmakon.record.actor import actor


def test_the_account_is_named_whatever_the_environment_says_of_it(monkeypatch):
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setenv("USER", "somebody-else")
    found = actor()
    assert found.user == found.account
    assert found.plain() == {"user": found.account}
    if hasattr(os, "geteuid"):
        import pwd

        assert found.account.startswith(pwd.getpwuid(os.geteuid()).pw_name + "@")


def test_a_given_name_stands_beside_the_account(monkeypatch):
    account = actor().account
    monkeypatch.setenv("PHARMAKON_USER", " Ada Lovelace ")
    assert actor().plain() == {"user": "Ada Lovelace", "account": account}
