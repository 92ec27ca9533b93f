"""Errors as answers: a sentence with its status, as a page for a browser and as RFC 9457 JSON for a program."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from pharmakon.core.errors import Cancelled, Denied, PharmakonError, TooLarge, TooMany, Unavailable, UnknownName
from pharmakon.core.log import logger

from .guard import NotLoggedIn, NotProved
from .pages import is_page, render

SIGNED = ("meaning", "why")
"""Fields of a signature's form that are kept while the password is given again."""
TITLES = {
    400: "Not understood",
    401: "Not logged in",
    403: "Not allowed",
    404: "Not there",
    405: "Not possible",
    413: "Too large",
    422: "Not understood",
    429: "Too many requests",
    500: "The server failed",
    503: "Not now",
}


def status_of(error: PharmakonError, request: Request) -> int:
    """The status that an error answers with."""
    if isinstance(error, NotLoggedIn):
        return 401
    if isinstance(error, Denied):
        return 403
    if isinstance(error, TooMany):
        return 429
    if isinstance(error, (Unavailable, Cancelled)):
        return 503
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, UnknownName) and error.name in request.path_params.values():
        return 404
    return 422


def answer(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """The error as a page or as JSON, as the request likes it."""
    if is_page(request):
        page = render(request, "problem.html", status=status, title=TITLES.get(status, "Not done"), detail=detail)
        page.status_code = status
        page.headers.update(headers or {})
        return page
    body = {"type": "about:blank", "title": TITLES.get(status, ""), "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _path(request: Request) -> str:
    """Where a page leads back to: itself, or, where it was sent and not read, what it was sent from."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return urlsplit(request.headers.get("referer", "/")).path


async def _typed(request: Request) -> str:
    """What somebody gave as the reason of a signature, as a query that fills the form again; never a passphrase."""
    if request.method == "GET":
        return ""
    async with request.form() as form:
        given = {key: text for key in SIGNED if isinstance(text := form.get(key), str) and text}
    return f"?{urlencode(given)}" if given else ""


def handle_problems(app: FastAPI) -> None:
    """Answer every error in this way."""

    @app.exception_handler(PharmakonError)
    async def ours(request: Request, error: PharmakonError) -> Response:
        status = status_of(error, request)
        if status == 401 and is_page(request) and request.method == "GET":
            return RedirectResponse(f"/login?next={quote(_path(request))}", 303)
        if isinstance(error, NotProved) and is_page(request):
            return RedirectResponse(f"/again?next={quote(_path(request) + await _typed(request))}", 303)
        headers = {"Retry-After": f"{error.wait + 1:.0f}"} if isinstance(error, TooMany) else {}
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return answer(request, status, str(error), headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        return answer(request, 422, f"{place}: {first['msg']}" if place else str(first["msg"]))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def other(request: Request, error: Exception) -> Response:
        logger.exception("%s %s failed", request.method, request.url.path, exc_info=error)
        return answer(request, 500, "something went wrong; the server's log says what")
