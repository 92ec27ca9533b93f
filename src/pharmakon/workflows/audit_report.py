"""An audit as the page of `record.findings`: which cases are drawn, how rows are named, what the head says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pharmakon.predict.findings import Case, Finding
    from pharmakon.predict.measured import Sample
    from pharmakon.record.findings import AuditPage, CaseLine, Member, Section
    from pharmakon.record.histogram import Series

    from .audit import AuditConfig, AuditResult

DRAWN, DRAWN_ROWS = 6, 3
"""Cases of a finding that are drawn, and rows of a case."""
ROWS = 12
"""Rows of a case that the page names; a molecule may be in hundreds."""
PICTURED = ("duplicate-", "contradiction-", "leak-", "cliffs", "units-repeats")
"""Findings that a look at the structures helps with."""


def page(result: AuditResult, config: AuditConfig) -> str:
    """The HTML page of an audit."""
    from pharmakon.record.findings import render

    return render(_page(result, config))


def _page(result: AuditResult, config: AuditConfig) -> AuditPage:
    from rdkit import rdBase

    from pharmakon import __version__
    from pharmakon.core.files import sha256
    from pharmakon.record.findings import AuditPage

    sample = result.sample
    counts = {word: sum(f.severity == word for f in result.findings) for word in ("error", "warning", "info")}
    facts = {"pharmakon": __version__, "RDKit": rdBase.rdkitVersion, "Seed": str(config.seed)}
    for path in (config.data, config.against):
        if path is not None:
            facts[f"{path.name}, SHA-256"] = sha256(path)
    return AuditPage(
        title=f"{config.data.name}{f' and {config.against.name}' if config.against else ''}: {sample.value}",
        summary=[_verdict(counts), *(f"{note[:1].upper()}{note[1:]}." for note in result.notes)],
        figures=[
            (f"{len(sample.rows):,}", "rows"),
            (f"{len(sample.groups('parent')):,}", "molecules"),
            (str(counts["error"]), "error" if counts["error"] == 1 else "errors"),
            (str(counts["warning"]), "warning" if counts["warning"] == 1 else "warnings"),
            (str(counts["info"]), "worth knowing"),
        ],
        sections=[_section(finding, sample) for finding in result.findings],
        passed=[_section(finding, sample) for finding in result.passed],
        values=_series(sample),
        axis=f"log10 of {sample.value}" if sample.scale.name == "linear" else sample.value,
        facts=facts,
        config=json.dumps(config.model_dump(mode="json", exclude={"output"}), indent=2),
    )


def _verdict(counts: dict[str, int]) -> str:
    if counts["error"]:
        return "A score or a model made from this table as it is would be wrong: mend the errors first."
    if counts["warning"]:
        return "Nothing here makes a model wrong for certain, but the warnings may: look at them first."
    return "Nothing was found that stands in the way of a model."


def _section(finding: Finding, sample: Sample) -> Section:
    from pharmakon.record.findings import LISTED, Section

    pictured = finding.name.startswith(PICTURED)
    return Section(
        finding.name,
        finding.severity,
        finding.title,
        finding.sentence,
        finding.advice,
        [_case(case, sample, pictured=pictured and n < DRAWN) for n, case in enumerate(finding.cases[:LISTED])],
        len(finding.cases),
    )


def _case(case: Case, sample: Sample, *, pictured: bool) -> CaseLine:
    from pharmakon.record.findings import CaseLine

    left = len(case.rows) - ROWS
    more = f"; {left:,} more rows in the listing" if left > 0 else ""
    chosen = _telling(case, sample) if pictured else ()
    return CaseLine(case.note + more, [_member(i, sample, drawn=i in chosen) for i in case.rows[:ROWS]])


def _telling(case: Case, sample: Sample) -> tuple[int, ...]:
    """The rows to draw: each way of drawing the molecule once; a cliff's two."""
    first: dict[str, int] = {}
    for i in case.rows[:ROWS]:
        first.setdefault(sample.rows[i].identity.exact, i)
    return tuple(first.values())[:DRAWN_ROWS]


def _member(i: int, sample: Sample, *, drawn: bool) -> Member:
    from pharmakon.chem.depict import svg
    from pharmakon.chem.parse import to_mol
    from pharmakon.record.findings import Member

    row = sample.rows[i]
    picture = svg(to_mol(row.structure), size=(200, 140)) if drawn else ""
    return Member(sample.label(i), sample.shown(i), row.structure[:200], picture)


def _series(sample: Sample) -> list[Series]:
    from pharmakon.record.histogram import Series

    if sample.kind == "classification":
        return []
    parts = sample.parts[:4] if sample.reference else ("",)
    return [
        Series(
            part,
            [
                float(value)
                for row, value in zip(sample.rows, sample.compared, strict=True)
                if not sample.reference or row.part == part
            ],
        )
        for part in parts
    ]
