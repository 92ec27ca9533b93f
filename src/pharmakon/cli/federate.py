"""`pharmakon federate answer PLAN cohort.toml`, `combine PLAN site.json ...` and `simulate cohort.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from cyclopts import Parameter

from pharmakon.workflows import federate as workflow
from pharmakon.workflows import federate_simulate as simulation

from . import render
from .flags import from_config
from .progress import progress

AsJson = Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")]


@from_config(positional=("plan", "cohort"), short={"output": "-o"})
def answer(config: workflow.AnswerConfig) -> None:
    """Write what this site answers to a round: sums over its patients, at the end scores, and never a row.

    A site that has fewer patients of a class than the plan allows in a sum is refused.
    """
    done = workflow.answer(config)
    what = {"meet": "the names of its features", "score": "its scores"}.get(done.answer.stage, "sums")
    masked = " behind masks" if done.answer.masked else ""
    print(
        f"{done.output}: {what}{masked}, {done.bytes:,} bytes; {done.fitted:,} patients fit, {done.kept_back:,} judge"
    )
    render.note(f"SHA-256 {done.sha256}")


@from_config(positional=("plan", "answers"), short={"output": "-o"})
def combine(config: workflow.CombineConfig, *, as_json: AsJson = False) -> None:
    """Combine the answers of all sites to a round into the next state, in the end into a signature and its scores."""
    done = workflow.combine(config)
    render.result(done, _print, as_json=as_json)
    if done.signature is not None and done.report is None:
        render.note(f"the model is fitted and frozen: {done.signature}")
    if done.report is not None:
        render.note(f"written: {done.report}, {done.signature}")
    render.note(f"SHA-256 {done.sha256}")


@from_config(positional=("cohort",), short={"output": "-o"})
def simulate(config: simulation.SimulateConfig, *, as_json: AsJson = False) -> None:
    """Split a cohort by a column into sites and run the whole study over them, with the pooled model beside it."""
    with progress("federate") as advance:
        done = simulation.run(config, progress=advance)
    for site, why in done.simulated.left_out.items():
        render.note(f"{site} could not take part: {why}")
    render.result(done, _print_simulated, as_json=as_json)
    render.note(f"written: {done.folder} (ledger {done.head[:16]})")


def _print(done: workflow.CombineResult) -> None:
    from pharmakon.workflows.federate_output import lead_of

    state = done.state
    if state.stage == "done":
        _scores(done.plan, state.scores, lead_of(done.plan))
        return
    if state.stage == "fit":
        fits = state.fits
        left = sum(sum(fit.open) for fit in fits)
        said = f"{left} of {len(fits) * len(done.plan.penalties)} models still move"
    else:
        said = {"screen": "wants the sums of every feature", "score": "wants the scores of the kept-back patients"}[
            state.stage
        ]
    print(f"{done.output}: {said}; every site answers it with --round {done.output.name}")


def _print_simulated(done: simulation.SimulateResult) -> None:
    from pharmakon.workflows.federate_output import lead_of

    made = done.simulated
    _scores(made.plan, made.scores, lead_of(made.plan))
    sent = max(made.traffic.sent.values())
    print(
        f"{made.traffic.rounds} rounds, {sent:,} bytes sent by a site at most; the federated coefficients differ from "
        f"the pooled by {made.difference:.1e} at most"
    )


def _scores(plan: Any, scores: Mapping[str, Mapping[str, Any]], measure: str) -> None:
    from pharmakon.workflows.federate_output import HEADINGS, rows
    from pharmakon.workflows.study_scores import MEASURES

    render.table([word or MEASURES[measure] for word in HEADINGS], rows(plan, scores))
