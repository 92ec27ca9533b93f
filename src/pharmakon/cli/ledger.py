"""`pharmakon ledger verify DIR` and `pharmakon ledger replay DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import ledger as workflow
from pharmakon.workflows import replay as replaying

SHOWN = 10
"""Files unknown to the ledger that are named."""


def replay(run: Annotated[Path, Parameter(help="the folder of a design run")], /) -> int:
    """Make every designed molecule again from its recorded steps: edits, parents, draws.

    Exit code 0 when each comes out as it was written, 1 otherwise.
    """
    found = replaying.replay(run)
    for smiles in found.different:
        print(f"not made again: {smiles}")
    outside = f" and {len(found.outside):,} that were not scored" if found.outside else ""
    again = found.made - len(found.different)
    print(f"{run}: {again:,} of {found.made:,} molecules made again, from {found.began:,} scored ones{outside}")
    return 0 if found.ok else 1


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
