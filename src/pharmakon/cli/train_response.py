"""`pharmakon train-response -o models/response`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.units import show
from pharmakon.workflows import train_response as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(short={"output": "-o"})
def train_response(
    config: workflow.ResponseConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the model's card as JSON")] = False,
) -> None:
    """Train a model of how tumours respond to drugs, on a screen of cell lines.

    Every score stands beside what drug and line means alone would give. It takes about a minute for GDSC2.
    """
    with progress("train-response") as advance:
        result = workflow.run(config, progress=advance)
    if as_json:
        print(json.dumps(result.card, indent=2, ensure_ascii=False))
        return
    card = result.card
    print(f"{card['responses']:,} responses of {card['lines']:,} lines to {card['drugs']:,} drugs")
    rows = [
        (split, who, show(figures["rmse"]), show(figures["pearson"]), show(figures["within_drug"]), f"{figures['n']:,}")
        for split, found in card["held out"].items()
        for who, figures in found.items()
    ]
    render.table(("held out", "predictor", "RMSE (ln uM)", "Pearson r", "r within a drug", "n"), rows)
    print(f"licence: {card['licence']}")
    print(f"model: {result.folder}")
