"""`pharmakon crate RUN -o DIR` and `crate verify CRATE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from pharmakon.workflows import crate as workflow
from pharmakon.workflows import crate_verify as verifying

from . import render
from .flags import from_config
from .ledger import TRUSTED

app = App(name="crate", help="A finished run as an RO-Crate, which any other machine can check and repeat.")


@app.default
@from_config(positional=("run",), short={"output": "-o"})
def crate(config: workflow.CrateConfig) -> None:
    """Write a finished run as an RO-Crate: inputs by SHA-256, code, environment, parameters, outputs, record."""
    done = workflow.run(config)
    inputs = [f"{_inputs(done.copied)} copied"] if done.copied else []
    inputs += [f"{_inputs(done.named)} named by SHA-256"] if done.named else []
    signed = f"; signed by {done.signer}" if done.signer else ""
    print(f"{done.place}: {done.files} files, {', '.join(inputs) or 'no inputs'}{signed}")
    for note in done.notes:
        render.note(note)


def _inputs(n: int) -> str:
    return "1 input" if n == 1 else f"{n} inputs"


@app.command
def verify(
    crate: Annotated[Path, Parameter(help="a crate, folder or zip file, or the folder of a run")],
    /,
    *,
    trust: Annotated[Path | None, Parameter(help=TRUSTED)] = None,
) -> int:
    """Check every file, the ledger and the signatures of a crate; whatever was changed, is missing or new is named.

    Exit code 0 when all is as it was written, 1 otherwise. Needs neither a network nor the machine of the run.
    """
    found = verifying.verify(crate, trust=trust)
    for said in (*found.problems, *found.remarks):
        print(said)
    wrong = f"{len(found.problems)} {'problem' if len(found.problems) == 1 else 'problems'}"
    print(f"{crate}: {found.files} files, {found.entries} entries, {'as written' if found.ok else wrong}")
    return 0 if found.ok else 1
