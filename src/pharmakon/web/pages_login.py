"""To log in and out, to give the password again, and to make the first account of a server."""

from __future__ import annotations

import hmac
import threading
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from pharmakon.core.errors import Denied
from pharmakon.team.accounts import ADDRESS, LONGEST, SHORTEST
from pharmakon.team.roles import Caller

from .cookies import SESSION, take_cookie
from .guard import allowed, before_login, public, session_of, state
from .login import begin_session, count_try, form_page, own_path, password_opens
from .pages import render

router = APIRouter(include_in_schema=False)

Email = Annotated[str, Form(max_length=ADDRESS)]
Password = Annotated[str, Form(max_length=LONGEST)]
Path = Annotated[str, Form(max_length=20_000)]
"""Of this server, to go back to; with the reason of a signature, if that was being written."""
_FIRST = threading.Lock()


@router.get("/login", dependencies=[public, before_login])
def login_page(request: Request, next: str = "/") -> Response:
    """The form to log in."""
    if not state(request).settings.accounts:
        return RedirectResponse("/", 303)
    return _login(request, next)


@router.post("/login", dependencies=[public, before_login])
def login(request: Request, email: Email, password: Password, next: Path = "/") -> Response:
    """Log in. An unknown address, a wrong password, a shut and a locked account get one answer."""
    if user := password_opens(request, email, password):
        return begin_session(request, user, to=next)
    return _login(request, next, status=401)


def _login(request: Request, next: str, *, status: int = 200) -> Response:
    settings = state(request).settings
    return form_page(
        request,
        "login.html",
        status=status,
        next=own_path(next),
        refused=status != 200,
        provider=settings.oidc_issuer,
        first=bool(request.app.state.setup),
    )


@router.post("/logout")
def logout(request: Request, caller: Caller = allowed("account.change")) -> Response:
    """Log out: the session is gone from the server, and not from the browser alone."""
    held = state(request)
    held.sessions.end(session_of(request))
    held.journal.note("logged out", caller)
    answer = RedirectResponse("/login", 303)
    take_cookie(answer, held.settings, SESSION)
    return answer


@router.get("/again")
def again_page(request: Request, next: str = "/", caller: Caller = allowed("account.change")) -> Response:
    """The form to give the password again, before a signature."""
    return _again(request, caller, next)


@router.post("/again")
def again(
    request: Request, password: Password, next: Path = "/", caller: Caller = allowed("account.change")
) -> Response:
    """Give the password again."""
    try:
        prove(request, caller, password)
    except Denied:
        return _again(request, caller, next, status=403)
    return RedirectResponse(own_path(next), 303)


def prove(request: Request, caller: Caller, password: str) -> None:
    """Note that the caller's password was given again. Raises Denied where it is another."""
    held = state(request)
    if not held.settings.accounts:
        return
    found = password_opens(request, caller.email, password)
    if found is None or found.id != caller.user:
        raise Denied("this is not your password, or the account is locked for a while after too many wrong ones")
    held.sessions.proved(session_of(request))
    held.journal.note("password given again", caller)


def _again(request: Request, caller: Caller, next: str, *, status: int = 200) -> Response:
    held = state(request)
    own = held.accounts.has_password(caller.user)
    answer = render(request, "again.html", caller, next=own_path(next), refused=status != 200, own=own)
    answer.status_code = status
    return answer


@router.get("/setup", dependencies=[public, before_login])
def setup_page(request: Request) -> Response:
    """The form of the first account."""
    return _setup(request)


@router.post("/setup", dependencies=[public, before_login])
def setup(
    request: Request,
    *,
    secret: Annotated[str, Form(max_length=100)],
    email: Email,
    name: Annotated[str, Form(max_length=200)],
    password: Password,
    project: Annotated[str, Form(max_length=200)],
) -> Response:
    """Make the first account, an administrator's, and a project. The secret is good for once."""
    count_try(request, "setup")
    held, app = state(request), request.app
    with _FIRST:
        _check_open(request)
        if not hmac.compare_digest(secret.strip().encode(), app.state.setup.encode()):
            held.journal.note("setup refused")
            return _setup(request, status=403)
        user = held.accounts.add(email, name, password, admin=True)
        app.state.setup = ""
        made = next((one for one in held.projects.all() if one.name == project.strip()), None)
        made = made or held.projects.add(project)
        held.projects.set_roles(made.id, user.id, ["admin", "analyst"])
    who = Caller(user.id, user.name, user.email, made.id)
    held.journal.note("account made", who, account=user.id, admin=True)
    return begin_session(request, user)


def _setup(request: Request, *, status: int = 200) -> Response:
    _check_open(request)
    return form_page(request, "setup.html", status=status, refused=status != 200, shortest=SHORTEST)


def _check_open(request: Request) -> None:
    if not request.app.state.setup:
        raise HTTPException(404, "this server has its first account already")
