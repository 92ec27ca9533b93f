"""`pharmakon ledger verify DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import ledger as workflow

SHOWN = 10
"""Files unknown to the ledger that are named."""


def verify(
    run: Annotated[Path, Parameter(help="a run folder, or a ledger.jsonl")],
    /,
    *,
    head: Annotated[str, Parameter(help="a hash kept elsewhere, such as a report's: an entry must bear it")] = "",
) -> int:
    """Find edited, deleted, inserted, reordered or truncated records, and changed output files.

    Exit code 0 when all is as it was written, also for a run that has not finished, which is said; 1 otherwise.
    """
    found = workflow.verify(run, head=head)
    for problem in found.problems:
        print(problem)
    if found.bearer:
        print(f"entry {found.bearer} of {found.entries:,} bears the hash {head.strip().casefold()}")
    if found.unknown:
        more = f" and {len(found.unknown) - SHOWN:,} more" if len(found.unknown) > SHOWN else ""
        print(f"not recorded in the ledger: {', '.join(found.unknown[:SHOWN])}{more}")
    count = f"{found.entries:,} {'entry' if found.entries == 1 else 'entries'}"
    wrong = f"{len(found.problems)} {'problem' if len(found.problems) == 1 else 'problems'}"
    ending = "" if found.closed else "; not closed: the run has not finished, or its end was cut off"
    print(f"{run}: {count}, {'as written' if found.ok else wrong}{ending}")
    return 0 if found.ok else 1
