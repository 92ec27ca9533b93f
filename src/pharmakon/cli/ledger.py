"""`pharmakon ledger verify DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import ledger as workflow


def verify(
    run: Annotated[Path, Parameter(help="a run folder, or a ledger.jsonl")],
    /,
) -> int:
    """Find edited, deleted, inserted, reordered or truncated records, and changed output files.

    Exit code 0 when all is as it was written, 1 otherwise.
    """
    found = workflow.verify(run)
    for problem in found.problems:
        print(problem)
    count = f"{found.entries:,} {'entry' if found.entries == 1 else 'entries'}"
    wrong = f"{len(found.problems)} {'problem' if len(found.problems) == 1 else 'problems'}"
    print(f"{run}: {count}, {'as written' if found.ok else wrong}")
    return 0 if found.ok else 1
