"""What an audit leaves behind: a listing of every row of every finding, plain data, and the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pharmakon.predict.findings import Finding
    from pharmakon.predict.measured import Sample

    from .audit import AuditConfig, AuditResult

COLUMNS = (
    *("severity", "finding", "case", "table", "row", "id", "structure", "standard", "value", "part", "problem", "note"),
)


def write(result: AuditResult, config: AuditConfig) -> None:
    """Write each output by its suffix."""
    from pharmakon.core.files import write_atomic
    from pharmakon.store.writers import write_csv

    for path in config.output:
        name = path.name.casefold()
        if name.endswith((".csv", ".csv.gz")):
            write_csv(path, COLUMNS, listing(result))
        elif name.endswith(".json"):
            write_atomic(path, json.dumps(plain(result), indent=2, ensure_ascii=False) + "\n")
        else:
            from .audit_report import page

            write_atomic(path, page(result, config))


def listing(result: AuditResult) -> Iterator[dict[str, object]]:
    """One record for each row of each case of each finding, in the order of the findings."""
    for finding in result.findings:
        for number, case in enumerate(finding.cases, start=1):
            for i in case.rows:
                row = result.sample.rows[i]
                yield {
                    "severity": finding.severity,
                    "finding": finding.name,
                    "case": number,
                    "table": row.table,
                    "row": row.number,
                    "id": row.id,
                    "structure": row.structure,
                    "standard": row.identity.parent,
                    "value": row.text,
                    "part": row.part,
                    "problem": row.problem,
                    "note": case.note,
                }


def plain(result: AuditResult) -> dict[str, Any]:
    """The audit as plain data; every case with its rows."""
    sample = result.sample
    return {
        "rows": len(sample.rows),
        "kind": sample.kind,
        "scale": sample.scale.name,
        "parts": {part: sum(row.part == part for row in sample.rows) for part in sample.parts},
        "failed": result.failed,
        "findings": [_finding(finding, sample) for finding in result.findings],
        "passed": [{"name": f.name, "sentence": f.sentence} for f in result.passed],
        "notes": result.notes,
    }


def _finding(finding: Finding, sample: Sample) -> dict[str, Any]:
    return {
        "name": finding.name,
        "severity": finding.severity,
        "title": finding.title,
        "sentence": finding.sentence,
        "advice": finding.advice,
        "measures": {name: _number(value) for name, value in finding.measures.items()},
        "cases": [
            {
                "note": case.note,
                "rows": [
                    {"table": row.table, "row": row.number, "id": row.id, "value": row.text, "part": row.part}
                    for row in (sample.rows[i] for i in case.rows)
                ],
            }
            for case in finding.cases
        ],
    }


def _number(value: float) -> float | int | None:
    if isinstance(value, int):
        return value
    value = float(value)
    return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124  NaN is not itself
