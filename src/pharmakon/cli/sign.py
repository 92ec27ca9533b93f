"""`pharmakon sign RECORD --meaning reviewed --why "..."`."""

from __future__ import annotations

from pharmakon.workflows import sign as workflow

from . import render
from .flags import from_config


@from_config(positional=("record",))
def sign(config: workflow.SignConfig) -> None:
    """Sign a finished run or a model electronically: printed name, time, meaning and reason, bound to every file.

    Your passphrase is asked for each time. An author cannot review or approve their own work.
    """
    result = workflow.run(config)
    one = result.signature
    print(f"{config.record} is {result.approval.state}: {one.meaning} by {one.name}, {one.time.isoformat()}")
    print(f"signed: {one.sha256}")
    render.note(f"last signature's hash, to be kept elsewhere: {result.approval.head}")
