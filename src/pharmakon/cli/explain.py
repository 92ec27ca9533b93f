"""`pharmakon explain SIGNATURE COHORT.toml --patient P07`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.units import show
from pharmakon.workflows import explain as workflow

from . import render
from .flags import from_config


@from_config(positional=("signature", "cohort"), short={"output": "-o"})
def explain(
    config: workflow.ExplainConfig,
    *,
    top: Annotated[int, Parameter("--top", help="markers, or patients, to print; 0 for all")] = 10,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print everything as JSON")] = False,
) -> None:
    """Say why a signature gives a patient this risk: what each marker adds, beside what the clinic alone says."""
    result = workflow.run(config)
    if as_json:
        from pharmakon.store.plain import document

        print(document({"what": result.what, "markers": result.rows(), "notes": result.notes}))
        return
    said = (lambda x: f"{x:.0%}") if result.share else show
    if config.patient:
        for one in result.patients:
            _one(one, top)
    else:
        columns = ("patient", result.what, "clinic alone", "most raised by", "most lowered by", "remarks")
        rows = [
            (
                one.patient,
                said(one.risk),
                said(one.clinical),
                next((push.marker for push in one.pushes if push.score > 0), ""),
                next((push.marker for push in one.pushes if push.score < 0), ""),
                "; ".join(one.notes),
            )
            for one in result.patients
        ]
        render.table(columns, rows[: top or None])
        if top and len(rows) > top:
            print(f"... and {len(rows) - top:,} more patients")
    for note in result.notes:
        render.note(note)
    if result.output is not None:
        print(f"table: {result.output}")


def _one(one: workflow.Explained, top: int) -> None:
    for sentence in one.sentences:
        print(sentence)
    columns = ("block", "marker", "value", "SDs from the mean", "adds to the score", "changes the risk by", "stable")
    rows = [
        (
            push.block,
            push.marker,
            show(push.value),
            f"{push.away:+.1f}",
            f"{push.score:+.3f}",
            f"{push.change:+.3f}",
            "yes" if push.stable else "",
        )
        for push in one.pushes
    ]
    render.table(columns, rows[: top or None], title=one.patient)
    for note in one.notes:
        render.note(f"{one.patient}: {note}")
