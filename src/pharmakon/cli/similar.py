"""`pharmakon similar "CCO" --index lib.index` and `pharmakon similar queries.csv --index lib.index -o hits.csv`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.excerpt import excerpt
from pharmakon.workflows import similar as workflow

from . import render
from .flags import from_config
from .progress import progress

SHOWN = 10
"""Hits of a query that are printed."""


@from_config(positional=("queries",), short={"output": "-o"})
def similar(
    config: workflow.SimilarConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print all hits as JSON")] = False,
) -> int:
    """Find the molecules of an index that are most like some queries: Tanimoto similarity of ECFP4, exactly.

    A query is a SMILES or a table of structures. Equally similar molecules come in the order of the library.
    """
    with progress("similar") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    render.rows_set_aside(result.problems)
    if result.output is not None:
        print(f"{result.queries:,} queries, {result.hits:,} hits among {result.molecules:,}: {result.output}")
    elif as_json:
        print(json.dumps([line for answer in result.answers for line in workflow.records(answer)], indent=2))
    else:
        for answer in result.answers:
            _print(answer)
    return 1 if result.problems and len(result.problems) == result.queries else 0


def _print(answer: workflow.Answer) -> None:
    rows = [
        (str(rank), f"{hit.similarity:.3f}", hit.molecule.id, excerpt(hit.molecule.smiles))
        for rank, hit in enumerate(answer.hits[:SHOWN], start=1)
    ]
    render.table(("rank", "similarity", "id", "SMILES"), rows, title=excerpt(answer.query))
    if len(answer.hits) > SHOWN:
        render.note(f"and {len(answer.hits) - SHOWN:,} more: -o FILE or --json gives all")
