"""What it takes to log in: tries that are counted, a session that is always a new one, and the way back."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from pharmakon.core.errors import Denied, TooMany
from pharmakon.team.accounts import User
from pharmakon.team.roles import Caller
from pharmakon.team.sessions import csrf

from .cookies import FORM, SESSION, cookie_name, set_cookie, take_cookie
from .guard import session_of, state
from .pages import render
from .security import address_of


def own_path(text: str) -> str:
    """A path of this server to go back to; / for whatever else somebody put into a link."""
    plain = text.startswith("/") and not text.startswith("//") and text.isprintable() and "\\" not in text
    return text if plain else "/"  # a browser reads \\ as /, and takes tabs and line ends out


def count_try(request: Request, account: str = "") -> None:
    """Count a try to log in, of an address and at an account, known or not. Raises TooMany."""
    for who in (address_of(request), *([f"account {account.strip().lower()}"] if account else [])):
        if wait := request.app.state.logins.take(who):
            raise TooMany("too many tries to log in: wait a moment", wait=wait)


def password_opens(request: Request, email: str, password: str) -> User | None:
    """The account that a password opens; None where it does not, whether the account is unknown, shut or locked."""
    count_try(request, email)
    held = state(request)
    try:
        return held.accounts.login(email, password)
    except (Denied, TooMany):
        known = held.accounts.by_email(email)  # what was typed is kept nowhere: it may be a password
        held.journal.note("login refused", account=known.id if known else "", address=address_of(request))
        return None


def begin_session(request: Request, user: User, *, to: str = "/", by: str = "password") -> Response:
    """Log somebody in: the session that the browser had ends, and a new one begins with a new secret."""
    held = state(request)
    if before := session_of(request):
        held.sessions.end(before)
    mine = held.projects.of(user.id)
    secret = held.sessions.begin(user.id, mine[0].id if mine else "")
    held.journal.note("logged in", Caller(user.id, user.name, user.email), by=by, address=address_of(request))
    answer = RedirectResponse(own_path(to) if mine else "/account", 303)
    set_cookie(answer, held.settings, SESSION, secret)
    take_cookie(answer, held.settings, FORM)
    return answer


def form_page(request: Request, template: str, *, status: int = 200, **facts: Any) -> Response:
    """The page of a form that is sent by nobody yet, with the cookie that its own token belongs to."""
    settings = state(request).settings
    secret = request.cookies.get(cookie_name(settings, FORM)) or secrets.token_urlsafe(24)
    request.state.csrf = csrf(secret)
    answer = render(request, template, None, **facts)
    answer.status_code = status
    set_cookie(answer, settings, FORM, secret, seconds=3600)
    return answer
