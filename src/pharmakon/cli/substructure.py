"""`pharmakon substructure "c1ccncc1" --index lib.index`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.excerpt import excerpt
from pharmakon.workflows import substructure as workflow

from . import render
from .flags import from_config
from .progress import progress

SHOWN = 10
"""Molecules that are printed."""


@from_config(positional=("smarts",), short={"output": "-o"})
def substructure(
    config: workflow.SubstructureConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the molecules as JSON")] = False,
) -> int:
    """Find the molecules of an index that have a part, written as SMARTS; stereo that it writes counts.

    Of millions a screen of fingerprints leaves the candidates, which are then searched one by one.
    """
    with progress("substructure") as advance:
        result = workflow.run(config, progress=advance)
    for molecule in result.slow:
        render.note(f"row {molecule.row} ({excerpt(molecule.id, 30)}) took too long, and was left out")
    if as_json:
        print(json.dumps([asdict(molecule) for molecule in result.molecules], indent=2))
        return 0
    if result.output is None:
        shown = [(str(m.row), m.id, excerpt(m.smiles)) for m in result.molecules[:SHOWN]]
        render.table(("row", "id", "SMILES"), shown)
    more = "" if result.complete else ", and there are more"
    place = f": {result.output}" if result.output is not None else ""
    print(f"{result.hits:,} of {result.screened:,} molecules have it{more} ({result.searched:,} searched){place}")
    return 0
