"""`pharmakon mutagenicity impurities.csv -o judged.csv` and `pharmakon mutagenicity -s "Nc1ccc(C)cc1"`."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from typing import Annotated, Any

from cyclopts import Parameter

from pharmakon.core.excerpt import excerpt
from pharmakon.core.units import show, show_interval
from pharmakon.workflows import mutagenicity as workflow

from . import render
from .flags import from_config
from .progress import progress

INDENT = " " * 14
WIDTH = 110


@from_config(positional=("data",), short={"smiles": "-s", "output": "-o"})
def mutagenicity(
    config: workflow.MutagenicityConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the judgements as JSON")] = False,
) -> int:
    """Judge impurities as ICH M7 asks: by a statistical and an expert-rule method, apart.

    Each molecule gets both calls, with the alerts and the evidence for them, and the class that follows.
    """
    with progress("mutagenicity") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    if result.output is not None and as_json:
        print(json.dumps({"rows": result.rows, "classes": result.classes, "output": str(result.output)}))
        return 0
    if result.output is not None:
        counts = ", ".join(
            f"{n:,} {name if name in ('expert review', 'not judged') else f'class {name}'}"
            for name, n in sorted(result.classes.items())
        )
        print(f"{result.rows:,} rows: {counts or 'none'}; {result.output}")
        return 0
    if as_json:
        print(json.dumps([_plain(one) for one in result.table], indent=2, ensure_ascii=False))
    else:
        for one in result.table:
            _print(one)
    return 1 if result.table and all(one.problem for one in result.table) else 0


def _print(one: workflow.ImpurityCall) -> None:
    if one.rules is None:
        print(f"{excerpt(one.given)}: {one.problem}" if one.given.strip() else one.problem)
        return
    same = one.given == one.structure
    name = one.impurity_class if one.impurity_class == "expert review" else f"class {one.impurity_class}"
    print(excerpt(one.given) if same else f"{excerpt(one.given)}, read as {excerpt(one.structure)}")
    for change in one.changes:
        print(f"  changed     {change}")
    print(textwrap.fill(f"  ICH M7      {name}: {one.meaning}", WIDTH, subsequent_indent=INDENT))
    print(
        f"  {workflow.MODEL:<11} {one.model}: probability {show(one.probability)} ({show_interval(one.low, one.high)})"
    )
    measured = f"class {one.nearest_value:.0f}, {one.nearest_id or 'no name'}, similarity {one.nearest_similarity:.2f}"
    print(f"{INDENT}nearest measured: {measured}")
    print(f"  rules       {one.rules.outcome}{'' if one.rules.alerts else ': no alert'}")
    for alert, evidence in zip(one.rules.alerts, one.evidence, strict=True):
        print(textwrap.fill(evidence, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT))
        print(f"{INDENT}atoms {' '.join(map(str, alert.atoms))}")
    if one.rules.strange:
        atoms = " ".join(map(str, one.rules.strange))
        print(f"{INDENT}no measured molecule has the surroundings of atoms {atoms}")


def _plain(one: workflow.ImpurityCall) -> dict[str, Any]:
    plain = asdict(one)
    for name in ("probability", "low", "high", "nearest_value", "nearest_similarity"):
        plain[name] = render.number(plain[name])
    return plain
