"""Each request gets a name, is timed and counted, and leaves a line in the log: never what it asked or who sent it."""

from __future__ import annotations

import re
import secrets
import time
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pharmakon.core.log import logger
from pharmakon.team.logs import redacted, request_id

from .metrics import Requests

NAME = "X-Request-ID"
_SOUND = re.compile(r"[A-Za-z0-9._-]{1,64}")
QUIET = ("/static/", "/health", "/ready", "/metrics")
"""Paths that are asked for so often that they leave no line."""


class Observed:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self._app, self._requests = app, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(NAME, "")
        name = given if _SOUND.fullmatch(given) else secrets.token_hex(8)
        token, status, begun = request_id.set(name), 500, time.perf_counter()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[NAME] = name
            await send(message)

        self._requests.open += 1
        try:
            await self._app(scope, receive, sent)
        finally:
            self._requests.open -= 1
            seconds = time.perf_counter() - begun
            route = getattr(scope.get("route"), "path", "") or ("/static" if _is(scope, "/static/") else "other")
            self._requests.answered(scope["method"], route, status, seconds)
            if not any(_is(scope, start) for start in QUIET):
                facts = {
                    "method": scope["method"],
                    "path": redacted(quote(scope["path"], safe="/@:")),
                    "status": status,
                }
                logger.info(" ".join(map(str, facts.values())), extra={**facts, "seconds": round(seconds, 4)})
            request_id.reset(token)


def _is(scope: Scope, start: str) -> bool:
    return str(scope["path"]).startswith(start)
