"""The application: everything that answers, put together."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from pharmakon import __version__

from . import routers
from .described import described
from .estimates import warm
from .guard import api_routes, check_routes
from .metrics import Requests
from .observed import Observed
from .problems import handle_problems
from .security import Protected, Rates
from .settings import ServeConfig
from .state import State


def create_app(settings: ServeConfig, *, say: Callable[[str], object] = lambda _: None) -> FastAPI:
    """The application of a server; it opens the database when it starts, and closes it when it stops.

    `say` is told the secret with which the first administrator's account is made, while there is none.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        held = await run_in_threadpool(State.open, settings)
        app.state.held = held
        app.state.setup = ""
        if settings.accounts and not await run_in_threadpool(held.accounts.governed):
            app.state.setup = secrets.token_urlsafe(16)
            say(f"no administrator has an account yet: the first is made at /setup with the secret {app.state.setup}")
        app.state.local = None if settings.accounts else await run_in_threadpool(held.local)
        await run_in_threadpool(warm, settings.profile)
        yield
        await run_in_threadpool(held.database.close)

    app = _Application(
        title="pharmakon",
        version=__version__,
        description="Predict what molecules do, design new ones, find the patients they are for, and show the working.",
        lifespan=lifespan,
        docs_url=None,  # the page that FastAPI brings loads its script from another machine
        redoc_url=None,
        openapi_url=None,  # served by a route that names its action
    )
    app.state.settings = settings
    app.state.logins = Rates(settings.logins)
    app.state.requests = Requests()
    app.state.secret = secrets.token_urlsafe(32)  # of the one user of a server without accounts
    static = Path(str(files("pharmakon.web") / "static"))
    app.state.stamp = _stamp(static)
    for router in routers.all_routers():
        app.include_router(router)
    app.mount("/static", _Static(static, app.state.stamp), name="static")
    handle_problems(app)
    check_routes(app)
    for route in api_routes(app.routes):
        if route.methods and "GET" in route.methods and not route.include_in_schema:
            route.methods.add("HEAD")  # of a page; the server sends no body with it
    return app


class _Application(FastAPI):
    """FastAPI, with the checks around all of it: an answer to an error is made outside of any middleware."""

    def openapi(self) -> dict[str, Any]:
        return described(super().openapi())

    def build_middleware_stack(self) -> ASGIApp:
        return Observed(Protected(super().build_middleware_stack(), self.state.settings), self.state.requests)


class _Static(StaticFiles):
    """Styles and scripts, kept by the browser where their address carries the `stamp` of all of them.

    A script that another imports by its bare name is asked for again, or after an upgrade old and new would meet.
    """

    def __init__(self, folder: Path, stamp: str) -> None:
        super().__init__(directory=folder)
        self.stamp = stamp

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        stamped = scope["query_string"].decode("latin-1") == self.stamp
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if stamped else "no-cache"
        return answer


def _stamp(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
