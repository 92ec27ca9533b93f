"""Records for the tests of several pages: jobs whose worker left a run's folder."""

from __future__ import annotations

from pathlib import Path

from pharmakon.record.actor import Actor
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.store.plain import document
from pharmakon.store.runs import RunFolder
from pharmakon.team.task import written


def recorded(
    server, who, *, verb: str = "attack", folder: str = "attack", beside: str = "", seed: int = 0, auc: float = 0.5,
    **config,
):  # fmt: skip
    """The id of a job that is done: its run read a file, came to a number, and wrote a table `beside` its record."""
    held = server.held
    id = held.jobs.add(who.caller, verb, {"seed": seed}, title=f"Attack of seed {seed}").id
    while (job := held.jobs.claim("w")).id != id:
        held.jobs.end(job, "failed", error="made way")
    here = held.job_root / id / "1"
    inputs, output = here / "inputs", here / "output"
    inputs.mkdir(parents=True)
    (inputs / "scores.csv").write_text(f"score\n{seed}\n")
    run = RunFolder.create(
        output / folder, verb=verb, config={"level": 0.95, **config}, inputs=[inputs / "scores.csv"], seed=seed
    )
    ledger = Ledger(run.path, by=Actor(who.caller.email, "server"))
    ledger.output(run.path / "run.json")
    ledger.output(run.write("result.json", document({"auc": {"value": auc, "low": auc - 0.1, "high": auc + 0.1}})))
    if beside:
        (output / beside).write_text("id,logs\nM1,-2.5\n")
        ledger.beside(output / beside)
    ledger.append("analysed", sentence="<b>it is done</b>")
    close(ledger)
    held.jobs.end(job, "done", result={"files": written(output), "attempt": 1})
    return id


def place(server, id: str, folder: str = "attack") -> Path:
    return server.held.job_root / id / "1" / "output" / folder
