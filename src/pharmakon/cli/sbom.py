"""`pharmakon sbom -o sbom.json`."""

from __future__ import annotations

from pharmakon.workflows import sbom as workflow

from . import render
from .flags import from_config


@from_config(short={"output": "-o"})
def sbom(config: workflow.SbomConfig) -> None:
    """Write a software bill of materials of everything installed that pharmakon needs, in CycloneDX 1.6."""
    done = workflow.run(config)
    if config.output is None:
        print(done.text, end="")
    where = f"{config.output}: " if config.output is not None else ""
    none = f"; without a stated licence: {', '.join(done.unlicensed)}" if done.unlicensed else ""
    render.note(f"{where}{done.components} distributions{none}")
