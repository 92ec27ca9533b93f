"""`pharmakon audit data.csv --value pIC50 --against test.csv -o audit.html`, and `pharmakon audit cohort.toml`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pharmakon.core.units import show, show_interval
from pharmakon.workflows import audit as workflow
from pharmakon.workflows import audit_cohort as cohort_workflow

from . import render
from .flags import COLUMNS, from_config
from .progress import progress

if TYPE_CHECKING:
    from pharmakon.fairness.representation import Level
    from pharmakon.learn.interval import Interval

SHOWN = 3
"""Cases of a finding that are printed; the outputs list them all."""
WIDTH = 110


@from_config(
    positional=("data",),
    short={"output": "-o"},
    also=COLUMNS,
    commas=("groups",),
    instead={".toml": cohort_workflow.AuditCohortConfig},
)
def audit(
    config: workflow.AuditConfig | cohort_workflow.AuditCohortConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print every finding and row as JSON")] = False,
) -> int:
    """Find what is wrong with a table of measurements before a model is made of it, or with a cohort of patients.

    A table: unreadable rows, duplicates, contradictions, leaks from training to test part, mixed units, activity
    cliffs, bias of the split and shortcuts. A cohort (its TOML file): who is in it against a named population, who
    lacks data, for whom a model works (--risks), what can be done about it (--mitigate), and whether the limits in the
    file's [fairness] table are met. Exit code 1 when a finding is as severe as --fail-on.
    """
    with progress("audit") as advance:
        if isinstance(config, cohort_workflow.AuditCohortConfig):
            result: workflow.AuditResult | cohort_workflow.AuditCohortResult
            result = cohort_workflow.run(config, progress=advance)
        else:
            result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    if isinstance(result, workflow.AuditResult):
        render.result(result, _print, as_json=as_json)
    else:
        render.result(result, _print_cohort, as_json=as_json)
    for path in result.outputs:
        render.note(f"written: {path}")
    return int(result.failed)


def _print(result: workflow.AuditResult) -> None:
    sample = result.sample
    print(summary(result))
    for finding in result.findings:
        print()
        _paragraph(f"{finding.severity.upper():<8} ", finding.sentence)
        for case in finding.cases[:SHOWN]:
            _paragraph("         - ", f"{sample.labels(case.rows)}{': ' if case.note else ''}{case.note}")
        if len(finding.cases) > SHOWN:
            print(f"           ... and {len(finding.cases) - SHOWN:,} more")
        if finding.advice:
            _paragraph("         > ", finding.advice)
    if result.passed:
        print()
    for finding in result.passed:
        _paragraph("passed   ", finding.sentence)


def _print_cohort(result: cohort_workflow.AuditCohortResult) -> None:
    from pharmakon.fairness.classification import TITLES

    cohort = result.cohort
    words = [(word, sum(one.severity == word for one in result.findings)) for word in ("error", "warning", "info")]
    found = ", ".join(f"{n} {word}{'s' if n != 1 and word != 'info' else ''}" for word, n in words)
    print(f"{cohort.declaration.name}: {len(cohort):,} samples of {len({*cohort.patients}):,} patients: {found}")
    rows = [
        (f"{one.column}: {level.level}", f"{level.n:,}", f"{level.share:.1%}", _population(level), level.verdict)
        for one in result.representation
        for level in one.levels
    ]
    render.table(("group", "patients", "share", "ratio to the population", ""), rows)
    metrics = ("uno_c", "auc", "tpr", "fpr", "mae", "bias")
    for column, one in result.performance.items():
        shown = [metric for metric in metrics if metric in one.overall]
        table = [
            (
                group.level,
                f"{group.n:,}",
                f"{group.events:,}",
                *("-" if group.small else show_figure(group.metrics[m]) for m in shown),
            )
            for group in one.groups
        ]
        render.table((column, "patients", "rarer outcome", *(TITLES[m] for m in shown)), table)
    for column, remedies in result.remedies.items():
        table = [
            (one.remedy, one.model, show_figure(one.figures["equalised_odds"]), show_figure(one.figures["accuracy"]))
            for one in remedies
        ]
        render.table(("remedy", "of", "gap of equalised odds", "accuracy"), table, title=column)
    for finding in result.findings:
        _paragraph(f"{finding.severity.upper():<8} ", finding.sentence)
    small = sum(bool(cell.small) for cell in result.cells)
    if small:
        print(f"{small} of {len(result.cells)} intersections are too small to tell; the report lists them")


def _population(level: Level) -> str:
    return show_figure(level.ratio) if level.ratio.value == level.ratio.value else "-"


def show_figure(figure: Interval) -> str:
    """A figure with its interval."""
    return f"{show(figure.value)} ({show_interval(figure.low, figure.high)})"


def summary(result: workflow.AuditResult) -> str:
    """One line: how many rows and molecules, and how many findings of each severity."""
    sample = result.sample
    molecules = len(sample.groups("parent"))
    counts = [(word, sum(f.severity == word for f in result.findings)) for word in ("error", "warning", "info")]
    found = ", ".join(f"{n} {word}{'s' if n != 1 and word != 'info' else ''}" for word, n in counts)
    return f"{len(sample.rows):,} rows, {molecules:,} molecules: {found}"


def _paragraph(mark: str, text: str) -> None:
    print(textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False))
