"""Who is in a project and in which roles, and the accounts and projects of the server, over the API."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.team.accounts import ADDRESS, LONGEST, NAME, User
from pharmakon.team.projects import Project
from pharmakon.team.roles import Caller

from .answers import Answer
from .guard import allowed, state
from .state import State

router = APIRouter(prefix="/api/v1", tags=["people"])


class MemberOut(Answer):
    """Somebody of the open project."""

    user: str
    name: str
    email: str
    roles: list[str]


class Roles(BaseModel):
    """The roles that somebody is to have, in place of those held."""

    model_config = ConfigDict(extra="forbid")

    roles: list[str] = Field(max_length=20)


class AccountOut(Answer):
    """An account."""

    id: str
    email: str
    name: str
    admin: bool
    disabled: bool


class NewAccount(BaseModel):
    """An account to make; its owner changes the password."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=ADDRESS)
    name: str = Field(max_length=NAME)
    password: str = Field(max_length=LONGEST)
    admin: bool = False


class AccountChange(BaseModel):
    """What of an account is to change."""

    model_config = ConfigDict(extra="forbid")

    disabled: bool | None = None
    password: str | None = Field(
        None, max_length=LONGEST, description="a new one, for its owner to change; ends the lock"
    )


class ProjectOut(BaseModel):
    """A project, with the caller's roles in it."""

    id: str
    name: str
    roles: list[str]

    @classmethod
    def of(cls, project: Project) -> ProjectOut:
        """As its members see it."""
        return cls(id=project.id, name=project.name, roles=sorted(project.roles))


class NewProject(BaseModel):
    """A project to make, with the account that will add the others to it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=NAME)
    admin: str = Field(max_length=ADDRESS, description="e-mail address or id of the project's first administrator")


@router.get("/members")
def list_members(request: Request, caller: Caller = allowed("project.read")) -> list[MemberOut]:
    """Who is in the open project."""
    return [MemberOut.of(member) for member in state(request).projects.members(caller.project)]


@router.put("/members/{account}", status_code=204, response_class=Response)
def set_member(request: Request, account: str, asked: Roles, caller: Caller = allowed("project.members")) -> None:
    """Give somebody these roles in the open project; `account` is an e-mail address or an id."""
    set_roles(request, caller, account, asked.roles)


@router.delete("/members/{account}", status_code=204, response_class=Response)
def remove_member(request: Request, account: str, caller: Caller = allowed("project.members")) -> None:
    """Take somebody out of the open project."""
    set_roles(request, caller, account, [])


def set_roles(request: Request, caller: Caller, account: str, roles: list[str], *, project: str = "") -> None:
    """Give an account these roles in a project, the open one if none is named; noted in the ledger."""
    held = state(request)
    user, where = account_of(held, account), project or caller.project
    held.projects.set_roles(where, user.id, roles)
    held.journal.note("roles given", caller, account=user.id, to=where, roles=sorted(set(roles)))


@router.get("/accounts")
def list_accounts(request: Request, caller: Caller = allowed("account.write")) -> list[AccountOut]:
    """All accounts, by address."""
    return [AccountOut.of(user) for user in state(request).accounts.all()]


@router.post("/accounts", status_code=201)
def make_account(request: Request, asked: NewAccount, caller: Caller = allowed("account.write")) -> AccountOut:
    """Make an account. It has no role anywhere until somebody gives it one."""
    held = state(request)
    user = held.accounts.add(asked.email, asked.name, asked.password, admin=asked.admin)
    held.journal.note("account made", caller, account=user.id, admin=asked.admin)
    return AccountOut.of(user)


@router.patch("/accounts/{id}")
def change_account(
    request: Request, id: str, asked: AccountChange, caller: Caller = allowed("account.write")
) -> AccountOut:
    """Shut an account or open it again, or give it a new password."""
    held = state(request)
    user = held.accounts.get(id)
    if asked.disabled is not None:
        if user.id == caller.user:
            raise UsageError("nobody shuts the own account: another administrator does")
        held.accounts.set_disabled(id, disabled=asked.disabled)
        held.journal.note("account shut" if asked.disabled else "account opened", caller, account=id)
    if asked.password is not None:
        if not held.accounts.has_password(id):
            raise UsageError(f"{user.email} has no password here: it logs in at the provider")
        held.accounts.set_password(id, asked.password)
        held.journal.note("password set", caller, account=id)
    return AccountOut.of(held.accounts.get(id))


@router.get("/projects")
def list_projects(request: Request, caller: Caller = allowed("account.self")) -> list[ProjectOut]:
    """The projects that the caller has a role in; a token sees its own."""
    mine = state(request).projects.of(caller.user)
    return [ProjectOut.of(project) for project in mine if not caller.token or project.id == caller.project]


@router.post("/projects", status_code=201)
def make_project(request: Request, asked: NewProject, caller: Caller = allowed("project.write")) -> ProjectOut:
    """Make a project, and somebody its administrator."""
    held = state(request)
    admin = account_of(held, asked.admin)
    made = held.projects.add(asked.name)
    held.journal.note("project made", caller, made=made.id, name=made.name)
    set_roles(request, caller, admin.id, ["admin"], project=made.id)
    return ProjectOut.of(made)


@router.put("/projects/{id}/admins/{account}", status_code=204, response_class=Response)
def add_admin(request: Request, id: str, account: str, caller: Caller = allowed("project.write")) -> None:
    """Make somebody an administrator of a project besides what the account is there, where the last one left, say."""
    held = state(request)
    user = account_of(held, account)
    now = next((member.roles for member in held.projects.members(id) if member.user == user.id), ())
    set_roles(request, caller, user.id, [*now, "admin"], project=id)


def account_of(held: State, text: str) -> User:
    """An account by its address or its id. Raises UnknownName."""
    if "@" not in text:
        return held.accounts.get(text)
    found = held.accounts.by_email(text)
    if found is None:
        raise UnknownName("account", text, (), hint="an administrator of the server makes it")
    return found
