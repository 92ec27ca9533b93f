"""`pharmakon screen library/*.parquet --objective goal.toml -o DIR`."""

from __future__ import annotations

from pharmakon.workflows import screen as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("inputs",), short={"output": "-o", "models": "-m"}, commas=("models",))
def screen(config: workflow.ScreenConfig) -> int:
    """Send millions of molecules through models, constraints and an objective, and list the best.

    Leaves top.csv and top.parquet (id, structure, score and what it is made of, with the file and row that each came
    from), sketches of all rows, problems.csv and quarantine.csv of those without an answer, report.html and a ledger
    that `pharmakon ledger verify` checks.
    """
    with progress("screen") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    place = result.url or result.folder
    aside = f"{result.set_aside:,} set aside, " if result.set_aside else ""
    held = f"{result.feasible:,} {'hold every constraint' if config.objective else 'have estimates'}"
    print(f"{result.rows:,} rows, {result.unreadable:,} unreadable, {aside}{held}")
    if result.best is not None:
        print(f"best score {result.best:.3f}; {result.listed:,} rows in {place}/top.csv")
    print(f"report: {place}/{workflow.REPORT}")
    print(f"ledger head: {result.head}")
    return 1 if result.unreadable + result.set_aside == result.rows else 0
