"""`pharmakon validate SIGNATURE cohort.toml ...`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.units import show
from pharmakon.record.discovery import REPORT
from pharmakon.workflows import validate as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("signature", "cohorts"), short={"output": "-o"})
def validate(
    config: workflow.ValidateConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")] = False,
) -> int:
    """Apply a frozen signature to other cohorts and say how well it does there.

    Nothing is fitted, and patients that the signature was made with are refused.
    """
    with progress("validate") as advance:
        result = workflow.run(config, progress=advance)
    for one in result.validations:
        for check in one.checks:
            if check.severity in ("refused", "warning"):
                render.note(f"{check.severity.upper():<8} {one.cohort.declaration.name}: {check.sentence}")
        for text in (*one.cohort.notes, *one.notes):
            render.note(f"{one.cohort.declaration.name}: {text}")
    render.result(result, _print, as_json=as_json)
    render.note(f"written: {result.folder / REPORT} (ledger {result.head[:16]})")
    return 0


def _print(result: workflow.ValidateResult) -> None:
    from pharmakon.workflows.study_report import interval
    from pharmakon.workflows.study_scores import MEASURES, unscaled
    from pharmakon.workflows.validate_output import nested_lines
    from pharmakon.workflows.validate_scores import BOOTSTRAP

    rows = []
    for one in result.validations:
        for name, found in one.scores.items():
            by = one.scored.methods[name]
            rows.append((one.cohort.declaration.name, MEASURES[name], show(found.value), interval(found), by))
        if (added := one.scored.added) is not None:
            measure, by = f"{MEASURES[result.leading]} over clinical only", one.scored.methods["added"]
            rows.append((one.cohort.declaration.name, measure, show(added.value), interval(added), by))
    for line in nested_lines(result):
        value = "-" if line.said is None else show(line.said["value"])
        ends = "none was made" if line.said is None else f"{show(line.said['low'])} to {show(line.said['high'])}"
        by = "" if line.said is None else BOOTSTRAP
        rows.append((f"where it was made, nested{line.of}", MEASURES[result.leading], value, ends, by))
    render.table(("cohort", "measure", "value", "95 % interval", "interval by"), rows)
    if result.summary is not None:
        s, leading = result.summary, result.leading
        low, value, high = (show(unscaled(leading, x)) for x in (s.low, s.value, s.high))
        print(f"over all cohorts: {value} ({low} to {high}); I² {s.i2:.0%}")
