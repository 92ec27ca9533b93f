"""federate simulate: a cohort split by a column into hospitals, the federated study over them, pooled beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from pharmakon.biomarkers.cohort import Cohort

    from .federate_plan import Plan, State
    from .federate_rounds import Traffic
    from .federate_site import Site

LEDGER, RESULT, REPORT, SIGNATURE, PLAN, STATE = (
    "ledger.jsonl", "result.json", "report.html", "signature", "plan.json", "state.json"
)  # fmt: skip


class SimulateConfig(Config):
    """Which cohort, and what a hospital is in it."""

    cohort: Path = Field(description="TOML file of the cohort")
    by: str = Field(description="clinical column whose words are the sites")
    plan: Path | None = Field(None, description="TOML file of a plan; its sites are those of the column")
    masked: bool = Field(False, description="sums behind pairwise masks, as a plan can ask for")
    method: str | None = Field(None, description="newton or averaging, in place of the plan's")
    output: Path = Field(description="folder to write")
    overwrite: bool = Field(False, description="replace an earlier run in the folder")


@dataclass(frozen=True, slots=True)
class Simulated:
    """The study over the sites and the pooled one, both judged on the same patients."""

    plan: Plan
    state: State
    pooled: State
    scores: dict[str, dict[str, Any]]
    traffic: Traffic
    left_out: dict[str, str]
    """Sites that could not take part, and why."""

    @property
    def difference(self) -> float:
        """The largest difference of a federated coefficient from the pooled one, per SD of its feature."""
        return difference(self.state, self.pooled)


@dataclass(frozen=True, slots=True)
class SimulateResult(Shown):
    """Where it lies, and what it is."""

    folder: Path
    simulated: Simulated
    head: str = ""

    def plain(self) -> dict[str, Any]:
        """Everything but the patients, for JSON."""
        return plain(self.simulated)


def run(config: SimulateConfig, *, progress: Progress = silent) -> SimulateResult:
    """Split, fit, judge, and write plan, state, signature and report.

    Raises DataError where fewer than two sites are large enough, and what `Plan` and `read_cohort` raise.
    """
    from pharmakon.biomarkers.cohort import paths_of, read_cohort
    from pharmakon.core.files import write_atomic
    from pharmakon.record.crate import close
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.plain import document
    from pharmakon.store.runs import RUN, RunFolder

    from .federate_model import save_signature
    from .federate_output import page, render
    from .federate_plan import packed

    progress(0, 0, "reading")
    cohort = read_cohort(config.cohort)
    plan = _plan(config, cohort)
    made = simulate(plan, split(cohort, cohort.labels(config.by)), progress=progress)
    inputs = [*paths_of(config.cohort), *([config.plan] if config.plan else [])]
    folder = RunFolder.create(
        config.output, verb="federate simulate", config=config, inputs=inputs, overwrite=config.overwrite
    ).path
    ledger = Ledger(folder / LEDGER)
    ledger.output(folder / RUN)
    for step in made.state.history:
        ledger.append("combined", stage=step.stage, answers=step.answers)
    write_atomic(folder / PLAN, document(made.plan.model_dump(mode="json")))
    write_atomic(folder / STATE, packed(made.state))
    write_atomic(folder / RESULT, document(plain(made)))
    signature = save_signature(folder / SIGNATURE, made.plan, made.state, scores=made.scores)
    for path in (folder / PLAN, folder / STATE, folder / RESULT, *sorted(signature.iterdir())):
        ledger.output(path)
    head = ledger.append("simulated", sites=list(made.plan.sites)).hash
    facts = {"Ledger's entry before this page": head}
    write_atomic(
        folder / REPORT, render(page(made.plan, made.state, scores=made.scores, further=[_beside(made)], facts=facts))
    )
    ledger.output(folder / REPORT)
    return SimulateResult(folder, made, close(ledger).hash)


def simulate(plan: Plan, cohorts: Mapping[str, Cohort], *, progress: Progress = silent) -> Simulated:
    """The study over cohorts by site; sites that cannot take part are left out, and named."""
    from pharmakon.core.errors import RefusedDesign

    from .federate_site import site_of

    plan = plan.model_copy(update={"sites": tuple(cohorts)})
    sites: dict[str, Site] = {}
    left_out: dict[str, str] = {}
    for name, cohort in cohorts.items():
        try:
            sites[name] = site_of(cohort, plan, name)
        except RefusedDesign as error:
            left_out[name] = str(error)
    if len(sites) < (3 if plan.masked else 2):
        why = next(iter(left_out.values()), "there is only one")
        raise DataError(f"{len(sites)} of {len(cohorts)} sites can take part, too few for a federated study: {why}")
    return study(plan.model_copy(update={"sites": tuple(sites)}), sites, left_out=left_out, progress=progress)


def study(
    plan: Plan, sites: Mapping[str, Site], *, left_out: Mapping[str, str] | None = None, progress: Progress = silent
) -> Simulated:
    """The federated and the pooled study of the plan's sites, judged with each site's own model beside them."""
    from pharmakon.privacy.masking import new_secret

    from .federate_model import signature_of
    from .federate_output import POOLED
    from .federate_pooled import pooled_state
    from .federate_rounds import Traffic, alone, fit_rounds
    from .federate_score import FEDERATED, SINGLE, scores_of

    secrets = {name: new_secret() for name in sites} if plan.masked else None
    traffic = Traffic()
    state = fit_rounds(plan, sites, secrets=secrets, traffic=traffic, progress=progress)
    pooled = pooled_state(plan, sites, state)
    models = {FEDERATED: signature_of(plan, state), POOLED: signature_of(plan, pooled)}
    scores = {}
    for done, (name, site) in enumerate(sites.items()):
        progress(done, len(sites), f"judging at {name}")
        scores[name] = scores_of(plan, site, {SINGLE: signature_of(plan, alone(plan, site)), **models})
    return Simulated(plan, state, pooled, scores, traffic, dict(left_out or {}))


def split(cohort: Cohort, labels: Any) -> dict[str, Cohort]:
    """The cohort by the words of a column, samples without one left out."""
    return {word: cohort.take(labels == word) for word in sorted({*labels.tolist()} - {""})}


def plan_of(cohort: Cohort, **asked: Any) -> Plan:
    """The plan that a cohort file suggests: its outcome, blocks and covariates, words coded as in the whole cohort."""
    from pharmakon.biomarkers.declaration import CLINICAL

    from .federate_plan import Plan

    given = {
        "name": cohort.declaration.name,
        "outcome": cohort.outcome.kind,
        "positive": cohort.outcome.positive if cohort.outcome.kind == "binary" else "",
        "blocks": tuple(name for name in cohort.blocks if name != CLINICAL),
        "covariates": cohort.declaration.design.covariates,
        "levels": {column: words for column, words in cohort.levels.items() if words},
    }
    if cohort.outcome.kind == "survival":
        raise UsageError(
            "a federated study is of a class or a number; of a survival time, take a class such as relapsed"
        )
    return Plan(**{**given, **asked})


def difference(state: State, pooled: State) -> float:
    """Of coefficients per SD, absent ones counted as 0; the intercept is not one."""
    found = [
        dict(zip(one.fits[-1].columns, one.fits[-1].at[one.chosen or 0][:-1], strict=True)) for one in (state, pooled)
    ]
    return max(abs(found[0].get(j, 0.0) - found[1].get(j, 0.0)) for j in {*found[0], *found[1]})


def plain(made: Simulated) -> dict[str, Any]:
    """Everything but the patients, for JSON."""
    from . import federate_output as output

    return output.plain(made.plan, made.state, made.scores) | {
        "largest difference from pooled": made.difference,
        "pooled penalty": made.plan.penalties[made.pooled.chosen or 0],
        "bytes sent": made.traffic.sent,
        "bytes received": made.traffic.received,
        "rounds": made.traffic.rounds,
        "left out": made.left_out,
    }


def _plan(config: SimulateConfig, cohort: Cohort) -> Plan:
    from .federate_plan import Plan

    over: dict[str, Any] = {"masked": True} if config.masked else {}
    over |= {"method": config.method} if config.method else {}
    if config.plan is not None:
        return Plan.from_toml(config.plan, **over, sites=[])
    from pydantic import ValidationError

    from pharmakon.core.config import explain
    from pharmakon.core.errors import ConfigError

    try:
        return plan_of(cohort, **over)
    except ValidationError as error:
        raise ConfigError(explain(error, Plan)) from None


def _beside(made: Simulated) -> Any:
    from pharmakon.record.statement import Grid, Part

    lines = [(name, f"{made.traffic.sent[name]:,}", f"{made.traffic.received[name]:,}") for name in made.plan.sites]
    said = [
        (
            f"{made.traffic.rounds} rounds. The largest difference of a coefficient from the pooled fit, per standard "
            f"deviation of its feature, is {made.difference:.1e}."
        ),
        *(f"{name} could not take part: {why}." for name, why in made.left_out.items()),
    ]
    return Part(
        "traffic",
        "What it took",
        said,
        [Grid(("Site", "Bytes sent", "Bytes received"), lines, ("Bytes sent", "Bytes received"))],
    )
