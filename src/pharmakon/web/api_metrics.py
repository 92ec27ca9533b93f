"""What Prometheus asks a server for."""

from __future__ import annotations

import ipaddress

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from pharmakon import __version__
from pharmakon.core.errors import Denied

from .guard import identified, public, state
from .metrics import KIND, Labels, Requests, family
from .security import address_of

router = APIRouter(tags=["server"])

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
STATES = ("queued", "running", "paused", "done", "failed", "cancelled")


@router.get("/metrics", dependencies=[public], include_in_schema=False)
async def metrics(request: Request) -> PlainTextResponse:
    """Counters, for a scraper on this machine, or one that brings an administrator's token."""
    if not _on_this_machine(request):
        caller = await identified(request)
        user = await run_in_threadpool(state(request).accounts.get, caller.user)
        if not user.admin:
            raise Denied("the metrics are for this machine, and for a token of an administrator")
    return PlainTextResponse(await run_in_threadpool(_text, request), media_type=KIND)


def _text(request: Request) -> str:
    held = state(request)
    requests: Requests = request.app.state.requests
    counts = held.jobs.counts()
    jobs: dict[Labels, float] = {(("state", name),): float(counts.get(name, 0)) for name in STATES}
    lines = [
        *family("pharmakon_info", "gauge", "The version that runs.", {(("version", __version__),): 1}),
        *requests.lines(),
        *family("pharmakon_jobs", "gauge", "Jobs by state.", jobs),
        *family("pharmakon_queue_age_seconds", "gauge", "How long the first job waits.", {(): held.jobs.waiting()}),
    ]
    return "\n".join(lines) + "\n"


def _on_this_machine(request: Request) -> bool:
    """Whether a request comes from this machine itself, and through no proxy, which speaks for others."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
