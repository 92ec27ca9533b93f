"""`pharmakon anonymise table.csv --config anonymise.toml -o out`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import anonymise as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("data",), short={"output": "-o"})
def anonymise(
    request: workflow.AnonymiseConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")] = False,
) -> int:
    """Make a table in which nobody can be singled out, at the least loss there is.

    The best full-domain generalisation for k-anonymity, l-diversity and t-closeness, the risk before and after, what
    was lost, and tables of counts whose small cells cannot be worked out.
    """
    with progress("anonymise") as advance:
        result = workflow.run(request, progress=advance)
    for text in result.notes:
        render.note(text)
    render.result(result, _print, as_json=as_json)
    render.note(f"written: {result.folder} (ledger {result.head[:16]})")
    return 0


def _print(result: workflow.AnonymiseResult) -> None:
    from pharmakon.workflows.anonymise_output import measure_rows, risk_rows, utility_rows

    levels = ", ".join(f"{name} {level} of {height}" for name, (level, height) in result.levels.items())
    print(f"generalised to level: {levels}")
    render.table(("risk", "before", "after"), risk_rows(result.before, result.after))
    if result.measures:
        render.table(("sensitive", "measure", "before", "after"), measure_rows(result))
    render.table(("lost", "value", "meaning"), utility_rows(result))
    for table in result.cells:
        found = table.found
        print(
            f"counts by {' and '.join(table.columns)}: {int(found.primary.sum())} small cells and "
            f"{int(found.complementary.sum())} others hidden, {'safe' if found.safe else 'NOT safe'}"
        )
    if result.dropped:
        print(f"left out: {', '.join(result.dropped)}")
