"""Who calls, and whether they may: every route names its action, and one that names none is not served.

A browser comes with a session's cookie, and its forms and scripts bring the session's token back (against forged
requests); a program comes with a token of its own in the Authorization header. A server without accounts answers
this machine as its one user, and nobody else.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from pharmakon.core.errors import Denied
from pharmakon.team.roles import Caller, actions
from pharmakon.team.sessions import csrf

from .state import State

COOKIE = "pharmakon"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC = "public"
"""The action of what everybody may see: the page to log in, health, styles."""
FORGED = "the form is not from this session: load the page again"


class NotLoggedIn(Denied):
    """Nobody is known to call."""


class Guard:
    """A dependency that gives the caller of a route, and refuses who may not do its action."""

    def __init__(self, action: str) -> None:
        if action != PUBLIC and action not in actions():
            raise KeyError(action)
        self.action = action

    async def __call__(self, request: Request) -> Caller:
        """The caller. Raises NotLoggedIn, Denied."""
        caller = await known(request)
        try:
            caller.check(self.action)
        except Denied:
            note = partial(state(request).journal.note, action=self.action, path=request.url.path)
            await run_in_threadpool(note, "denied", caller)
            raise
        return caller


def allowed(action: str) -> Any:
    """What a route's parameter `caller: Caller` defaults to: `allowed("job.read")`, say."""
    return Depends(Guard(action))


class Public:
    """A dependency that marks a route as everybody's."""

    action = PUBLIC

    async def __call__(self) -> None:
        """Refuse nobody."""


public = Depends(Public())


def state(request: Request) -> State:
    """What the server holds."""
    held: State = request.app.state.held
    return held


async def known(request: Request) -> Caller:
    """Whoever calls. Raises NotLoggedIn."""
    held = state(request)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        if caller := await run_in_threadpool(held.sessions.find_token, secret.strip()):
            request.state.csrf = ""
            return caller
        raise NotLoggedIn("the token is unknown, or has ended")
    if not held.settings.accounts:
        caller, expected = request.app.state.local, csrf(request.app.state.secret)
    else:
        session = await run_in_threadpool(held.sessions.find, request.cookies.get(COOKIE, ""))
        if session is None:
            raise NotLoggedIn("log in first")
        caller, expected = session.caller, session.csrf
        request.state.proved = session.proved
    request.state.csrf = expected
    if request.method not in SAFE and not hmac.compare_digest(await _brought(request), expected):
        raise Denied(FORGED)
    return caller


async def _brought(request: Request) -> str:
    """The token that a form or a script brought back."""
    if given := request.headers.get("x-csrf-token"):
        return given
    if request.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        form = await request.form()
        return str(form.get("csrf", ""))
    return ""


def action_of(route: APIRoute) -> str:
    """The action that a route names; "" where it names none."""
    for dependency in _all(route.dependant):
        if isinstance(dependency.call, (Guard, Public)):
            return str(dependency.call.action)
    return ""


def check_routes(app: FastAPI) -> None:
    """Refuse to serve an application with a route that names no action. Raises RuntimeError."""
    open_ = [route.path for route in api_routes(app.routes) if not action_of(route)]
    if open_:
        raise RuntimeError(f"routes without an action: {', '.join(open_)}")


def api_routes(routes: Iterable[Any]) -> list[APIRoute]:
    """All routes, those of included routers too."""
    found: list[APIRoute] = []
    for route in routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif hasattr(route, "routes"):
            found += api_routes(route.routes or [])
    return found


def _all(dependant: Any) -> Iterable[Any]:
    for inner in dependant.dependencies:
        yield inner
        yield from _all(inner)
