"""`pharmakon design goal.toml -o DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import design as workflow

from . import render
from .progress import progress


def design(
    goal: Annotated[Path, Parameter(help="TOML file that says what is wanted")],
    *,
    output: Annotated[Path, Parameter(name=("--output", "-o"), help="folder for designs, report and ledger")],
    calls: Annotated[int | None, Parameter(help="scorer calls to spend (the file's `calls` otherwise)")] = None,
    seed: Annotated[int | None, Parameter(help="same seed, same designs, byte for byte")] = None,
    designs: Annotated[int | None, Parameter(help="how many designs to keep")] = None,
    workers: Annotated[int | None, Parameter(help="processes (all cores otherwise)")] = None,
    resume: Annotated[bool, Parameter(negative=(), help="go on with the stopped run in the output folder")] = False,
) -> None:
    """Find new molecules that meet the goals of a TOML file.

    Leaves designs.csv, designs.sdf, report.html and a ledger that `pharmakon ledger verify` checks.
    """
    config = workflow.DesignConfig.from_toml(goal, calls=calls, seed=seed, designs=designs)
    with progress("design") as advance:
        result = workflow.run(config, output=output, resume=resume, workers=workers, progress=advance)
    for line in result.summary:
        print(line)
    render.note("")
    print(f"report: {result.report}")
    print(f"ledger head: {result.head}")
