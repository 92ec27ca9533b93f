"""One's own account: name, password, the tokens of programs, and the project that is open."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pharmakon.core.config import build
from pharmakon.core.errors import Denied, UsageError
from pharmakon.team.accounts import NAME, SHORTEST
from pharmakon.team.roles import Caller, permissions, roles

from .api_account import NewToken, end_token, new_token
from .guard import allowed, session_of, state
from .login import begin_session, own_path, password_opens
from .pages import render
from .pages_login import Password, Path

router = APIRouter(include_in_schema=False)

DONE = {"name": "The name was changed.", "password": "The password was changed, and other sessions ended."}
DONE |= {"token": "The token was taken back."}


@router.get("/account")
def account(request: Request, done: str = "", caller: Caller = allowed("account.change")) -> Response:
    """One's own account."""
    return _page(request, caller, done=DONE.get(done, ""))


@router.post("/account/name")
def rename(
    request: Request, name: Annotated[str, Form(max_length=NAME)], caller: Caller = allowed("account.change")
) -> Response:
    """Another name; what was signed keeps the old one."""
    held = state(request)
    held.accounts.rename(caller.user, name)
    held.journal.note("name changed", caller, to=name.strip())
    return RedirectResponse("/account?done=name", 303)


@router.post("/account/password")
def change_password(
    request: Request, old: Password, new: Password, caller: Caller = allowed("account.change")
) -> Response:
    """Another password, with the old one. All sessions end; this browser gets a new one."""
    held = state(request)
    user = password_opens(request, caller.email, old)
    if user is None or user.id != caller.user:
        raise Denied("the old password is another, or the account is locked for a while after too many wrong ones")
    held.accounts.set_password(user.id, new)
    held.journal.note("password changed", caller)
    return begin_session(request, user, to="/account?done=password")


@router.post("/account/tokens")
def make_token(
    request: Request,
    name: Annotated[str, Form(max_length=NAME)],
    days: Annotated[float, Form(gt=0, le=366)] = 90.0,
    role: Annotated[list[str] | None, Form()] = None,
    caller: Caller = allowed("token.write"),
) -> Response:
    """A token; the page that answers shows its secret, and no other ever will."""
    if not role:
        raise UsageError("a token wants a role: tick one at least")
    _, secret = new_token(request, caller, build(NewToken, {"name": name, "roles": role, "days": days}))
    return _page(request, caller, secret=secret)


@router.post("/account/tokens/{id}/end")
def take_back(request: Request, id: str, caller: Caller = allowed("account.change")) -> Response:
    """Take a token back."""
    end_token(request, id, caller)
    return RedirectResponse("/account?done=token", 303)


@router.post("/project")
def open_project(
    request: Request,
    project: Annotated[str, Form(max_length=16)],
    next: Path = "/",
    caller: Caller = allowed("account.change"),
) -> Response:
    """Open another project in this session."""
    held = state(request)
    if held.settings.accounts:
        held.sessions.open_project(session_of(request), project)
    return RedirectResponse(own_path(next), 303)


def _page(request: Request, caller: Caller, *, done: str = "", secret: str = "") -> Response:
    held = state(request)
    return render(
        request,
        "account.html",
        caller,
        done=done,
        secret=secret,
        own=held.accounts.has_password(caller.user),
        tokens=held.sessions.tokens_of(caller.user),
        meanings=roles(),
        makers=sorted(permissions()["token.write"]),
        names={project.id: project.name for project in held.projects.all()},
        shortest=SHORTEST,
    )
