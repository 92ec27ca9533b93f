"""What every answer carries and every request must pass: headers, host, origin, size, rate."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from .guard import SAFE
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


def protect(app: FastAPI, settings: ServeConfig) -> None:
    """Add the checks to an application."""
    rates = Rates(settings.rate)

    @app.middleware("http")
    async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = _refused(request, settings, rates)
        if answer is None:
            answer = await call_next(request)
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        if "sandbox" in answer.headers["Content-Security-Policy"]:  # a report stands in a frame of our own page
            answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        if settings.secure:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return answer


def _refused(request: Request, settings: ServeConfig, rates: Rates) -> Response | None:
    host = request.headers.get("host", "")
    if not settings.accounts and not (_is_local(host) and _is_this_machine(request)):
        return _problem(403, "without accounts the server answers this machine alone: start it with --accounts")
    origin = request.headers.get("origin")
    if request.method not in SAFE:
        foreign = origin is not None and urlsplit(origin).netloc not in (host, urlsplit(settings.public).netloc)
        if foreign or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return _problem(403, "the request comes from another site")
    size = request.headers.get("content-length", "0")
    if not size.isdigit() or int(size) > settings.largest + 1_000_000:
        return _problem(413, f"the request is larger than {settings.largest:,} bytes")
    if not request.url.path.startswith(("/static/", "/health", "/ready")):
        who = request.headers.get("authorization") or request.cookies.get("pharmakon") or _address(request)
        if wait := rates.take(who):
            return _problem(429, "too many requests", {"Retry-After": f"{wait + 1:.0f}"})
    return None


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    body = {"type": "about:blank", "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_local(host: str) -> bool:
    """Whether a Host header names this machine: a page elsewhere whose name was pointed here is refused."""
    name = urlsplit(f"//{host}").hostname or ""
    return name in ("localhost", "testserver") or _loopback(name)


def _is_this_machine(request: Request) -> bool:
    address = _address(request)
    return address == "testclient" or _loopback(address)


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
