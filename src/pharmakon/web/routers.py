"""Every router of the application, found by the names of its modules: `pages_*` and `api_*`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter

from . import __path__ as here


def all_routers() -> list[APIRouter]:
    """The `router` of each module that serves a page or a part of the API, by name."""
    names = sorted(module.name for module in iter_modules(here) if module.name.startswith(("api_", "pages_")))
    found: list[APIRouter] = []
    for name in names:
        router: APIRouter = import_module(f"{__package__}.{name}").router
        found.append(router)
    return found
