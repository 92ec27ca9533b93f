"""A module that serves is found by its name."""

from __future__ import annotations

from pathlib import Path

from pharmakon import web
from pharmakon.web.routers import all_routers


def test_every_module_of_pages_and_of_the_api_is_served():
    modules = [path for kind in ("api", "pages") for path in Path(web.__path__[0]).glob(f"{kind}_*.py")]
    assert len(all_routers()) == len(modules) > 10
    assert all(router.routes for router in all_routers())
