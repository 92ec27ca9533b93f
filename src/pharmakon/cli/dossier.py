"""`pharmakon dossier ames -o ames-dossier` and `pharmakon dossier herg -s "CCO" -o ethanol`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import dossier as workflow

from . import render
from .flags import from_config
from .progress import progress

HEADINGS = ("form", "fields", "from the run", "not done", "by a person", "to complete", "person needed")


@from_config(positional=("subject",), short={"output": "-o", "smiles": "-s"}, commas=("forms",))
def dossier(
    config: workflow.DossierConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the forms as JSON")] = False,
) -> None:
    """Fill the forms that regulators ask for, from a model and its predictions.

    Each field says what the run knows, what a person wrote, or who is needed; none is left empty.
    """
    with progress("dossier") as advance:
        result = workflow.run(config, progress=advance)
    if as_json:
        print(json.dumps(result.plain(), indent=2, ensure_ascii=False))
        return
    rows = (
        (
            name,
            str(len(filled.fields)),
            str(filled.by_machine),
            str(filled.count("absent")),
            str(filled.count("person", "both")),
            str(filled.count("part")),
            str(filled.count("needed")),
        )
        for name, filled in result.forms.items()
    )
    render.table(HEADINGS, rows, title=result.about)
    print(f"dossier: {result.folder / workflow.INDEX}")
