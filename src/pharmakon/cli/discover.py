"""`pharmakon discover cohort.toml -o DIR`."""

from __future__ import annotations

from math import isfinite
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.units import show
from pharmakon.record.discovery import REPORT
from pharmakon.workflows import discover as workflow

from . import render
from .flags import from_config
from .progress import progress

NUMBERS = ("effect", "low", "high", "p", "q")
SHOWN = 10
"""Markers that are printed; markers.csv has all."""


@from_config(positional=("cohort",), short={"output": "-o"}, commas=("without", "accept"))
def discover(
    config: workflow.DiscoverConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")] = False,
) -> int:
    """Find biomarkers in a cohort that a TOML file declares.

    First a design check, which can refuse; then every marker alone, raw and adjusted; then a signature, judged in
    nested folds by patient beside the clinical variables alone and permuted outcomes; and a report.
    """
    with progress("discover") as advance:
        result = workflow.run(config, progress=advance)
    for text in (*result.cohort.notes, *result.notes):
        render.note(text)
    render.result(result, _print, as_json=as_json)
    render.note(f"written: {result.folder / REPORT} (ledger {result.head[:16]})")
    return 0


def _print(result: workflow.DiscoverResult) -> None:
    from pharmakon.workflows.study_report import interval
    from pharmakon.workflows.study_scores import MEASURES, called

    for check in result.checks:
        if check.severity in ("refused", "warning"):
            print(f"{check.severity.upper():<8} {check.sentence}")
    rows = [row for row in result.markers() if isfinite(row["p"])][:SHOWN]
    cells = [
        (
            row["feature"],
            row["block"],
            str(row["n"]),
            *(f"{row[key]:.3g}" for key in ("effect", "low", "high", "p", "q")),
        )
        for row in rows
    ]
    for table in result.differential.values():
        print(f"\neffect: {table.meaning}; {table.method}")
    if cells:
        render.table(("feature", "block", "n", *NUMBERS), cells)
    else:
        print("no feature could be tested")
    if result.scores is None:
        return
    scores = result.scores
    lines = [
        (called(model), show(found[scores.leading].value), interval(found[scores.leading]))
        for model, found in scores.models.items()
    ]
    null = scores.null[scores.main]
    lines.append(("Permuted outcome", show(null.mean), null.ends))
    render.table(("model", f"{MEASURES[scores.leading]}, nested", "95 % interval"), lines)
