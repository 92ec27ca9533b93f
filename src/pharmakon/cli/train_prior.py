"""`pharmakon train-prior collection.smi -o priors/ours`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.units import show
from pharmakon.workflows import train_prior as workflow

from . import render
from .flags import COLUMNS, from_config
from .progress import progress


@from_config(positional=("data",), short={"output": "-o"}, also={"smiles": COLUMNS["smiles"]})
def train_prior(
    config: workflow.PriorConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the prior's card as JSON")] = False,
) -> None:
    """Train a chemical language model on a collection of molecules.

    What it learns is how such molecules are built; it needs no measurements. Training needs the extra `deep`, and takes
    hours for a million molecules; one that was stopped goes on with --resume.
    """
    with progress("train-prior") as advance:
        result = workflow.run(config, progress=advance)
    if as_json:
        print(json.dumps(result.card, indent=2, ensure_ascii=False))
        return
    data, judged = result.card["data"], result.card["judged"]
    left = ", ".join(f"{data[key]:,} {key}" for key in ("unreadable", "twice", "withheld", "too long") if data[key])
    print(f"{data['molecules']:,} molecules of {data['rows']:,} rows{f' ({left})' if left else ''}")
    render.table(("judged on", "value"), [(key, show(value)) for key, value in judged.items()])
    print(f"prior: {result.folder}")
