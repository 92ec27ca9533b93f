"""`pharmakon audit data.csv --value pIC50 --against test.csv -o audit.html`."""

from __future__ import annotations

import json
import textwrap
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import audit as workflow

from . import render
from .flags import COLUMNS, from_config
from .progress import progress

SHOWN = 3
"""Cases of a finding that are printed; the outputs list them all."""
WIDTH = 110


@from_config(positional=("data",), short={"output": "-o"}, also=COLUMNS)
def audit(
    config: workflow.AuditConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print every finding and row as JSON")] = False,
) -> int:
    """Find what is wrong with a table of measurements before a model is made of it.

    Unreadable rows, duplicates, contradictions, leaks from training to test part, mixed units, activity cliffs, bias of
    the split and shortcuts. Exit code 1 when a finding is as severe as --fail-on.
    """
    with progress("audit") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    if as_json:
        print(json.dumps(result.plain(), indent=2, ensure_ascii=False))
    else:
        _print(result)
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


def summary(result: workflow.AuditResult) -> str:
    """One line: how many rows and molecules, and how many findings of each severity."""
    sample = result.sample
    molecules = len(sample.groups("parent"))
    counts = [(word, sum(f.severity == word for f in result.findings)) for word in ("error", "warning", "info")]
    found = ", ".join(f"{n} {word}{'s' if n != 1 and word != 'info' else ''}" for word, n in counts)
    return f"{len(sample.rows):,} rows, {molecules:,} molecules: {found}"


def _paragraph(mark: str, text: str) -> None:
    print(textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False))
