"""`pharmakon library molecules.csv -o library`."""

from __future__ import annotations

from pharmakon.workflows import library as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("data",), short={"output": "-o"})
def library(config: workflow.LibraryConfig) -> int:
    """Make a library of a file of molecules: a Parquet table of structures, its own columns, properties, estimates.

    The workbench shows such a folder, and DuckDB, pandas and R read its table.
    """
    with progress("library") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    print(f"{result.rows:,} rows, {result.problems:,} with a problem: {result.folder / workflow.TABLE}")
    return 1 if result.problems == result.rows else 0
