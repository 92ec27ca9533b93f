"""`pharmakon predict molecules.csv -o out.csv` and `pharmakon predict -s "CCO"`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.excerpt import excerpt
from pharmakon.workflows import predict as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("data",), short={"smiles": "-s", "output": "-o", "models": "-m"}, commas=("models",))
def predict(
    config: workflow.PredictConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print estimates as JSON")] = False,
) -> int:
    """Estimate properties of molecules, each with an interval and a domain flag.

    A file's rows keep their columns and get the estimates beside them; a row that cannot be read gets a `problem`.
    """
    with progress("predict") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    if result.table is None:
        print(f"{result.rows:,} rows, {result.problems:,} with a problem, {result.profile} profile: {result.output}")
        return 0
    if as_json:
        print(json.dumps(_plain(config.smiles, result), indent=2, ensure_ascii=False))
    else:
        _print(config.smiles, result)
    return 1 if result.reasons and all(result.reasons) else 0


def _print(given: tuple[str, ...], result: workflow.PredictResult) -> None:
    for i, (text, structure, reason) in enumerate(zip(given, result.structures, result.reasons, strict=True)):
        if reason:
            print(f"{excerpt(text)}: {reason}" if text.strip() else reason)
            continue
        print(excerpt(text) if structure == text else f"{excerpt(text)}, read as {excerpt(structure)}")
        render.table(render.HEADINGS, render.estimate_rows(result.table or {}, i))


def _plain(given: tuple[str, ...], result: workflow.PredictResult) -> list[dict[str, object]]:
    return [
        {
            "input": text,
            "structure": structure,
            "changes": list(changes),
            "problem": reason,
            "properties": {} if reason else render.estimate_json(result.table or {}, i),
        }
        for i, (text, structure, changes, reason) in enumerate(
            zip(given, result.structures, result.changes, result.reasons, strict=True)
        )
    ]
