"""`pharmakon counterfactuals SMILES --model herg`, and `-o edits.html` for a page with drawings."""

from __future__ import annotations

import textwrap
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import counterfactuals as workflow
from pharmakon.workflows import counterfactuals_output as output
from pharmakon.workflows.counterfactuals_result import CounterfactualsResult

from . import render
from .flags import from_config
from .progress import progress

WIDTH = 110
INDENT = "     "


@from_config(positional=("smiles",), short={"model": "-m", "output": "-o", "number": "-n"})
def counterfactuals(
    config: workflow.CounterfactualsConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the edits as JSON")] = False,
) -> int:
    """Find the smallest believable edits of a molecule that change a model's answer.

    Sure ones come first, then the smallest changes, at different places; each with what speaks for it.
    """
    with progress("counterfactuals") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    render.result(result, _print, as_json=as_json)
    return 0 if result.found else 1


def _print(result: CounterfactualsResult) -> None:
    print(result.smiles)
    for sentence in output.summary(result):
        print(textwrap.fill(sentence, WIDTH))
    for number, one in enumerate(result.found, 1):
        print(f"{number:>2}   {one.smiles}")
        atoms = f"heavy atoms: {one.n_removed} out, {one.n_added} in"
        lines = [one.sentence, f"similarity {one.similarity:.2f}; {atoms}", one.evidence, output.effects(one)]
        for text in filter(None, lines):
            print(textwrap.fill(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT))
    if result.found:
        print(textwrap.fill(result.tried, WIDTH))
    if result.output is not None:
        print(result.output)
