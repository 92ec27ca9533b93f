"""`pharmakon design goal.toml -o DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from pharmakon.workflows import design as workflow

from . import render
from .flags import over_file
from .progress import progress


@over_file("goal", tables={"mode": "kind"})
def design(
    config: workflow.DesignConfig,
    *,
    output: Annotated[Path, Parameter(name=("--output", "-o"), help="folder for designs, report and ledger")],
    workers: Annotated[int | None, Parameter(help="processes (all cores otherwise)")] = None,
    engine: Annotated[
        Literal["local", "ray"], Parameter(help="where the models work: here, or on a Ray cluster")
    ] = "local",
    address: Annotated[str | None, Parameter(help="ray: the head of the cluster, as host:6379")] = None,
    resume: Annotated[bool, Parameter(negative=(), help="go on with the stopped run in the output folder")] = False,
) -> None:
    """Find new molecules that meet the goals of a TOML file.

    Every key of the file but goals and constraints is also a flag, which wins over the file. Leaves designs.csv,
    designs.sdf, report.html and a ledger that `pharmakon ledger verify` checks.
    """
    with progress("design") as advance:
        result = workflow.run(
            config, output=output, resume=resume, workers=workers, engine=engine, address=address, progress=advance
        )
    for line in result.summary:
        print(line)
    render.note("")
    print(f"report: {result.report}")
    print(f"ledger head: {result.head}")
