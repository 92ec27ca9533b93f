"""The page of counterfactuals: a molecule, and the edits that would change its answer, drawn side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .drawings import Drawings
from .page import write_page


@dataclass(frozen=True, slots=True)
class EditLine:
    """One edit: both molecules drawn, where in the drawings what goes and what is new lies, and what is said.

    Places are in the coordinates of the drawings.
    """

    words: str
    before_svg: str
    after_svg: str
    going: Sequence[tuple[float, float]]
    new: Sequence[tuple[float, float]]
    smiles: str
    value: str
    interval: str
    sure: bool
    similarity: str
    atoms: str
    evidence: str
    sentence: str
    lost: str = ""
    gained: str = ""


@dataclass(frozen=True, slots=True)
class CounterfactualsPage:
    """Everything the page says. `tried` is what the search looked at, `facts` how it can be repeated."""

    title: str
    summary: Sequence[str]
    figures: Sequence[tuple[str, str]]
    svg: str
    smiles: str
    value: str
    interval: str
    lines: Sequence[EditLine]
    tried: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    config: str = ""


def render(page: CounterfactualsPage) -> str:
    """The page: needs no network and no other file; the same edits give the same bytes."""
    drawings = Drawings()
    for text in (page.svg, *(text for line in page.lines for text in (line.before_svg, line.after_svg))):
        drawings.add(text)  # before the page is written, since its head holds their colours
    return write_page(
        "counterfactuals.html",
        title=page.title,
        summary=page.summary,
        figures=page.figures,
        drawings=drawings,
        styles=("report.css", "counterfactuals.css"),
        page=page,
    )
