"""`pharmakon export RUN -o FOLDER`."""

from __future__ import annotations

from pharmakon.workflows import export as workflow

from . import render
from .flags import from_config


@from_config(positional=("signature",), short={"output": "-o"})
def export(config: workflow.ExportConfig) -> int:
    """Take a signature out of its run folder, to be handed on.

    One that gives away whom it was made with is refused (exit code 1) unless that risk is accepted.
    """
    result = workflow.run(config)
    render.note(f"written: {result.folder} (risk: {result.card['handed on']['risk']})")
    return 0
