"""Who calls, and whether they may: every route names its action, and one that names none is not served.

A browser comes with a session's cookie, and its forms and scripts bring the session's token back (against forged
requests); a program comes with a token of its own in the Authorization header. A server without accounts answers
this machine as its one user, and nobody else; what changes something there is from its own page, or from no browser.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount

from pharmakon.core.errors import Denied
from pharmakon.team.roles import Caller, actions
from pharmakon.team.sessions import PROVED, csrf

from .cookies import FORM, SESSION, cookie_name
from .state import State
from .texts import check_texts

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC = "public"
"""The action of what everybody may see: the page to log in, health, styles."""
BEARER = HTTPBearer(scheme_name="token", description="a server without accounts needs none", auto_error=False)
"""What the API's description says of tokens."""
FORGED = "the form is not from this session: load the page again"


class NotLoggedIn(Denied):
    """Nobody is known to call."""


class NotProved(Denied):
    """It is known who calls, but not since a moment ago."""


class Guard:
    """A dependency that gives the caller of a route, and refuses who may not do its action."""

    def __init__(self, action: str) -> None:
        if action != PUBLIC and action not in actions():
            raise KeyError(action)
        self.action = action

    async def __call__(self, request: Request, _: Annotated[Any, Security(BEARER)] = None) -> Caller:
        """The caller. Raises NotLoggedIn, Denied; UsageError for what no text may hold."""
        caller = await known(request)
        try:
            caller.check(self.action)
        except Denied:
            note = partial(state(request).journal.note, action=self.action, path=request.url.path)
            await run_in_threadpool(note, "denied", caller)
            raise
        await check_texts(request)
        return caller


def allowed(action: str) -> Any:
    """What a route's parameter `caller: Caller` defaults to: `allowed("job.read")`, say."""
    return Depends(Guard(action))


class Again:
    """A dependency that wants the password given within the last PROVED seconds: a signature is a person's own."""

    async def __call__(self, request: Request) -> None:
        """Raises NotProved; Denied for a token, which is nobody in person."""
        if not hasattr(request.state, "proved"):
            await known(request)
        proved = request.state.proved
        if proved is None:
            raise Denied("this takes a person at a browser, and no token")
        if proved > PROVED:
            raise NotProved("give your password again first")


reauthenticated = Depends(Again())
"""What a route has besides `allowed` that a person must have logged in for, or given the password again, just now."""


class BeforeLogin:
    """A dependency of forms that are sent by nobody yet: they bring back what their own page's cookie says."""

    async def __call__(self, request: Request) -> None:
        """Raises Denied, UsageError."""
        held = state(request)
        secret = request.cookies.get(cookie_name(held.settings, FORM), "")
        request.state.csrf = csrf(secret)
        if request.method not in SAFE:
            given = await _brought(request)
            if not secret or not hmac.compare_digest(given.encode(), csrf(secret).encode()):
                raise Denied(FORGED)
        await check_texts(request)


before_login = Depends(BeforeLogin())


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
    caller = await identified(request)
    if request.method not in SAFE and not caller.token and not _is_from_the_shell(request):
        given = await _brought(request)
        if not hmac.compare_digest(given.encode(), request.state.csrf.encode()):
            raise Denied(FORGED)
    return caller


async def identified(request: Request) -> Caller:
    """Whose token or session a request comes with; what it brought back is not looked at. Raises NotLoggedIn.

    `request.state` gets `csrf`, what the session's forms must bring back, and `proved`, the seconds since the password
    was given: None for a token, 0 where there are no accounts.
    """
    held = state(request)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        caller = await run_in_threadpool(held.sessions.find_token, secret.strip())
        if caller is None:
            raise NotLoggedIn("the token is unknown, or has ended")
        request.state.csrf, request.state.proved = "", None
        return caller
    if not held.settings.accounts:
        request.state.csrf, request.state.proved = csrf(request.app.state.secret), 0.0
        return cast("Caller", request.app.state.local)
    session = await run_in_threadpool(held.sessions.find, session_of(request))
    if session is None:
        raise NotLoggedIn("log in first")
    request.state.csrf, request.state.proved = session.csrf, session.proved
    return session.caller


def session_of(request: Request) -> str:
    """The secret of the session that a request comes with; "" without one."""
    return request.cookies.get(cookie_name(state(request).settings, SESSION), "")


def _is_from_the_shell(request: Request) -> bool:
    """Whether a program on the machine of a server without accounts sent JSON, or to the API a file or nothing.

    No page elsewhere can: a browser sends JSON from there only if this server let it, and a form with a file, or a
    request without a body, never without a header that tells it from a program. A name that was pointed at this
    machine (DNS rebinding) is refused before, by its Host: see `security`.
    """
    if state(request).settings.accounts or _is_browser(request):
        return False
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    simple = kind == "multipart/form-data" or (not kind and _is_empty(request))
    return kind == "application/json" or (simple and request.url.path.startswith("/api/"))


def _is_empty(request: Request) -> bool:
    """Whether a request says that it has no body; one without a length has none unless it is sent in chunks."""
    return request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers


def _is_browser(request: Request) -> bool:
    """Whether a browser sent what changes something: it says where that comes from, or brings what only it sends.

    By the Fetch standard every request but GET and HEAD has an Origin, "null" where its page hides, and only the
    browser itself can set or leave out that and what begins with Sec-. One of before that standard has a Referer.
    """
    return any(name in ("origin", "referer", "cookie") or name.startswith("sec-") for name in request.headers)


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
    """Refuse to serve an application with a route that names no action, or with none at all. Raises RuntimeError."""
    found = api_routes(app.routes)
    open_ = [route.path for route in found if not action_of(route)]
    if open_ or not found:
        raise RuntimeError(f"routes without an action: {', '.join(open_) or 'all'}")


def api_routes(routes: Iterable[Any]) -> list[APIRoute]:
    """All routes, those of included routers too. Raises RuntimeError for what is neither, and no folder of files."""
    found: list[APIRoute] = []
    for route in routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif inner := getattr(route, "original_router", None):  # FastAPI keeps included routers whole
            found += api_routes(inner.routes)
        elif not (isinstance(route, Mount) and isinstance(route.app, StaticFiles)):
            raise RuntimeError(f"{route!r} is served by nothing that asks who calls")
    return found


def _all(dependant: Any) -> Iterable[Any]:
    for inner in dependant.dependencies:
        yield inner
        yield from _all(inner)
