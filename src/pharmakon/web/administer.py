"""What an administrator does at the machine itself, before anybody can log in and without a browser.

Whoever may read the server's folder is its administrator here; everything is noted in the server's ledger.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.team.accounts import User
from pharmakon.team.backup import LEDGER, BackupResult, backup
from pharmakon.team.database import connect
from pharmakon.team.projects import Project
from pharmakon.team.restore import RestoreResult, restore
from pharmakon.team.roles import roles

from .settings import Place, ServeConfig
from .state import State

PASSWORD = "PHARMAKON_PASSWORD"  # noqa: S105 - the name of a variable
"""The environment variable that a password comes in where nobody can be asked."""


class BackupConfig(Place):
    """Which server to copy, and where to."""

    output: Path = Field(description="archive to write, TAR; only its owner may read it")
    overwrite: bool = Field(False, description="replace an earlier copy, unless the server was damaged since")


class RestoreConfig(Place):
    """Which copy to make a server of again, and where."""

    archive: Path = Field(description="archive that pharmakon server backup wrote")


class UserConfig(Place):
    """An account."""

    email: str = Field(description="its e-mail address")


class NewUserConfig(UserConfig):
    """An account to make."""

    name: str = Field(description="the person's name, as it is printed beside a signature")
    admin: bool = Field(
        False, description="an administrator: manages accounts and projects, and sees no project's data"
    )


class ProjectConfig(Place):
    """A project."""

    project: str = Field(description="its name")


class MemberConfig(Place):
    """Somebody's roles in a project."""

    email: str = Field(description="the account's e-mail address")
    project: str = Field(description="the project's name")
    roles: tuple[str, ...] = Field((), description=f"{', '.join(roles())}; none takes the person out of the project")


@contextmanager
def opened(place: Place) -> Iterator[State]:
    """The server that lies at a place, made where there is none yet."""
    state = State.open(ServeConfig(data=place.data, database=place.database, accounts=True))
    try:
        yield state
    finally:
        state.database.close()


def add_user(config: NewUserConfig, password: str) -> User:
    """Make an account. Raises UsageError where there is one of this address, or the password is too short."""
    with opened(config) as held:
        made = held.accounts.add(config.email, config.name, password, admin=config.admin)
        held.journal.note("account made", account=made.email, admin=made.admin, at="the server")
        return made


def set_password(config: UserConfig, password: str) -> User:
    """Give an account another password; its sessions end. Raises UnknownName, UsageError."""
    with opened(config) as held:
        user = _user(held, config.email)
        held.accounts.set_password(user.id, password)
        held.journal.note("password set", account=user.email, at="the server")
        return user


def set_disabled(config: UserConfig, *, disabled: bool) -> User:
    """Shut an account, or open it again. Raises UnknownName."""
    with opened(config) as held:
        user = _user(held, config.email)
        held.accounts.set_disabled(user.id, disabled=disabled)
        held.journal.note("account shut" if disabled else "account opened", account=user.email, at="the server")
        return user


def users(place: Place) -> list[tuple[User, list[Project]]]:
    """Every account, with its projects."""
    with opened(place) as held:
        return [(user, held.projects.of(user.id)) for user in held.accounts.all()]


def add_project(config: ProjectConfig) -> Project:
    """Make a project, with nobody in it. Raises UsageError where the name is taken."""
    with opened(config) as held:
        made = held.projects.add(config.project)
        held.journal.note("project made", project=made.id, name=made.name, at="the server")
        return made


def set_member(config: MemberConfig) -> tuple[User, Project]:
    """Give somebody roles in a project in place of those held. Raises UnknownName."""
    with opened(config) as held:
        user, known = _user(held, config.email), held.projects.all()
        project = next((one for one in known if one.name == config.project.strip()), None)
        if project is None:
            raise UnknownName("project", config.project, [one.name for one in known])
        held.projects.set_roles(project.id, user.id, config.roles)
        facts = {"account": user.email, "project": project.id, "roles": list(config.roles)}
        held.journal.note("roles set", **facts, at="the server")
        return user, project


def make_backup(config: BackupConfig, *, progress: Progress = silent) -> BackupResult:
    """Copy a server, which may go on meanwhile. Raises UsageError where there is none, or already a copy."""
    if not config.data.is_dir():
        raise UsageError(f"there is no server in {config.data}")
    if config.output.resolve().is_relative_to(config.data.resolve()):
        raise UsageError("write the copy elsewhere than into the server's own folder")
    if config.output.is_file() and not config.overwrite:
        raise UsageError(f"{config.output} exists; add --overwrite, or choose another -o")
    database = connect(config.url)
    try:
        return backup(database, config.data, config.output, progress=progress)
    finally:
        database.close()


def make_again(config: RestoreConfig, *, progress: Progress = silent) -> RestoreResult:
    """Make a server again from a copy, in an empty folder and database. Raises UsageError, DataError."""
    with _whole_or_absent(config.data):
        database = connect(config.url)
        try:
            found = restore(config.archive, database, config.data, progress=progress)
        finally:
            database.close()
    if not found.problems and (config.data / LEDGER).is_file():
        with opened(config) as held:
            held.journal.note("restored from a backup", at="the server")
    return found


@contextmanager
def _whole_or_absent(folder: Path) -> Iterator[None]:
    """What the block puts into an empty folder, and the folder itself if it is new, goes again where the block fails.

    Nothing is touched in another one, where a server may be running.
    """
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    empty = not any(folder.iterdir())
    try:
        yield
    except BaseException:
        for path in folder.iterdir() if empty else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if new:
            folder.rmdir()
        raise


def _user(held: State, email: str) -> User:
    user = held.accounts.by_email(email)
    if user is None:
        raise UnknownName("account", email, [one.email for one in held.accounts.all()])
    return user
