"""`pharmakon server backup`, `restore`, `user add|password|disable|enable|list`, `project add` and `member`."""

from __future__ import annotations

import os
import sys
from getpass import getpass

from cyclopts import App

from pharmakon.core.errors import UsageError
from pharmakon.core.words import counted
from pharmakon.web import administer
from pharmakon.web.settings import Place

from . import render
from .flags import from_config
from .progress import progress

app = App(name="server", help="What an administrator does at the machine itself: copies, accounts, projects.")
user = App(name="user", help="Accounts: make, give a password, shut, open, list.")
project = App(name="project", help="Projects.")
app.command(user)
app.command(project)


@app.command(name="backup", help="Copy a running server: tables, files, jobs, ledger.")
@from_config(short={"output": "-o"})
def backup(config: administer.BackupConfig) -> int:
    """Copy a server into one archive, as it is at one moment. It may go on meanwhile.

    Exit code 1 where the bytes of an upload are gone or the ledger is not as it was written. What is wrong is named,
    and the copy is made all the same, but beside an earlier one and not over it.
    """
    with progress("backup") as advance:
        made = administer.make_backup(config, progress=advance)
    print(f"{made.path}: {made.rows:,} rows and {made.files:,} files, {made.bytes:,} bytes")
    for name in made.missing:
        print(f"the bytes of {name} are gone from the server: they are not in the copy")
    for problem in made.problems:
        print(problem)
    if made.path != config.output:
        print(f"{config.output}, the earlier copy, is left as it is: the server was damaged since")
    return 1 if made.missing or made.problems else 0


@app.command(name="restore", help="Make a server again from a copy, and check every byte of it.")
@from_config(positional=("archive",))
def restore(config: administer.RestoreConfig) -> int:
    """Make a server again in an empty folder and an empty database, of either kind.

    Every SHA-256 is checked before anything is put in place, and the ledger's chain afterwards. Exit code 1 where
    something does not agree; it is named.
    """
    with progress("restore") as advance:
        found = administer.make_again(config, progress=advance)
    for problem in found.problems:
        print(problem)
    wrong = counted(len(found.problems), "problem") if found.problems else "all as it was recorded"
    print(
        f"{config.data}: {found.rows:,} rows, {found.files:,} files, {found.entries:,} entries of the ledger; {wrong}"
    )
    return 1 if found.problems else 0


@user.command(name="add", help="Make an account.")
@from_config(positional=("email",))
def add_user(config: administer.NewUserConfig) -> None:
    """Make an account. The password is asked for, or stands in PHARMAKON_PASSWORD; it is never a flag."""
    made = administer.add_user(config, _password())
    print(f"{made.email} has an account{' and is an administrator' if made.admin else ''}")


@user.command(name="password", help="Give an account another password.")
@from_config(positional=("email",))
def password(config: administer.UserConfig) -> None:
    """Give an account another password, which is asked for, or stands in PHARMAKON_PASSWORD. Its sessions end."""
    print(f"{administer.set_password(config, _password()).email} has another password")


@user.command(name="disable", help="Shut an account: its sessions and tokens answer no more.")
@from_config(positional=("email",))
def disable(config: administer.UserConfig) -> None:
    """Shut an account. What its person made stays."""
    print(f"{administer.set_disabled(config, disabled=True).email} is shut")


@user.command(name="enable", help="Open an account again.")
@from_config(positional=("email",))
def enable(config: administer.UserConfig) -> None:
    """Open an account again."""
    print(f"{administer.set_disabled(config, disabled=False).email} is open again")


@user.command(name="list", help="List the accounts, with their projects.")
@from_config()
def list_users(config: Place) -> None:
    """List the accounts, with their projects and roles."""
    rows = [
        (
            one.email,
            one.name,
            "administrator" if one.admin else "",
            "shut" if one.disabled else "",
            "; ".join(f"{p.name}: {', '.join(sorted(p.roles))}" for p in projects),
        )
        for one, projects in administer.users(config)
    ]
    render.table(("account", "name", "", "", "projects"), rows)


@project.command(name="add", help="Make a project.")
@from_config(positional=("project",))
def add_project(config: administer.ProjectConfig) -> None:
    """Make a project, with nobody in it."""
    print(f"the project {administer.add_project(config).name} is made")


@app.command(name="member", help="Say what somebody is in a project.")
@from_config(positional=("email", "project", "roles"))
def member(config: administer.MemberConfig) -> None:
    """Give somebody these roles in a project, in place of those held; none takes the person out."""
    who, where = administer.set_member(config)
    print(f"{who.email} is {', '.join(config.roles) or 'no more'} in {where.name}")


def _password() -> str:
    """The password, asked for twice, or from the environment."""
    if given := os.environ.get(administer.PASSWORD):
        return given
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"nobody can be asked for a password here: put it into {administer.PASSWORD}")
    first = getpass("password: ")
    if getpass("once more: ") != first:
        raise UsageError("the two are not the same")
    return first
