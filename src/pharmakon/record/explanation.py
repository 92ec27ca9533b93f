"""The page that `explain` writes of molecules: a coloured drawing, a sentence and the parts' numbers by property."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .drawings import Drawings
from .page import write_page
from .report import overlay


@dataclass(frozen=True, slots=True)
class Card:
    """One property of one molecule. `method` is empty where the explanation is withheld."""

    title: str
    value: str
    interval: str
    verdict: str
    in_domain: bool
    sentence: str
    weights: Mapping[int, float] | None
    parts: Sequence[tuple[str, str]]
    """Each part and what it adds; the last line is their sum."""
    scale: str
    method: str


@dataclass(frozen=True, slots=True)
class Section:
    """One molecule, with where in its drawing each atom lies; `problem` says why it has no cards."""

    given: str
    smiles: str
    problem: str
    svg: str
    atoms: Sequence[tuple[float, float]]
    cards: Sequence[Card]


def render(sections: Sequence[Section], *, profile: str, notes: Sequence[str]) -> str:
    """The page: needs no network and no other file; the same facts give the same bytes."""
    cards = [card for section in sections for card in section.cards]
    drawings = Drawings()
    for section in sections:
        drawings.add(section.svg)  # the frame holds the drawings, and is written before its body
    told = sum(bool(card.method) for card in cards)
    return write_page(
        "explanation.html",
        title="What the numbers rest on",
        summary=[
            "Each property is taken apart: what each part of the molecule adds to the model's score.",
            "The parts and what belongs to no atom make the score exactly. Blue raises the value, orange lowers it.",
            "Where a molecule lies outside a model's domain, the explanation is withheld.",
        ],
        figures=[
            (f"{len(sections):,}", "molecule" if len(sections) == 1 else "molecules"),
            (f"{told:,}", "explained"),
            (f"{len(cards) - told:,}", "withheld"),
            (profile, "profile"),
        ],
        drawings=drawings,
        styles=("report.css", "explanation.css"),
        sections=sections,
        overlay=overlay,
        notes=notes,
    )
