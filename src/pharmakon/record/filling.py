"""A form filled in: what the run knows, what a person wrote, and who is needed for the rest. Nothing stays empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import Field as Option

from pharmakon.core.config import Config, build, read_toml
from pharmakon.core.errors import ConfigError

from .form import FORMS, Field, Form, form

State = Literal["machine", "part", "both", "absent", "person", "needed"]
"""By the run; by the run, and a person has to add to it; by both; the run says that it was not done; by a person; by
nobody yet."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """What a run says to a field: sentences, a table, a drawing (SVG). `absent`: there is none, or it was not done."""

    sentences: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    picture: str = ""
    absent: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentences", tuple(text for text in self.sentences if text.strip()))

    def __bool__(self) -> bool:
        return bool(self.sentences or self.rows or self.picture)


class Written(Config):
    """What a person wrote: the words, who, and on which day."""

    text: str = Option(min_length=1)
    by: str = Option(min_length=1)
    on: date


Answers = Mapping[str, Mapping[str, Written]]
"""By form and field number."""


@dataclass(frozen=True, slots=True)
class FilledField:
    """A field with both answers, each None where there is none."""

    field: Field
    machine: Said | None
    person: Written | None

    @property
    def state(self) -> State:
        """Who filled it."""
        if self.machine and self.person:
            return "both"
        if self.machine:
            more = self.field.fill != "machine" and self.field.adds
            return "absent" if self.machine.absent else "part" if more else "machine"
        return "person" if self.person else "needed"

    @property
    def needed(self) -> str:
        """Whom it still needs and for what; "" where nobody."""
        if self.state == "needed":
            return f"Person needed: {self.field.who}." + (f" {_sentence(self.field.adds)}" if self.field.adds else "")
        return f"Person needed: {self.field.who}. Still to add: {self.field.adds}." if self.state == "part" else ""

    def plain(self) -> dict[str, Any]:
        """It, for JSON: the machine's words and the person's under keys of their own."""
        said = self.machine
        return {
            "number": self.field.number,
            "title": self.field.title,
            "state": self.state,
            **(
                {
                    "machine": {"text": list(said.sentences)}
                    | ({"columns": list(said.columns), "rows": [list(row) for row in said.rows]} if said.rows else {})
                    | ({"picture": said.picture} if said.picture else {})
                }
                if said
                else {}
            ),
            **({"person": self.person.model_dump(mode="json")} if self.person else {}),
            **({"needed": self.needed, "who": self.field.who} if self.needed else {}),
        }


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form with every field answered or assigned."""

    form: Form
    fields: tuple[FilledField, ...]

    def __iter__(self) -> Iterator[FilledField]:
        return iter(self.fields)

    def count(self, *states: State) -> int:
        """Fields in these states."""
        return sum(one.state in states for one in self.fields)

    @property
    def by_machine(self) -> int:
        """Fields that the run fills; what it says was not done is not counted."""
        return sum(bool(one.machine and not one.machine.absent) for one in self.fields)

    @property
    def empty(self) -> int:
        """Fields that neither say anything nor name who is needed: none, by construction and by test."""
        return sum(not (one.machine or one.person or one.needed) for one in self.fields)

    @property
    def people(self) -> dict[str, int]:
        """Whom it still needs, and for how many fields."""
        found: dict[str, int] = {}
        for one in self.fields:
            if one.needed:
                found[one.field.who] = found.get(one.field.who, 0) + 1
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def plain(self) -> dict[str, Any]:
        """It, for JSON."""
        return {
            "form": self.form.name,
            "title": self.form.title,
            "version": self.form.version,
            "source": self.form.source,
            "numbering": self.form.numbering,
            "fields": len(self.fields),
            "filled_by_machine": self.by_machine,
            "filled_by_a_person": self.count("person", "both"),
            "not_done": self.count("absent"),
            "person_needed": self.count("needed"),
            "to_be_completed": self.count("part"),
            "sections": [
                {
                    "number": section.number,
                    "title": section.title,
                    "fields": [one.plain() for one in self.fields if one.field in section.fields],
                }
                for section in self.form.sections
            ],
        }


Filler = Callable[[T], "Said | str | None"]


def absent(sentence: str) -> Said:
    """That there is none, or that it was not done."""
    return Said((sentence,), absent=True)


def points(*sentences: str) -> Said:
    """Several sentences, each on a line; empty ones are left out."""
    return Said(sentences)


@dataclass(frozen=True)
class Fillers(Generic[T]):
    """Small functions by field number, each of the facts `T`; those of `base` stand where it has none of its own."""

    name: str
    base: Fillers[T] | None = None
    own: dict[str, Filler[T]] = field(default_factory=dict)

    def fills(self, *numbers: str) -> Callable[[Filler[T]], Filler[T]]:
        """Decorate the function that answers these fields. Raises UnknownName for a number the form has not."""
        for number in numbers:
            form(self.name).require(number)

        def register(filler: Filler[T]) -> Filler[T]:
            self.own.update(dict.fromkeys(numbers, filler))
            return filler

        return register

    def fill(self, facts: T, answers: Answers | None = None) -> FilledForm:
        """The form with what these facts and these people say."""
        known = (self.base.own if self.base else {}) | self.own
        written = (answers or {}).get(self.name, {})
        filled = []
        for one in form(self.name).fields:
            said = known[one.number](facts) if one.number in known else None
            made = Said((said,)) if isinstance(said, str) else said
            filled.append(FilledField(one, made or None, written.get(one.number)))
        return FilledForm(form(self.name), tuple(filled))

    @classmethod
    def upon(cls, base: Fillers[T]) -> Self:
        """Fillers of the same form for other facts, that answer as `base` where they have no answer of their own."""
        return cls(base.name, base)


def read_answers(path: str | Path) -> dict[str, dict[str, Written]]:
    """A TOML of what people wrote: a table a field, [qmrf."3.1"], with text, by and on (a date).

    Raises ConfigError for a missing or unknown key, UnknownName for a form or field number that there is not.
    """
    answers: dict[str, dict[str, Written]] = {}
    for name, fields in read_toml(path).items():
        if not isinstance(fields, dict):
            raise ConfigError(f"{path}: {name} is no form; known: {', '.join(FORMS)}")
        asked = form(name)
        for number, given in fields.items():
            asked.require(number)
            if not isinstance(given, dict):
                raise ConfigError(f'{path}: write [{name}."{number}"] with text, by and on')
            answers.setdefault(name, {})[number] = build(Written, given, where=f'{path} [{name}."{number}"]')
    return answers


def unanswered(forms: Sequence[FilledForm]) -> str:
    """A TOML to fill in and hand back as answers: one commented table a field that a person is needed for."""
    lines = ["# What people have to say. Take the # away, write, and hand it in with --answers.", ""]
    for filled in forms:
        for one in filled:
            if one.needed:
                lines += [
                    f"# {one.field.title}: {one.field.who}" + (f"; {one.field.adds}" if one.field.adds else ""),
                    f'#[{filled.form.name}."{one.field.number}"]',
                    '#text = ""',
                    '#by = ""',
                    "#on = 2026-01-31",
                    "",
                ]
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
