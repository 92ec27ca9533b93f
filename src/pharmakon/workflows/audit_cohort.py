"""audit of a cohort: who is in it, who lacks data, for whom a model works, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .audit import FailOn

if TYPE_CHECKING:
    from pharmakon.biomarkers.check import Check
    from pharmakon.biomarkers.cohort import Cohort
    from pharmakon.biomarkers.declaration import Fairness
    from pharmakon.fairness.groups import Groups
    from pharmakon.fairness.mitigation import Outcome
    from pharmakon.fairness.performance import Performance
    from pharmakon.fairness.power import Power
    from pharmakon.fairness.rates import Rate
    from pharmakon.fairness.reference import Population
    from pharmakon.fairness.representation import Representation

    from .audit_cells import Cell
    from .audit_groups import People
    from .audit_limits import Finding, Limit

KINDS = (".html", ".json", ".csv")


class AuditCohortConfig(Config):
    """Which cohort, in which groups, and by which risks."""

    data: Path = Field(description="TOML file that declares the cohort")
    groups: tuple[str, ...] = Field(
        (), description="columns whose groups are looked at; those of [fairness], or sex, age, race by name otherwise"
    )
    reference: str | None = Field(
        None, description="population to compare with: us-2020, england-wales-2021, eu-2023, world-2022, or a CSV"
    )
    risks: Path | None = Field(
        None, description="table of risks by a model that has not seen the patients: risks.csv of discover or validate"
    )
    risk_column: str | None = Field(None, description="column of the risk; guessed when not given")
    horizon: float | None = Field(None, gt=0, description="survival: the time of a risk; the median time of events")
    threshold: float | None = Field(None, gt=0, lt=1, description="risk from which a patient is called positive (0.5)")
    mitigate: bool = Field(False, description="try four remedies, each learnt on some patients and judged on others")
    constraint: str = Field(
        "equalised odds", description="what remedies equalise: equalised odds, equal opportunity, demographic parity"
    )
    allowed_gap: float = Field(0.02, ge=0, lt=1, description="gap that a remedy may leave where it is learnt")
    resamples: int = Field(500, ge=50, le=20_000, description="bootstrap samples of patients behind every interval")
    fail_on: FailOn = Field("error", description="exit code 1 when a finding is at least this severe")
    output: tuple[Path, ...] = Field((), description="files to write: .html report, .json, .csv of every group")
    seed: int = Field(0, ge=0, description="seed of every random choice")


@dataclass(frozen=True, slots=True)
class AuditCohortResult(Shown):
    """Everything an audit knows, in the order of its report."""

    cohort: Cohort
    spec: Fairness
    checks: list[Check]
    groups: Mapping[str, Groups]
    """Of the people, one row each."""
    representation: list[Representation]
    missing: list[Rate]
    labels: list[Rate]
    power: list[Power]
    cells: list[Cell]
    performance: Mapping[str, Performance] = field(default_factory=dict)
    remedies: Mapping[str, list[Outcome]] = field(default_factory=dict)
    limits: list[Limit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failed: bool = False
    notes: list[str] = field(default_factory=list)
    outputs: tuple[Path, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Everything as plain data, without any patient."""
        from .audit_cohort_output import plain

        return plain(self)


def run(config: AuditCohortConfig, *, progress: Progress = silent) -> AuditCohortResult:
    """Audit a cohort, and write the outputs that were asked for.

    Raises ConfigError or UnknownName for a request that makes no sense, DataError where nothing can be used.
    """
    from pharmakon.biomarkers.cohort import read_cohort
    from pharmakon.biomarkers.declaration import Fairness
    from pharmakon.biomarkers.quality import check_design

    from .audit_limits import SEVERITIES, findings, judged, known_metrics
    from .group_performance import worse_off

    _possible(config)
    progress(0, 0, "reading the cohort")
    cohort = read_cohort(config.data)
    spec = cohort.declaration.fairness or Fairness()
    known_metrics(spec.limits)
    who = _who(config, cohort, spec)
    progress(0, 0, "looking at the design")
    result = _counted(cohort, spec, who, check_design(cohort, seed=config.seed))
    if config.risks is not None or config.mitigate:
        progress(0, 0, "judging risks in every group")
        result = _judged(config, result, who)
    limits = judged(spec.limits, result.representation, result.missing, result.performance)
    worse = worse_off(result.performance, cohort.outcome.kind)
    found = findings(limits, result.representation, result.missing, worse)
    failing = () if config.fail_on == "never" else SEVERITIES[SEVERITIES.index(config.fail_on) :]
    failed = any(one.severity in failing for one in found)
    result = replace(result, limits=limits, findings=found, failed=failed, outputs=config.output)
    if config.output:
        from pharmakon.biomarkers.cohort import paths_of

        from .audit_cohort_output import write
        from .recorded import recorded

        own = config.data.parent / (config.reference or spec.reference or "")
        tables = [path for path in (own, config.risks) if path is not None and path.is_file()]
        inputs = [*paths_of(config.data), *tables]
        with recorded("audit-cohort", config, config.output, inputs=inputs, seed=config.seed):
            write(result, config)
    progress(1, 1, "done")
    return result


@dataclass(frozen=True, slots=True)
class _Who:
    """The groups of the table's rows, of the cohort's samples, and of its people."""

    people: People
    everybody: Mapping[str, Groups]
    samples: Mapping[str, Groups]
    first: Any
    """The first sample of each patient."""
    roles: Mapping[str, str]
    population: Population | None
    notes: list[str]


def _who(config: AuditCohortConfig, cohort: Cohort, spec: Fairness) -> _Who:
    import numpy as np

    from pharmakon.fairness.reference import read_population

    from .audit_groups import columns_of, groups_of, people_of, taken

    people = people_of(cohort, config.data.parent)
    columns = columns_of(cohort.declaration, [str(name) for name in people.table.columns], config.groups)
    if not columns:
        raise ConfigError(
            f"{config.data}: no column is known to be a group; name them with --groups, or as groups in [fairness]"
        )
    reference = config.reference or spec.reference
    population = None if reference is None else read_population(reference, folder=config.data.parent)
    everybody, roles, notes = groups_of(people.table, columns, spec, population)
    first = np.sort(np.unique(cohort.patients, return_index=True)[1])
    if population is None:
        notes.append("no reference population was named (--reference us-2020): who is missing cannot be told")
    if config.risks is None:
        notes.append("no risks were given (--risks risks.csv): for whom a model works was not looked at")
    return _Who(people, everybody, taken(everybody, people.order), first, roles, population, notes)


def _counted(cohort: Cohort, spec: Fairness, who: _Who, checks: list[Check]) -> AuditCohortResult:
    """What can be counted without any model."""
    from pharmakon.fairness.power import detectable
    from pharmakon.fairness.rates import compared
    from pharmakon.fairness.representation import represented

    from .audit_cells import cells_of
    from .audit_groups import taken
    from .audit_limits import LEFT_OUT

    groups = taken(who.samples, who.first)
    label = _label(cohort)
    mine = None if label is None else label[who.first]
    table = who.people.table
    gone = {str(name): (table[name] == "").to_numpy() for name in table.columns if name not in groups}
    return AuditCohortResult(
        cohort=cohort,
        spec=spec,
        checks=checks,
        groups=groups,
        representation=[represented(one, who.population, role=who.roles[name]) for name, one in groups.items()],
        missing=compared({LEFT_OUT: ~who.people.inside, **gone}, list(who.everybody.values())),
        labels=[] if mine is None else compared({cohort.outcome.name: mine > 0.5}, list(groups.values())),
        power=[] if mine is None else [one for some in groups.values() for one in detectable(some, mine)],
        cells=cells_of(groups, mine, None),
        notes=who.notes,
    )


def _judged(config: AuditCohortConfig, result: AuditCohortResult, who: _Who) -> AuditCohortResult:
    """The risks in every group, and the remedies that were asked for."""
    import numpy as np

    from .audit_cells import cells_of
    from .audit_remedies import remedies_of
    from .audit_risks import read_risks
    from .group_performance import in_groups

    cohort, notes = result.cohort, list(result.notes)
    threshold = config.threshold or result.spec.threshold
    risks = None if config.risks is None else read_risks(config.risks, cohort, column=config.risk_column)
    if risks is not None:
        notes += risks.notes
        label = _label(cohort)
        performance = in_groups(
            cohort.outcome,
            risks.value,
            who.samples,
            fold=risks.fold,
            people=cohort.patients,
            horizon=_horizon(config, cohort),
            threshold=threshold,
            resamples=None if cohort.outcome.kind == "survival" else config.resamples,
            seed=config.seed,
        )
        called = np.where(np.isfinite(risks.value), risks.value >= threshold, np.nan)[who.first]
        cells = cells_of(result.groups, None if label is None else label[who.first], called)
        spec = result.spec.model_copy(update={"threshold": threshold})
        result = replace(result, performance=performance, cells=cells, spec=spec)
    if config.mitigate:
        remedies, said = remedies_of(config, cohort, who.samples, risks, threshold)
        result = replace(result, remedies=remedies)
        notes += said
    return replace(result, notes=notes)


def _possible(config: AuditCohortConfig) -> None:
    """What makes no sense is found before anything runs."""
    from typing import get_args

    from pharmakon.fairness.thresholds import Constraint

    for path in config.output:
        if path.suffix.casefold() not in KINDS:
            raise ConfigError(f"an audit of a cohort is written as .html, .json or .csv, not {path.name!r}")
    if config.constraint not in get_args(Constraint):
        raise ConfigError(f"no constraint {config.constraint!r}; there are {', '.join(get_args(Constraint))}")


def _label(cohort: Cohort) -> Any:
    """1 for the class or the event, 0 without; None for a number."""
    return None if cohort.outcome.kind == "continuous" else cohort.outcome.strata


def _horizon(config: AuditCohortConfig, cohort: Cohort) -> float:
    from pharmakon.biomarkers.recipe import Recipe
    from pharmakon.biomarkers.signature import horizon_of

    return horizon_of(Recipe(horizon=config.horizon), cohort.outcome)
