"""`pharmakon dose warfarin patients.csv`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.units import show, show_interval
from pharmakon.workflows import dose as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("drug", "patients"), short={"output": "-o"})
def dose(
    config: workflow.DoseConfig,
    *,
    top: Annotated[int, Parameter("--top", help="patients to print; 0 for all")] = 20,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print everything as JSON")] = False,
) -> None:
    """Estimate warfarin doses by the published equations, each with its interval and its error in the patient's race.

    A table that knows the doses also shows what the equations are worth in it, by race.
    """
    with progress("dose") as advance:
        result = workflow.run(config, progress=advance)
    rows = workflow.as_rows(result.doses)
    if as_json:
        import json

        from pharmakon.store.plain import plain

        said = {"doses": rows, "judged": result.judged, "gaps": result.gaps, "terms": result.terms}
        print(json.dumps(plain(said | {"notes": result.notes}), indent=2, ensure_ascii=False))
        return
    shown = [
        (
            item.patient,
            show(item.value),
            show_interval(item.low, item.high),
            f"{item.race}: {item.error.mae:.1f} mg/week, {item.error.r2:.0%} explained ({item.error.n:,} patients)",
            item.problem or "; ".join(item.notes),
        )
        for item in result.doses
    ]
    headings = ("patient", "mg/week", "90 % interval", "error in the patient's race", "remarks")
    render.table(headings, shown[: top or None])
    if top and len(shown) > top:
        print(f"... and {len(shown) - top:,} more patients")
    worth = [
        (equation, race, f"{error.n:,}", show(error.mae), f"{error.r2:.0%}", f"{error.within_20:.0%}")
        for equation, errors in result.judged.items()
        for race, error in errors.items()
    ]
    if worth:
        columns = ("equation", "patients", "n", "mean error (mg/week)", "explained", "within 20 %")
        render.table(columns, worth, title="against the doses of this table")
    for text in [*result.gaps, *result.notes]:
        render.note(text)
    if result.output is not None:
        print(f"table: {result.output}")
