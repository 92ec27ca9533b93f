"""Whether the server lives, who calls, and the API's own description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, RedirectResponse

from pharmakon import __version__
from pharmakon.core.errors import Unavailable
from pharmakon.team.database import newest, revision
from pharmakon.team.roles import Caller

from .guard import allowed, public, state

router = APIRouter(tags=["server"])


class Me(BaseModel):
    """Who calls, and what the caller may do in the open project."""

    name: str
    email: str
    project: str
    roles: list[str]
    admin: bool
    csrf: str = Field(description="what a change brings back as X-CSRF-Token, unless the caller came with a token")


@router.get("/", include_in_schema=False, dependencies=[public])
def home() -> RedirectResponse:
    """The workbench begins with a molecule."""
    return RedirectResponse("/molecule", 303)


@router.get("/health", dependencies=[public])
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/ready", dependencies=[public])
def ready(request: Request) -> JSONResponse:
    """The database answers, and its tables are of this version."""
    try:
        have = revision(state(request).database)
    except Unavailable as error:
        return JSONResponse({"status": "not ready", "why": str(error)}, 503)
    if have != newest():
        return JSONResponse({"status": "not ready", "why": f"the tables are of revision {have}"}, 503)
    return JSONResponse({"status": "ready"})


@router.get("/api/v1/me")
def me(request: Request, caller: Caller = allowed("account.self")) -> Me:
    """Who calls."""
    return Me(
        name=caller.name,
        email=caller.email,
        project=caller.project,
        roles=sorted(caller.roles),
        admin=caller.admin,
        csrf=request.state.csrf,
    )


@router.get("/api/v1/openapi.json", include_in_schema=False)
def description(request: Request, caller: Caller = allowed("account.self")) -> dict[str, Any]:
    """The OpenAPI document."""
    made: dict[str, Any] = request.app.openapi()
    return made
