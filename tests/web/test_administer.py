"""What an administrator does at the machine, before anybody can log in."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import DataError, Denied, UnknownName, UsageError
from pharmakon.record.ledger import verify
from pharmakon.web.administer import (
    BackupConfig,
    MemberConfig,
    NewUserConfig,
    ProjectConfig,
    RestoreConfig,
    UserConfig,
    add_project,
    add_user,
    make_again,
    make_backup,
    opened,
    set_disabled,
    set_member,
    set_password,
    users,
)
from pharmakon.web.settings import Place

OLD, NEW = "correct horse battery", "another horse battery"


@pytest.fixture
def place(tmp_path):
    """A server's folder with Ada, who is an administrator and an analyst of Kinases."""
    place = {"data": tmp_path / "data"}
    add_user(NewUserConfig(**place, email="Ada@example.org", name="Ada", admin=True), OLD)
    add_project(ProjectConfig(**place, project="Kinases"))
    set_member(MemberConfig(**place, email="ada@example.org", project="Kinases", roles=("analyst",)))
    return place


def test_an_account_a_project_and_a_role(place):
    ((user, (project,)),) = users(Place(**place))
    assert (user.email, user.admin, project.name, project.roles) == (
        "ada@example.org", True, "Kinases", frozenset({"analyst"}),
    )  # fmt: skip
    set_member(MemberConfig(**place, email=user.email, project="Kinases"))
    assert users(Place(**place))[0][1] == []
    found = verify(place["data"] / "ledger.jsonl")
    assert found.ok and found.entries == 4
    assert OLD not in (place["data"] / "ledger.jsonl").read_text()


def test_a_password_is_changed_and_an_account_shut_and_opened(place):
    ada = UserConfig(**place, email="ada@example.org")
    set_password(ada, NEW)
    with opened(Place(**place)) as held:
        assert held.accounts.login(ada.email, NEW).email == ada.email
        with pytest.raises(Denied):
            held.accounts.login(ada.email, OLD)
    set_disabled(ada, disabled=True)
    with opened(Place(**place)) as held, pytest.raises(Denied):
        held.accounts.login(ada.email, NEW)
    set_disabled(ada, disabled=False)
    with opened(Place(**place)) as held:
        assert held.accounts.login(ada.email, NEW)


def test_what_is_not_there_is_named(place):
    with pytest.raises(UnknownName, match=r"did you mean 'ada@example\.org'"):
        set_password(UserConfig(**place, email="adda@example.org"), NEW)
    with pytest.raises(UnknownName, match="did you mean 'Kinases'"):
        set_member(MemberConfig(**place, email="ada@example.org", project="Kinase", roles=("analyst",)))
    with pytest.raises(UnknownName, match="role"):
        set_member(MemberConfig(**place, email="ada@example.org", project="Kinases", roles=("king",)))
    with pytest.raises(UsageError, match="12"):
        set_password(UserConfig(**place, email="ada@example.org"), "short")


def test_a_copy_is_made_and_a_server_of_it(place, tmp_path):
    copy = tmp_path / "copy.tar"
    with pytest.raises(UsageError, match="elsewhere"):
        make_backup(BackupConfig(**place, output=place["data"] / "copy.tar"))
    with pytest.raises(UsageError, match="no server"):
        make_backup(BackupConfig(data=tmp_path / "absent", output=copy))
    assert make_backup(BackupConfig(**place, output=copy)).missing == []
    earlier = copy.read_bytes()
    with pytest.raises(UsageError, match="add --overwrite"):
        make_backup(BackupConfig(**place, output=copy))
    assert copy.read_bytes() == earlier
    assert make_backup(BackupConfig(**place, output=copy, overwrite=True)).rows
    found = make_again(RestoreConfig(data=tmp_path / "again", archive=copy))
    assert found.problems == [] and found.entries == 3
    with opened(Place(data=tmp_path / "again")) as held:
        assert held.accounts.login("ada@example.org", OLD)
    assert "restored from a backup" in (tmp_path / "again" / "ledger.jsonl").read_text()


def test_of_a_missing_or_damaged_copy_nothing_is_left(place, tmp_path):
    (tmp_path / "half.tar").write_bytes(b"no archive")
    (tmp_path / "empty").mkdir()
    for archive in ("half.tar", "absent.tar"):
        for data in (tmp_path / "new", tmp_path / "empty"):
            with pytest.raises(DataError):
                make_again(RestoreConfig(data=data, archive=tmp_path / archive))
        assert not (tmp_path / "new").exists() and not list((tmp_path / "empty").iterdir())
    with pytest.raises(UsageError, match="not empty"):
        make_again(RestoreConfig(**place, archive=tmp_path / "half.tar"))
    assert len(users(Place(**place))) == 1  # what stands in a folder of something else stays
