"""`pharmakon ledger verify DIR`, `state DIR`, `amend DIR`, `checkpoint DIR`, `export DIR ...` and `replay DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import ledger as workflow
from pharmakon.workflows import ledger_export as exporting
from pharmakon.workflows import replay as replaying

from . import render
from .flags import from_config

TRUSTED = "TOML list of people whose signatures count; PHARMAKON_TRUST when not given"
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
    trust: Annotated[Path | None, Parameter(help=TRUSTED)] = None,
) -> int:
    """Find edited, deleted, inserted, reordered or truncated records, changed output files, signatures that fail.

    Exit code 0 when all is as it was written, also for a run that has not finished, which is said; 1 otherwise.
    """
    found = workflow.verify(run, head=head, trust=trust)
    for said in (*found.problems, *found.remarks):
        print(said)
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


def state(
    record: Annotated[Path, Parameter(help="a run folder, or a model folder")],
    /,
    *,
    trust: Annotated[Path | None, Parameter(help=TRUSTED)] = None,
) -> int:
    """Say where a record stands: draft, reviewed, approved, released or withdrawn, and who signed what.

    Exit code 0 when every signature counts, 1 otherwise.
    """
    found = workflow.state(record, trust=trust)
    if found.signatures:
        rows = [
            (str(s.seq), s.meaning, s.name, s.time.isoformat(), s.why, "no" if s.problem else "yes")
            for s in found.signatures
        ]
        render.table(("", "meaning", "name", "time", "why", "counts"), rows)
    for problem in found.problems:
        print(problem)
    print(f"{record}: {found.state}")
    return 1 if found.problems else 0


def amend(
    run: Annotated[Path, Parameter(help="a run folder whose ledger is open, or a ledger.jsonl")],
    what: Annotated[str, Parameter(help="what was changed")],
    /,
    *,
    before: Annotated[str, Parameter(help="what it was")],
    after: Annotated[str, Parameter(help="what it is now")],
    why: Annotated[str, Parameter(help="the reason")],
) -> None:
    """Record a change that was made on purpose: what, from what to what, and why. The old value stays."""
    entry = workflow.amend(run, what, before=before, after=after, why=why)
    print(f"entry {entry.seq}, by {entry.by['user']}: {what} amended")


def checkpoint(run: Annotated[Path, Parameter(help="a run folder whose ledger is open, or a ledger.jsonl")], /) -> None:
    """Sign a ledger that goes on, such as a budget's: what stands in it so far cannot be rewritten without the key."""
    entry = workflow.checkpoint(run)
    print(f"entry {entry.seq} and all before it are signed by {entry.data['checkpoint']['name']}")


@from_config(positional=("runs",), short={"output": "-o"})
def export(config: exporting.LedgerExportConfig) -> None:
    """Copy ledgers and signatures into a database whose rows cannot be changed, or into a CSV or JSONL file."""
    result = exporting.run(config)
    of = "1 record" if result.runs == 1 else f"{result.runs:,} records"
    print(f"{result.place}: {result.entries:,} entries and {result.signatures:,} signatures of {of}")
    if result.known:
        render.note(f"{result.known:,} rows were there already, word for word")
