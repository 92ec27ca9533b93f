"""`pharmakon train assay.csv --smiles smiles --value pIC50`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import train as workflow
from pharmakon.workflows.models import summary as card_summary

from . import models, render
from .flags import COLUMNS, from_config
from .progress import progress


@from_config(positional=("data",), short={"output": "-o"}, also=COLUMNS)
def train(
    config: workflow.TrainConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the model's card as JSON")] = False,
) -> None:
    """Make a model from a table of structures and measurements.

    The model folder holds weights, calibration, featuriser and card, each with its SHA-256.
    """
    with progress("train") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    if result.set_aside:
        count = f"{len(result.problems):,} {'row was' if len(result.problems) == 1 else 'rows were'} set aside"
        render.note(f"{count}, each with its reason: {result.set_aside}")
    if as_json:
        print(json.dumps(result.card, indent=2, ensure_ascii=False))
        return
    render.rows_set_aside(result.problems)
    render.table(models.HEADINGS, [card_summary(result.card)])
    print(f"model: {result.folder}")
