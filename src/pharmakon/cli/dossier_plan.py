"""`pharmakon dossier-plan plan.toml -o plans`."""

from __future__ import annotations

from pharmakon.workflows import dossier_plan as workflow

from .flags import from_config


@from_config(positional=("plan",), short={"output": "-o"})
def dossier_plan(config: workflow.PlanConfig) -> None:
    """Register acceptance limits in a ledger, before the run that is judged by them.

    Name the ledger's folder in `pharmakon dossier --plan`, and the forms judge the run by these limits.
    """
    found = workflow.register(config)
    n = len(found.plan.limits)
    print(f"plan: {n} {'limit' if n == 1 else 'limits'}, entry {found.entry} of the ledger in {config.output}")
    print(f"time: {found.time.isoformat()}")
    print(f"hash: {found.hash}")
