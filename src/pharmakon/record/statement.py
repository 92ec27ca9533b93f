"""A report of sections, each with sentences, tables and charts: one self-contained HTML file, made of plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .drawings import Drawings
from .page import write_page
from .plot import Plot, legend, plot

MOST = 400
"""Rows of a table on the page; what is longer lies in a file beside it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as text. Columns named in `numbers` stand to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[str] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart and what it shows."""

    title: str
    caption: str
    plot: Plot


@dataclass(frozen=True, slots=True)
class Part:
    """A section; `name` is its anchor. `verdict` is (good | poor | unsure, word) beside the title."""

    name: str
    title: str
    sentences: Sequence[str] = ()
    grids: Sequence[Grid] = ()
    pictures: Sequence[Picture] = ()
    terms: Sequence[tuple[str, str]] = ()
    """(word, what it means or what is so)."""
    verdict: tuple[str, str] | None = None
    structures: Sequence[tuple[str, str]] = ()
    """(drawing as SVG, what it shows), side by side."""


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Everything the page says; `kind` stands above the title, `facts` say how it can be repeated."""

    kind: str
    title: str
    summary: Sequence[str]
    figures: Sequence[tuple[str, str]]
    parts: Sequence[Part]
    caution: str
    facts: Mapping[str, str] = field(default_factory=dict)
    config: str = ""


def render(page: StatementPage) -> str:
    """The page: needs no network and no other file; the same facts give the same bytes."""
    drawn = {part.name: [(p, plot(p.plot), legend(p.plot)) for p in part.pictures] for part in page.parts}
    return write_page(
        "statement.html",
        title=page.title,
        summary=page.summary,
        figures=page.figures,
        drawings=_drawings(page),
        styles=("report.css", "findings.css", "discovery.css"),
        page=page,
        drawn=drawn,
        most=MOST,
    )


def _drawings(page: StatementPage) -> Drawings:
    """The structures of all sections: they stand at the head of the page, so they are taken in before it is written."""
    drawings = Drawings()
    for part in page.parts:
        for svg, _ in part.structures:
            drawings.add(svg)
    return drawings
