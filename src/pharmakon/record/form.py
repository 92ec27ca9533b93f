"""Forms of regulators as data: sections of numbered fields, who fills each, and where the form is published."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pharmakon.core.errors import UnknownName

from .checklist import Checklist, checklist

FORMS = (
    "qmrf",
    "qprf",
    "ich_m7",
    "fda_credibility",
    "fda_ema_principles",
    "gmlp",
    "ai_act_annex_iv",
    "model_card",
    "datasheet",
    "remark",
    "tripod_ai",
)
"""The forms, each a file of tables/ by its name."""

Fill = Literal["machine", "part", "person"]
"""Who can know what a field asks: the run, both the run and a person, or a person alone."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `who` is asked where the run does not know; `adds` is what they have to add."""

    number: str
    title: str
    fill: Fill
    who: str
    adds: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    number: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form. `source` is its publication, `numbering` how sure its field numbers are, `scope` what it is not for."""

    name: str
    title: str
    version: str
    source: str
    numbering: str
    scope: str
    sections: tuple[Section, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields in order."""
        return tuple(field for section in self.sections for field in section.fields)

    def require(self, number: str) -> None:
        """Raise UnknownName for a field number that the form has not."""
        numbers = [field.number for field in self.fields]
        if number not in numbers:
            raise UnknownName("field", number, numbers, where=self.name)


@cache
def form(name: str) -> Form:
    """A form by name. Raises UnknownName with a suggestion."""
    if name not in FORMS:
        raise UnknownName("form", name, FORMS)
    text = files("pharmakon.record").joinpath("tables", f"{name}.toml").read_text(encoding="utf-8")
    facts: dict[str, Any] = tomllib.loads(text)
    if "items" in facts:
        return _of_checklist(checklist(name), name)
    sections = tuple(
        Section(one["number"], one["title"], tuple(Field(**field) for field in one["fields"]))
        for one in facts.pop("sections")
    )
    return Form(name, sections=sections, **facts)


def _of_checklist(asked: Checklist, name: str) -> Form:
    """A reporting checklist as a form: an item a field, a section for each run of items under one heading."""
    headings = dict.fromkeys(item.section for item in asked.items)
    sections = tuple(
        Section(
            chr(ord("A") + at),
            heading,
            tuple(
                Field(item.number, f"{item.asks[:1].upper()}{item.asks[1:]}", "machine", "study author")
                for item in asked.items
                if item.section == heading
            ),
        )
        for at, heading in enumerate(headings)
    )
    numbering = "Numbers are those of the checklist; the wording is ours."
    return Form(name, asked.title, "reporting checklist", f"{asked.source}.", numbering, "", sections)
