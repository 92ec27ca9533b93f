"""`pharmakon monitor herg july.csv --value pIC50 -o monitor-herg`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import monitor as workflow

from . import render
from .flags import from_config
from .progress import progress

HEADINGS = ("check", "value", "95 % interval", "limit", "of", "verdict")


@from_config(positional=("model", "data"), short={"output": "-o"})
def monitor(
    config: workflow.MonitorConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the check as JSON")] = False,
) -> int:
    """Compare new data with what a model was made of, and keep the check in a record. Exit code 1: a limit passed."""
    from pharmakon.workflows.monitor_output import plain, rows
    from pharmakon.workflows.monitor_result import REPORT

    with progress("monitor") as advance:
        result = workflow.run(config, progress=advance)
    if as_json:
        from pharmakon.store.plain import document

        print(document(plain(result)))
    else:
        print(f"check {result.number} of {result.name}")
        render.table(HEADINGS, rows(result.checks))
        for note in result.notes:
            render.note(note)
        if result.note is not None:
            print(f"change control: {result.note}")
        print(f"written: {result.folder / REPORT} (ledger {result.head[:16]})")
    return 1 if result.passed else 0
