"""The people of a project, and the accounts and projects of the server, as pages over the same calls as the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pharmakon.core.config import build
from pharmakon.team.accounts import NAME, SHORTEST
from pharmakon.team.roles import Caller, roles

from .api_people import (
    AccountChange,
    NewAccount,
    NewProject,
    add_admin,
    change_account,
    make_account,
    make_project,
    set_roles,
)
from .guard import allowed, state
from .pages import render
from .pages_login import Email, Password

router = APIRouter(include_in_schema=False)


@router.get("/people")
def people(request: Request, caller: Caller = allowed("project.read")) -> Response:
    """Who is in the open project; its administrators change it here."""
    held = state(request)
    mine = next(project.name for project in held.projects.of(caller.user) if project.id == caller.project)
    found = held.projects.members(caller.project)
    return render(request, "people.html", caller, project=mine, members=found, meanings=roles())


@router.post("/people")
def set_person(
    request: Request,
    account: Email,
    role: Annotated[list[str] | None, Form()] = None,
    caller: Caller = allowed("project.members"),
) -> Response:
    """Give somebody roles in the open project; none at all takes them out."""
    set_roles(request, caller, account, role or [])
    return RedirectResponse("/people", 303)


@router.get("/accounts")
def accounts(request: Request, caller: Caller = allowed("account.write")) -> Response:
    """The accounts and projects of the server."""
    held = state(request)
    return render(
        request,
        "accounts.html",
        caller,
        users=held.accounts.all(),
        everything=[(project, held.projects.members(project.id)) for project in held.projects.all()],
        shortest=SHORTEST,
    )


@router.post("/accounts")
def new_account(
    request: Request,
    *,
    email: Email,
    name: Annotated[str, Form(max_length=NAME)],
    password: Password,
    admin: Annotated[bool, Form()] = False,
    caller: Caller = allowed("account.write"),
) -> Response:
    """Make an account."""
    asked = NewAccount(email=email, name=name, password=password, admin=admin)
    make_account(request, asked, caller)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/{id}")
def change(
    request: Request,
    id: str,
    disabled: Annotated[bool | None, Form()] = None,
    password: Annotated[str, Form(max_length=1024)] = "",
    caller: Caller = allowed("account.write"),
) -> Response:
    """Shut an account, open it again, or give it a new password."""
    change_account(request, id, AccountChange(disabled=disabled, password=password or None), caller)
    return RedirectResponse("/accounts", 303)


@router.post("/projects")
def new_project(
    request: Request,
    name: Annotated[str, Form(max_length=NAME)],
    admin: Email,
    caller: Caller = allowed("project.write"),
) -> Response:
    """Make a project, and somebody its administrator."""
    make_project(request, build(NewProject, {"name": name, "admin": admin}), caller)
    return RedirectResponse("/accounts", 303)


@router.post("/projects/{id}/admins")
def new_admin(request: Request, id: str, account: Email, caller: Caller = allowed("project.write")) -> Response:
    """Make somebody an administrator of a project."""
    add_admin(request, id, account, caller)
    return RedirectResponse("/accounts", 303)
