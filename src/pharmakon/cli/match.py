"""`pharmakon match patient.csv --model models/response`."""

from __future__ import annotations

from math import isnan
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.excerpt import excerpt
from pharmakon.core.units import show, show_interval
from pharmakon.workflows import match as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("patients",), short={"smiles": "-s", "output": "-o", "model": "-m"})
def match(
    config: workflow.MatchConfig,
    *,
    top: Annotated[int, Parameter("--top", help="treatments of each patient to print; 0 for all")] = 10,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print everything as JSON")] = False,
) -> None:
    """Rank treatments for a patient by how sensitive the tumour should be, against other tumours and the same drug.

    Each has an interval, its reasons and a verdict, which may be that nothing can be told. Cell lines are not patients.
    """
    with progress("match") as advance:
        result = workflow.run(config, progress=advance)
    if as_json:
        import json

        from pharmakon.store.plain import plain

        said = {"matches": workflow.as_rows(result.matches), "genes found": result.found, "notes": result.notes}
        print(json.dumps(plain(said), indent=2, ensure_ascii=False))
        return
    for patient, shares in result.found.items():
        mine = [item for item in result.matches if item.patient == patient]
        told = ", ".join(f"{share:.0%} of the {kind.replace('_', ' ')} genes" for kind, share in shares.items())
        line = next((item.trained_on for item in mine if item.trained_on), "")
        print(f"{excerpt(patient)}: {told}" + (f"; trained on as {excerpt(line)}" if line else ""))
        rows = zip(mine, workflow.as_rows(mine), strict=True)
        shown = [
            (
                excerpt(item.drug, 30),
                show(item.value),
                show_interval(item.low, item.high),
                "-" if isnan(item.percentile) else f"{item.percentile:.0f}",
                item.verdict if not item.why else f"{item.verdict}: {item.why}",
                ", ".join(row["reasons"][:3]),
            )
            for item, row in rows
        ]
        headings = ("treatment", "ln IC50 (ln uM)", "90 % interval", "percentile of lines", "verdict", "pushed by")
        render.table(headings, shown[: top or None])
    for note in result.notes:
        render.note(note)
    if result.output is not None:
        print(f"table: {result.output}")
