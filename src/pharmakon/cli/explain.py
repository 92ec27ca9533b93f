"""`pharmakon explain SMILES ... --models herg`, and `pharmakon explain SIGNATURE COHORT.toml --patient P07`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.excerpt import excerpt
from pharmakon.core.units import show
from pharmakon.workflows import explain as signature_workflow
from pharmakon.workflows import explain_molecules as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(
    positional=("molecules",),
    short={"output": "-o", "models": "-m"},
    commas=("models",),
    instead={".toml": signature_workflow.ExplainConfig},
)
def explain(
    config: workflow.ExplainMoleculesConfig | signature_workflow.ExplainConfig,
    *,
    top: Annotated[int, Parameter("--top", help="parts, markers or patients to print; 0 for all")] = 10,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print everything as JSON")] = False,
) -> int:
    """Say why molecules get their numbers, part by part; or why a signature gives a patient this risk.

    Molecules (SMILES): what each part adds to each property, which sums to the model's score; a page with coloured
    drawings with -o why.html. A signature and a cohort (its folder, then a TOML file): what each marker adds to the
    risk, beside what the clinic alone says.
    """
    if isinstance(config, signature_workflow.ExplainConfig):
        _signature(config, top=top, as_json=as_json)
        return 0
    with progress("explain") as advance:
        result = workflow.run(config, progress=advance)
    for note in result.notes:
        render.note(note)
    render.result(result, lambda found: _molecules(found, top), as_json=as_json)
    if result.output is not None:
        render.note(f"written: {result.output}")
    return int(all(one.problem for one in result.molecules))


def _molecules(result: workflow.ExplainMoleculesResult, top: int) -> None:
    for one in result.molecules:
        if one.problem:
            print(f"{excerpt(one.given)}: {one.problem}")
            continue
        print(excerpt(one.given) if one.given == one.smiles else f"{excerpt(one.given)}, read as {excerpt(one.smiles)}")
        for each in one.properties:
            domain = "inside" if each.in_domain else "outside"
            print(f"\n{each.what.title}: {each.estimate}, {domain} the domain")
            print(each.sentence)
            if each.why.withheld:
                continue
            *parts, base, together = workflow.told(each)
            shown = parts[: top or None]
            more = len(parts) - len(shown)
            rest = [(f"{more} more {'part' if more == 1 else 'parts'}", "")] if more else []
            render.table(("part", f"adds ({each.scale})"), [*shown, *rest, base, together])
            print(f"by {each.why.method}")


def _signature(config: signature_workflow.ExplainConfig, *, top: int, as_json: bool) -> None:
    result = signature_workflow.run(config)
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


def _one(one: signature_workflow.Explained, top: int) -> None:
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
