"""The pages of a dossier: one a form, and one that lists them; each a self-contained HTML file made of plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .drawings import Drawings
from .filling import FilledForm, State
from .page import write_page

STATES: Mapping[State, tuple[str, str]] = {
    "machine": ("good", "from the run"),
    "part": ("unsure", "to be completed"),
    "both": ("good", "run and person"),
    "absent": ("none", "not done"),
    "person": ("note", "by a person"),
    "needed": ("poor", "person needed"),
}
"""(style, words) of a field's mark."""
STYLES = ("report.css", "findings.css", "discovery.css", "dossier.css")
CAUTION = (
    "Made by software from what a run or a model records of itself, and from what named people wrote. It is a draft "
    "for "
    "those who answer for it, no statement of an authority, and not a substitute for reading the form's own text."
)


@dataclass(frozen=True, slots=True)
class FormPage:
    """One form about one thing; `facts` say how it can be repeated."""

    about: str
    filled: FilledForm
    facts: Mapping[str, str] = field(default_factory=dict)
    config: str = ""


@dataclass(frozen=True, slots=True)
class IndexPage:
    """All forms about one thing: (file, form) each, and what else lies in the folder (file, what it is)."""

    about: str
    forms: Sequence[tuple[str, FilledForm]]
    files: Sequence[tuple[str, str]] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    config: str = ""


def figures(filled: FilledForm) -> list[tuple[str, str]]:
    """The few numbers to see first."""
    total = len(filled.fields)
    found = [(f"{filled.by_machine} of {total}", "fields filled from the run")]
    if written := filled.count("person", "both"):
        found.append((str(written), "written by a person"))
    if without := filled.count("absent"):
        found.append((str(without), "that say what was not done"))
    if part := filled.count("part"):
        found.append((str(part), "to be completed by a person"))
    return [*found, (str(filled.count("needed")), "that only a person can fill")]


def render_form(page: FormPage) -> str:
    """The page of a form: needs no network and no other file; the same facts give the same bytes."""
    asked = page.filled.form
    drawings = Drawings()
    pictures = {
        one.field.number: drawings.add(one.machine.picture)
        for one in page.filled
        if one.machine and one.machine.picture
    }
    summary = [f"{asked.title}, {asked.version}.", *([asked.scope] if asked.scope else [])]
    return write_page(
        "dossier_form.html",
        title=page.about,
        summary=summary,
        figures=figures(page.filled),
        drawings=drawings,
        styles=STYLES,
        page=page,
        filled={one.field.number: one for one in page.filled},
        pictures=pictures,
        states=STATES,
        caution=CAUTION,
    )


def render_index(page: IndexPage) -> str:
    """The page that lists the forms, and whom each still needs."""
    fields = sum(len(filled.fields) for _, filled in page.forms)
    known = sum(filled.by_machine for _, filled in page.forms)
    needed = sum(filled.count("needed") for _, filled in page.forms)
    return write_page(
        "dossier_index.html",
        title=page.about,
        summary=[
            "Each form is a page of its own: what the run knows, what a person wrote, and who is needed for the rest."
        ],
        figures=[
            (str(len(page.forms)), "form" if len(page.forms) == 1 else "forms"),
            (f"{known} of {fields}", "fields filled from the run"),
            (str(needed), "that only a person can fill"),
        ],
        drawings=Drawings(),
        styles=STYLES,
        page=page,
        caution=CAUTION,
    )
