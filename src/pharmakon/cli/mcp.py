"""`pharmakon mcp`: the workbench as tools of an AI assistant, over standard input and output."""

from __future__ import annotations

import os
from typing import Annotated

from cyclopts import Parameter

TOKEN = "PHARMAKON_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable of the user's token: it never stands on a command line."""


def mcp(
    *, server: Annotated[str, Parameter("--server", help="address of the workbench")] = "http://127.0.0.1:8080"
) -> None:
    """Offer a running workbench to an AI assistant (Model Context Protocol over stdio).

    It may do what the user of the token in PHARMAKON_TOKEN may; without one, what this machine's user may.
    """
    from pharmakon.web.client import Client
    from pharmakon.web.mcp import server as serve

    with Client(server, token=os.environ.get(TOKEN, "").strip()) as workbench:
        serve(workbench).run()
