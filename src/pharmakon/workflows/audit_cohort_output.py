"""What an audit of a cohort leaves behind: every figure of every group as a table, plain data, and the page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pharmakon.core.files import write_atomic
from pharmakon.store.plain import document
from pharmakon.store.plain import plain as plain_value
from pharmakon.store.writers import write_csv

if TYPE_CHECKING:
    from .audit_cohort import AuditCohortConfig, AuditCohortResult

COLUMNS = ("part", "column", "group", "n", "events", "measure", "value", "low", "high", "note")


def write(result: AuditCohortResult, config: AuditCohortConfig) -> None:
    """Write each output by its suffix."""
    for path in config.output:
        suffix = path.suffix.casefold()
        if suffix == ".csv":
            write_csv(path, COLUMNS, listing(result))
        elif suffix == ".json":
            write_atomic(path, document(plain(result)))
        else:
            from .audit_cohort_report import page

            write_atomic(path, page(result, config))


def plain(result: AuditCohortResult) -> dict[str, Any]:
    """The audit as plain data, without any patient."""
    cohort = result.cohort
    return {
        "cohort": cohort.declaration.name,
        "hash": cohort.hash,
        "samples": len(cohort),
        "patients": len({*cohort.patients}),
        "flow": [list(step) for step in cohort.flow],
        "failed": result.failed,
        "findings": plain_value(result.findings),
        "limits": plain_value(result.limits),
        "representation": [plain_value(one) for one in result.representation],
        "missing": plain_value([one for one in result.missing if one.events]),
        "label": plain_value(result.labels),
        "power": plain_value(result.power),
        "cells": plain_value(result.cells),
        "performance": plain_value(dict(result.performance)),
        "remedies": plain_value(dict(result.remedies)),
        "notes": result.notes,
    }


def listing(result: AuditCohortResult) -> Iterator[dict[str, object]]:
    """One record for each figure of each group."""
    for column in result.representation:
        for level in column.levels:
            yield _row("representation", column.column, level.level, level.n, "", "share", (level.share,), "")
            yield _row("representation", column.column, level.level, level.n, "", "ratio", level.ratio, level.verdict)
    for part, rates in (("missing", result.missing), ("label", result.labels)):
        for one in rates:
            yield _row(part, one.column, one.level, one.n, one.events, one.of, one.inside, one.small)
    for cell in result.cells:
        for name, figure in (("prevalence, pooled", cell.prevalence), ("true-positive rate, pooled", cell.found)):
            yield _row("cells", cell.columns, cell.cell, cell.n, cell.events, name, figure, cell.small)
    yield from _performances(result)


def _performances(result: AuditCohortResult) -> Iterator[dict[str, object]]:
    for column, one in result.performance.items():
        for group in one.groups:
            for metric, figure in group.metrics.items():
                yield _row("performance", column, group.level, group.n, group.events, metric, figure, group.small)
        for gap in one.gaps.values():
            note = f"{gap.worst} against {gap.best}"
            yield _row("gaps", column, "", "", "", gap.metric, (gap.value, gap.low, gap.high), note)
    for column, outcomes in result.remedies.items():
        for remedy in outcomes:
            for metric, figure in remedy.figures.items():
                yield _row("remedies", column, remedy.remedy, "", "", metric, figure, remedy.model)


def _row(*cells: Any) -> dict[str, object]:
    part, column, group, n, events, measure, figure, note = cells
    value, low, high = (*figure, math.nan, math.nan)[:3]
    numbers = ("" if math.isnan(x) else f"{x:.6g}" for x in (value, low, high))
    return dict(zip(COLUMNS, (part, column, group, n, events, measure, *numbers, note), strict=True))
