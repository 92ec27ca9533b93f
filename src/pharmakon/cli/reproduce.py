"""`pharmakon reproduce CRATE`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import reproduce as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("run",), short={"output": "-o"})
def reproduce(
    config: workflow.ReproduceConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")] = False,
) -> int:
    """Run a recorded run again and compare what comes out, file by file.

    Exit code 0 when everything is the same, 1 when something differs, which is named with its first place. Nothing is
    run where the record is not whole, or where an input was changed.
    """
    with progress("reproduce") as advance:
        done = workflow.run(config, progress=advance)
    for warning in done.warnings:
        render.note(f"warning: {warning}")
    render.result(done, _print, as_json=as_json)
    if done.folder is not None:
        render.note(f"written: {done.folder}")
    return 0 if done.ok else 1


def _print(done: workflow.ReproduceResult) -> None:
    found = done.compared
    rows = [(name, "identical", "") for name in found.same]
    rows += [(name, "identical", "but for what it quotes of the ledger and the time") for name in found.quoting]
    rows += [(name, "DIFFERS", where) for name, where in found.different]
    rows += [(name, "not compared", why) for name, why in found.aside]
    render.table(("file", "", ""), rows)
    compared = len(found.same) + len(found.quoting) + len(found.different)
    if done.ok:
        every = "the one file that can be compared" if compared == 1 else f"all {compared} files that can be compared"
        print(f"{done.verb}: {every} came out the same")
    else:
        print(f"{done.verb}: {len(found.different)} of {compared} files differ")
