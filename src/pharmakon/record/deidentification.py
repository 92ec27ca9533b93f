"""The report of a de-identification: one self-contained HTML file, made of plain data that identifies nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .drawings import Drawings
from .page import write_page

LISTED = 400
"""Places in the table; the rest is in result.json."""


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One of the 18: its number, title, what is done with it, and how many values were found."""

    number: int
    title: str
    done: str
    count: int


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """What was done in one place: a column or path, over all files that have it."""

    where: str
    title: str
    done: str
    count: int
    files: int


@dataclass(frozen=True, slots=True)
class LookLine:
    """Something for a person: where, in how many files, and why."""

    where: str
    files: int
    why: str


@dataclass(frozen=True, slots=True)
class DeidentificationPage:
    """Everything the page says. `files` are (name, kind, records), `refused` (kind of file, reason)."""

    title: str
    summary: Sequence[str]
    figures: Sequence[tuple[str, str]]
    safe_harbor: bool
    classes: Sequence[ClassLine]
    places: Sequence[PlaceLine]
    looks: Sequence[LookLine]
    files: Sequence[tuple[str, str, int]]
    refused: Sequence[tuple[str, str]]
    method: Sequence[str]
    limits: Sequence[str]
    facts: Mapping[str, str] = field(default_factory=dict)
    config: str = ""


def render(page: DeidentificationPage) -> str:
    """The page: needs no network and no other file; the same facts give the same bytes."""
    return write_page(
        "deidentification.html",
        title=page.title,
        summary=page.summary,
        figures=page.figures,
        drawings=Drawings(),
        styles=("report.css", "discovery.css"),
        page=page,
        listed=LISTED,
    )
