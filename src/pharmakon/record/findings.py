"""The report of a data audit: one self-contained HTML file, made of plain data.

Every finding is a section: its sentence, what to do, the worst cases drawn, and a table of the others. The page is for
reading; the whole listing is the CSV file that is written beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .drawings import Drawings
from .histogram import Series, histogram
from .page import write_page

LISTED = 200
"""Cases of a finding in its table; the rest is in the listing."""
PILLS = {"error": "poor", "warning": "unsure", "info": "note", "passed": "good"}


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a case; `svg` only where it is drawn."""

    label: str
    value: str = ""
    structure: str = ""
    svg: str = ""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case: what is the matter, and with which rows."""

    note: str
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class Section:
    """One finding. `cases` are the first ones, `total` how many there are in all."""

    name: str
    severity: str
    title: str
    sentence: str
    advice: str = ""
    cases: Sequence[CaseLine] = ()
    total: int = 0

    @property
    def drawn(self) -> list[CaseLine]:
        """Cases shown as pictures."""
        return [case for case in self.cases if any(member.svg for member in case.members)]

    @property
    def listed(self) -> Sequence[CaseLine]:
        """Cases shown in the table."""
        return self.cases[:LISTED]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Everything the page says. `figures` are (number, words); `facts` how the audit can be repeated."""

    title: str
    summary: Sequence[str]
    figures: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    passed: Sequence[Section] = ()
    values: Sequence[Series] = ()
    axis: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    config: str = ""


def render(page: AuditPage) -> str:
    """The page: needs no network and no other file; the same audit gives the same bytes."""
    drawings = Drawings()
    for section in page.sections:  # before the page is written, since its head holds their colours
        for member in (member for case in section.cases for member in case.members if member.svg):
            drawings.add(member.svg)
    return write_page(
        "findings.html",
        title=page.title,
        summary=page.summary,
        figures=page.figures,
        drawings=drawings,
        styles=("report.css", "findings.css"),
        page=page,
        pills=PILLS,
        charts=[
            ("wide", histogram(page.values, axis=page.axis)),
            ("narrow", histogram(page.values, axis=page.axis, width=400, height=220)),
        ],
    )
