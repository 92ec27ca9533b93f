"""Reporting checklists, filled in as far as a run knows. What it does not know is left to a person, and said."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pharmakon.core.errors import UnknownName

CHECKLISTS = ("remark", "tripod_ai")
PERSON = "A person has to fill this in."


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a report has to say."""

    number: str
    section: str
    asks: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist: its title, where it is published, and its items in order."""

    title: str
    source: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run says to an item; `known` where it says anything."""

    item: Item
    said: str
    known: bool


@cache
def checklist(name: str) -> Checklist:
    """A checklist by name."""
    if name not in CHECKLISTS:
        raise UnknownName("checklist", name, CHECKLISTS)
    table = tomllib.loads(files("pharmakon.record").joinpath("tables", f"{name}.toml").read_text(encoding="utf-8"))
    return Checklist(table["title"], table["source"], tuple(Item(**item) for item in table["items"]))


def filled(name: str, answers: Mapping[str, str]) -> list[Answer]:
    """All items of a checklist with what is known; `answers` by item number. UnknownName for a number it has not."""
    items = checklist(name).items
    for number in answers:
        if number not in {item.number for item in items}:
            raise UnknownName("item", number, [item.number for item in items], where=name)
    return [Answer(item, answers.get(item.number, PERSON), item.number in answers) for item in items]
