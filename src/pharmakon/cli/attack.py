"""`pharmakon attack MODEL --cohort cohort.toml`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import attack as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("model",), short={"output": "-o"})
def attack(
    config: workflow.AttackConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")] = False,
) -> int:
    """Try to tell whose data a model was made with, as somebody else would.

    Membership inference by loss and by likelihood ratio: area under the curve, and members caught at 1 % and 0.1 % of
    false alarms. Exit code 1 where the model gives its people away.
    """
    with progress("attack") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    render.result(result, _print, as_json=as_json)
    render.note(f"written: {result.folder} (ledger {result.head[:16]})")
    return int(result.leaks)


def _print(result: workflow.AttackResult) -> None:
    from pharmakon.workflows.attack_output import COLUMNS, rows, verdict

    print(result.what)
    render.table(COLUMNS, rows(result.attacks))
    print(verdict(result.attacks))
