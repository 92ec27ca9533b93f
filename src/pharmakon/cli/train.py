"""`pharmakon train assay.csv --smiles smiles --value pIC50`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import train as workflow
from pharmakon.workflows.models import summary as card_summary

from . import models, render
from .flags import from_config
from .progress import progress

SHOWN = 5
"""Unusable rows that are printed; the card counts them all."""


@from_config(positional=("data",), short={"output": "-o"})
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
    if as_json:
        print(json.dumps(result.card, indent=2, ensure_ascii=False))
        return
    for problem in result.problems[:SHOWN]:
        render.note(f"row {problem.row}: {problem.reason}: {problem.text[:60]}")
    if len(result.problems) > SHOWN:
        render.note(f"... and {len(result.problems) - SHOWN:,} more rows that could not be used")
    render.table(models.HEADINGS, [card_summary(result.card)])
    print(f"model: {result.folder}")
