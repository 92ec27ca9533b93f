"""`pharmakon compare RUN RUN`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.errors import UsageError
from pharmakon.workflows import compare_runs as workflow

from . import render
from .flags import from_config

NAMES = {
    "request": "what was asked",
    "inputs": "what was read (SHA-256)",
    "results": "what came out",
    "versions": "with which versions",
}


@from_config(positional=("runs",))
def compare(
    config: workflow.CompareRunsConfig,
    *,
    every: Annotated[bool, Parameter("--every", negative=(), help="every fact, the same ones too")] = False,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")] = False,
) -> None:
    """Say where runs or models differ: in what was asked, read and found, and in versions."""
    if len(config.runs) < 2:
        raise UsageError("name two runs or models, or more, to compare")
    render.result(workflow.run(config), lambda told: _print(told, config, every=every), as_json=as_json)


def _print(told: workflow.Compared, config: workflow.CompareRunsConfig, *, every: bool) -> None:
    for part, rows in told.parts.items():
        shown = [row for row in rows if every or row.differs]
        if shown:
            cells = [(row.name, *(_short(value) for value in row.values)) for row in shown]
            render.table((NAMES[part], *(str(path) for path in config.runs)), cells)
    facts = sum(map(len, told.parts.values()))
    print(f"{told.differing} of {facts} facts differ" if told.differing else f"all {facts} facts are the same")


def _short(value: str) -> str:
    """A SHA-256 by its beginning."""
    return value[:12] if len(value) == 64 and value.isalnum() else value
