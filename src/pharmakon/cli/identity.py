"""`pharmakon identity new NAME` and `pharmakon identity show FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import identity as workflow

from . import render
from .flags import from_config


@from_config(positional=("name",), short={"output": "-o"})
def new(config: workflow.IdentityConfig) -> None:
    """Make a key to sign with, locked by a passphrase of your own.

    The passphrase is asked for, or stands in PHARMAKON_IDENTITY_PASSPHRASE; it is never a flag.
    """
    path, made = workflow.new(config)
    print(workflow.entry(made))
    render.note(f"written: {path}; keep it to yourself, and give what stands above to whoever keeps the trust list")


def show(file: Annotated[Path, Parameter(help="an identity's file")], /) -> None:
    """Print what everybody may know of an identity, as a table of a trust list."""
    print(workflow.entry(workflow.show(file)))
