"""`pharmakon route "O=C(Nc1ccccc1)c1ccncc1" --stock blocks.csv`, or a table of molecules and `-o routes.csv`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.excerpt import excerpt
from pharmakon.workflows import route as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("data",), short={"smiles": "-s", "output": "-o"})
def route(
    config: workflow.RouteConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the routes as JSON")] = False,
) -> int:
    """Find how molecules can be made from your building blocks, by one to three named reactions.

    Each route is run forwards from the blocks before it is told. None found proves nothing.
    """
    with progress("route") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    if result.output is not None:
        if as_json:
            print(json.dumps({"rows": result.rows, "counts": result.counts, "output": str(result.output)}))
            return 0
        counts = ", ".join(f"{n:,} {_words(name)}" for name, n in sorted(result.counts.items()))
        print(f"{result.rows:,} rows: {counts or 'none'}; {result.output}")
        return 0
    if as_json:
        print(json.dumps([workflow.plain(one) for one in result.table], indent=2, ensure_ascii=False))
    else:
        for one in result.table:
            _print(one)
    return 1 if result.table and all(one.problem for one in result.table) else 0


def _print(one: workflow.Answer) -> None:
    print(excerpt(one.given))
    if one.problem:
        print(f"  {one.problem}")
    elif one.route is None:
        print("  no route was found from this stock")
    elif not one.route.steps:
        print(f"  {one.route}")
    else:
        for number, step in enumerate(one.route.steps, 1):
            print(f"  {number}  {step.reaction}")
            print(f"       {one.route.reactants(step)}")
            print(f"       -> {step.product}")
            print(f"       {step.conditions}")


def _words(name: str) -> str:
    if name.startswith("of "):
        steps = int(name.removeprefix("of "))
        return f"with a route of {steps} {'reaction' if steps == 1 else 'reactions'}"
    return name
