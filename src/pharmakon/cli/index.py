"""`pharmakon index library.smi -o lib.index`."""

from __future__ import annotations

from pharmakon.workflows import index as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("data",), short={"output": "-o"})
def index(config: workflow.IndexConfig) -> int:
    """Make a folder of a library that similar and substructure search, of millions of molecules in a second.

    Rows that cannot be read are listed in its problems.csv.
    """
    with progress("index") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    print(f"{result.rows:,} rows, {result.problems:,} with a problem: {result.folder}")
    return 0
