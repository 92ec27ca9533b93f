"""`pharmakon release cohort.toml --config release.toml -o out`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import release as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("cohort",), short={"output": "-o"})
def release(
    request: workflow.ReleaseConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")] = False,
) -> int:
    """Publish counts, means, histograms and survival curves with differential privacy.

    A budget is kept beside the data, and a release that would pass it is refused. --plan shows the price and the
    accuracy to expect, and spends nothing.
    """
    with progress("release") as advance:
        result = workflow.run(request, progress=advance)
    render.result(result, _print, as_json=as_json)
    if result.folder is not None:
        render.note(f"written: {result.folder} (ledger {result.head[:16]})")
    return 0


def _print(result: workflow.ReleaseResult) -> None:
    from pharmakon.privacy.budget import Price, exceeds, said
    from pharmakon.workflows.release_output import line_rows, plan_rows

    if result.folder is not None:
        render.table(("statistic", "group", "at", "value", "95 % error"), line_rows(result))
    else:
        render.table(("statistic", "kind", "price", "95 % error", "of what"), plan_rows(result))
        if result.before:
            render.table(("paid before (UTC)", "price", "of", "statistics"), [paid.row() for paid in result.before])
    total, left = result.account.total or Price(0.0), result.account.left
    print(f"this release: {said(result.total)}; left of {said(total)}: {said(left)}")
    if result.folder is None:
        enough = not exceeds(result.total, left)
        print("nothing was spent" + ("" if enough else "; the release would be REFUSED: not enough is left"))
