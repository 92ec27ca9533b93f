"""Pages: templates with what each of them needs, and the parts that they share."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from pharmakon import __version__
from pharmakon.core.units import show, show_number
from pharmakon.core.words import counted, sentence
from pharmakon.team.roles import Caller

from .copying import listed

PARTS = (
    ("/molecule", "Molecule"),
    ("/library", "Library"),
    ("/design", "Design"),
    ("/cohort", "Cohort"),
    ("/models", "Models"),
    ("/trust", "Trust"),
    ("/record", "Record"),
)
"""The pages of the workbench, in the order of its menu."""
NEEDS = {
    "/molecule": "molecule.read",
    "/library": "library.read",
    "/design": "job.read",
    "/cohort": "patient.read",
    "/models": "model.read",
    "/trust": "job.read",
    "/record": "record.read",
}
"""What one must be allowed to for a page to stand in one's menu."""


def is_page(request: Request) -> bool:
    """Whether a request wants a page and not JSON: it says so, or is a form and does not say otherwise."""
    wanted, sent = request.headers.get("accept", ""), request.headers.get("content-type", "")
    form = sent.startswith(("application/x-www-form-urlencoded", "multipart/form-data")) and "json" not in wanted
    return not request.url.path.startswith("/api/") and ("text/html" in wanted or form)


def render(request: Request, template: str, caller: Caller | None = None, **facts: Any) -> HTMLResponse:
    """A template of this package as an answer."""
    held = request.app.state.held
    page = templates().get_template(template)
    own = {
        "caller": caller,
        "csrf": getattr(request.state, "csrf", ""),
        "here": request.url.path,
        "pages": [(path, name) for path, name in PARTS if caller and caller.may(NEEDS[path])],
        "accounts": held.settings.accounts,
        "projects": held.projects.of(caller.user) if caller else [],
        "version": __version__,
        "static": request.app.state.stamp,
        "listed": listed(server_of(request), request.url.path, token=held.settings.accounts) if caller else {},
    }
    return HTMLResponse(page.render(**own, **facts))  # a page that takes a name of these is an error


def server_of(request: Request) -> str:
    """The address that users type."""
    return request.app.state.held.settings.public or str(request.base_url)


@cache
def templates() -> Any:
    """The environment of the templates."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(files("pharmakon.web") / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["contains"] = lambda held, one: one in held
    environment.filters |= {"number": show, "amount": show_number, "time": _time, "size": _size}
    environment.filters |= {"sentence": sentence, "counted": counted}
    return environment


def _time(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _size(bytes_: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if bytes_ < 1000 or unit == "GB":
            return f"{bytes_:.0f} {unit}" if unit == "B" else f"{bytes_:.1f} {unit}"
        bytes_ /= 1000
    return ""


def copies(*, cli: str, python: str, toml: str = "") -> dict[str, str]:
    """What a page shows under "copy as": the same request from the shell, from Python, as a file."""
    return {name: text for name, text in (("CLI", cli), ("Python", python), ("TOML", toml)) if text}
