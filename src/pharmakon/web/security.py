"""What every answer carries and every request must pass: headers, host, origin, size, rate."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .cookies import SESSION, cookie_name
from .guard import SAFE, NotLoggedIn, identified
from .settings import ServeConfig

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script and no style inside a page, and nothing from another machine."""
SANDBOX = (
    "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; frame-ancestors 'self'"
)
"""Of a report that a run wrote: its own script runs, in an origin of its own that has no session."""
DRAWING = "default-src 'none'; style-src 'unsafe-inline'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
CALLERS = 10_000
"""Callers whose rate is remembered."""
MANY = 10
"""Callers who may come from one address, each at the full rate."""
STRANGERS, FIELDS, BODY = 65_536, 1_000_000, 1 << 24
"""Bytes that somebody unknown may send; of a request besides the file that it uploads; of one that uploads none."""


class Rates:
    """A bucket of requests for each caller, filled up evenly over a minute."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> float:
        """Take one; 0.0 where there was one, or else the seconds until there is."""
        now = time.monotonic()
        left, at = self._buckets.pop(caller, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * self.per_minute / 60.0)
        wait = 0.0 if left >= 1.0 else (1.0 - left) * 60.0 / self.per_minute
        self._buckets[caller] = (left - 1.0 if wait == 0.0 else left, now)
        while len(self._buckets) > CALLERS:
            self._buckets.popitem(last=False)
        return wait


class Protected:
    """An ASGI application around another: what it refuses never comes in, and whatever goes out carries the headers."""

    def __init__(self, app: ASGIApp, settings: ServeConfig) -> None:
        self._app, self._settings = app, settings
        self._callers, self._addresses = Rates(settings.rate), Rates(settings.rate * MANY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks by WebSocket
            await send({"type": "websocket.close", "code": 1000})
            return
        request = Request(scope)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._mark(MutableHeaders(scope=message))
            await send(message)

        refused = self._refused(request)
        if refused is not None:
            await refused(scope, receive, sent)
        else:
            await self._app(scope, self._counted(request, receive), sent)

    def _mark(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", POLICY)
        if "sandbox" in headers["Content-Security-Policy"]:  # a report stands in a frame of our own page
            headers["X-Frame-Options"] = "SAMEORIGIN"
        if self._settings.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

    def _counted(self, request: Request, receive: Receive) -> Receive:
        """What comes in, counted as it comes: a request need not say how long it is, and need not say the truth."""
        got, known, largest = 0, False, self._largest(request)

        async def counted() -> Message:
            nonlocal got, known
            message = await receive()
            got += len(message.get("body", b""))
            if got > largest:
                raise HTTPException(413, self._too_large(largest))
            if got > STRANGERS and not known:
                try:
                    await identified(request)
                except NotLoggedIn as error:
                    raise HTTPException(401, str(error)) from None
                known = True
            return message

        return counted

    def _largest(self, request: Request) -> int:
        """Bytes of a request. A file goes to the disk as it comes, anything else lies in memory whole."""
        whole = self._settings.largest + FIELDS
        return whole if request.headers.get("content-type", "").startswith("multipart/") else min(whole, BODY)

    def _too_large(self, largest: int) -> str:
        return f"the request is larger than {min(largest, self._settings.largest):,} bytes"

    def _refused(self, request: Request) -> Response | None:
        settings = self._settings
        host = request.headers.get("host", "")
        if not settings.accounts and not (_is_local(host) and _is_this_machine(request)):
            return _problem(403, "without accounts the server answers this machine alone: start it with --accounts")
        if request.method not in SAFE and not self._is_own(request, host):
            return _problem(403, "the request comes from another site")
        size, largest = request.headers.get("content-length", "0"), self._largest(request)
        if not size.isdecimal() or int(size) > largest:
            return _problem(413, self._too_large(largest))
        if settings.accounts and not request.url.path.startswith(("/static/", "/health", "/ready")):
            address = address_of(request)
            session = request.cookies.get(cookie_name(settings, SESSION))
            who = request.headers.get("authorization") or session or address
            # Whoever makes up a new token for each request is still one address.
            if wait := self._callers.take(who) or self._addresses.take(address):
                return _problem(429, "too many requests", {"Retry-After": f"{wait + 1:.0f}"})
        return None

    def _is_own(self, request: Request, host: str) -> bool:
        """Whether a page of this server sent a request, as far as a browser says so."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin, public = request.headers.get("origin"), self._settings.public.rstrip("/")
        if origin is None or origin == public:
            return True
        return _netloc(origin) == host != "" and (not public or _is_local(host))


def address_of(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else ""


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    body = {"type": "about:blank", "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _netloc(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _is_local(host: str) -> bool:
    """Whether a Host header names this machine: a page elsewhere whose name was pointed here is refused."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _loopback(name)


def _is_this_machine(request: Request) -> bool:
    return _loopback(address_of(request))


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
