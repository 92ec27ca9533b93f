"""`pharmakon serve`: the workbench in a browser."""

from __future__ import annotations

from pharmakon.web import server
from pharmakon.web.settings import ServeConfig

from .flags import from_config


@from_config()
def serve(config: ServeConfig) -> None:
    """Start the workbench: pages, API and workers, on this machine, until Ctrl-C."""
    server.run(config, say=print)
