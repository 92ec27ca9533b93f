"""What a server holds: made once, found again, and closed to others."""

from __future__ import annotations

import pytest

from pharmakon.team.roles import roles
from pharmakon.web.settings import ServeConfig
from pharmakon.web.state import LOCAL, State


def test_without_accounts_there_is_one_user_and_one_project_however_often_it_starts(tmp_path):
    config = ServeConfig(data=tmp_path / "data")
    first, again = State.open(config).local(), State.open(config).local()
    assert first == again and first.email == LOCAL and first.roles == set(roles()) and first.admin
    state = State.open(config)
    assert len(state.accounts.all()) == len(state.projects.all()) == 1
    with pytest.raises(Exception, match="password"):
        state.accounts.login(LOCAL, "")  # nobody logs in as the local user


def test_with_accounts_nobody_is_there(tmp_path):
    state = State.open(ServeConfig(data=tmp_path / "data", accounts=True))
    assert state.accounts.all() == [] and state.projects.all() == []


def test_others_of_the_machine_cannot_look_into_the_data(tmp_path):
    State.open(ServeConfig(data=tmp_path / "data"))
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
