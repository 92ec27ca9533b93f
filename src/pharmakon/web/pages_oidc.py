"""To log in at an OpenID provider: the way there, and the way back."""

from __future__ import annotations

import base64
import os
import secrets
import time
from functools import cache
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from pharmakon.core.errors import Denied, PharmakonError
from pharmakon.team.oidc import LEEWAY, Provider, Vouched, admit
from pharmakon.team.sessions import PROVED

from .cookies import AWAY, cookie_name, set_cookie, take_cookie
from .guard import public, session_of, state
from .login import begin_session, count_try, own_path
from .problems import answer, status_of
from .security import address_of
from .settings import OIDC_SECRET, ServeConfig

router = APIRouter(include_in_schema=False)

LONGEST = 600
"""Seconds that somebody may be away."""
FITS = 2700
"""Characters of a path that a cookie holds beside the rest; of a longer one the query is dropped."""
Text = Annotated[str, Query(max_length=4000)]


@router.get("/login/oidc", dependencies=[public])
def leave(request: Request, next: str = "/", again: bool = False) -> Response:  # noqa: FBT001, FBT002
    """Send the browser to the provider; with `again` it asks for the password even where somebody is logged in."""
    count_try(request)
    away, held = secrets.token_urlsafe(32), state(request)
    there = RedirectResponse(provider(held.settings).sends(away, _back(request), again=again), 303)
    back = own_path(next)
    path = base64.urlsafe_b64encode((back if len(back) <= FITS else back.partition("?")[0]).encode()).decode()
    set_cookie(there, held.settings, AWAY, f"{away}.{'again' if again else 'first'}.{path}", seconds=LONGEST)
    return there


@router.get("/login/oidc/done", dependencies=[public])
def come_back(
    request: Request,
    *,
    code: Text = "",
    given: Annotated[str, Query(alias="state", max_length=4000)] = "",
    error: Text = "",
    iss: Text = "",
) -> Response:
    """Where the provider sends the browser back to."""
    held = state(request)
    count_try(request)
    away, _, rest = request.cookies.get(cookie_name(held.settings, AWAY), "").partition(".")
    why, _, path = rest.partition(".")
    try:
        if error or not away or iss not in ("", held.settings.oidc_issuer):
            raise Denied("the provider did not log you in, or you were away too long")
        who = provider(held.settings).returned(away, _back(request), state=given, code=code)
        there = _known(request, who, again=why == "again", path=_path(path))
    except PharmakonError as refused:
        held.journal.note("login refused", by="provider", address=address_of(request))
        there = answer(request, status_of(refused, request), str(refused))
    take_cookie(there, held.settings, AWAY)
    return there


def _known(request: Request, who: Vouched, *, again: bool, path: str) -> Response:
    held = state(request)
    user = admit(held.accounts, held.projects, who, grants=held.settings.oidc_roles)
    if not again:
        return begin_session(request, user, to=path, by="provider")
    secret = session_of(request)
    session = held.sessions.find(secret)
    if session is None or session.caller.user != user.id:
        raise Denied("the provider logged somebody else in")
    if who.proved < time.time() - PROVED - LEEWAY:
        raise Denied("the provider does not say that you gave your password just now")
    held.sessions.proved(secret)
    held.journal.note("password given again", session.caller, by="provider")
    return RedirectResponse(path, 303)


def provider(settings: ServeConfig) -> Provider:
    """The server's OpenID provider. Raises HTTPException where it has none."""
    if not settings.oidc_issuer:
        raise HTTPException(404, "this server has no OpenID provider")
    return _provider(settings.oidc_issuer, settings.oidc_client, settings.oidc_claim)


@cache
def _provider(issuer: str, client: str, claim: str) -> Provider:
    return Provider(issuer, client, os.environ.get(OIDC_SECRET, ""), claim=claim)


def _back(request: Request) -> str:
    here = state(request).settings.public.rstrip("/") or f"http://{request.headers.get('host', '')}"
    return f"{here}/login/oidc/done"


def _path(text: str) -> str:
    try:
        return own_path(base64.urlsafe_b64decode(text.encode()).decode())
    except ValueError:
        return "/"
