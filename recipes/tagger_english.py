"""Generate labelled English notes, letters, chats and addresses from the sentences of tagger_english.toml.

    python recipes/tagger_english.py 5

prints five.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import numpy as np
from tagger_words import DAYS, MONTHS, Words, tables

from pharmakon.core.random import stream

Piece = tuple[str, str]
"""A text and its label, "" for none."""

_SLOT = re.compile(r"\{(\w+)\}")


class Writer(Words):
    """Writes texts. `held_out` takes the fifth of the sentences that the others never use."""

    def __init__(self, random: np.random.Generator, *, held_out: bool | None = None) -> None:
        super().__init__(random)
        sentences = tables()["sentences"]
        if held_out is not None:
            sentences = [s for i, s in enumerate(sentences) if (i % 5 == 0) == held_out]
        self.sentences = sentences

    def slot(self, name: str) -> Piece:
        simple: dict[str, tuple[Callable[[], str], str]] = {
            "person": (self.person, "PERSON"),
            "known": (self.known, "PERSON"),
            "family": (self.family, "PERSON"),
            "title": (
                lambda: self.pick(
                    [
                        "Mr.",
                        "Mrs.",
                        "Ms.",
                        "Dr.",
                        "Dr",
                        "Mr",
                        "Mrs",
                        "Ms",
                        "Miss",
                        "Prof.",
                        "Professor",
                        "Doctor",
                        "Sir",
                        "Rev.",
                        "mr",
                        "mrs.",
                        "dr.",
                        "ms.",
                        "Mx",
                        "Lady",
                        "Captain",
                    ]
                ),
                "TITLE",
            ),
            "job": (self.job, "PROFESSION"),
            "job_title": (
                lambda: (
                    f"{self.pick(['Senior', 'Consultant', 'Chief', 'Lead', 'Assistant'])} {self.job().capitalize()}"
                ),
                "PROFESSION",
            ),
            "city": (self.city, "PLACE"),
            "state": (self.state, "PLACE"),
            "country": (self.country, "COUNTRY"),
            "zip": (self.zip, "ZIP"),
            "street": (self.street, "ADDRESS"),
            "address": (self.address, "ADDRESS"),
            "org": (self.org, "ORGANIZATION"),
            "hospital": (self.hospital, "HOSPITAL"),
            "nationality": (lambda: self.pick(self.en["nationality"]), "NATIONALITY"),
            "date": (self.date, "DATE"),
            "month_year": (lambda: f"{self.pick(MONTHS).capitalize()} {self.number(1980, 2026)}", "DATE"),
            "year": (lambda: str(self.number(1950, 2026)), "DATE"),
            "weekday": (lambda: self.pick(DAYS), "DATE"),
            "age": (self.age, "AGE"),
            "years": (self.years, "AGE"),
            "phone": (self.phone, "PHONE"),
            "email": (self.email, "EMAIL"),
            "url": (self.url, "URL"),
            "ip": (self.ip, "IP"),
            "id": (self.id, "ID"),
            "ssn": (self.ssn, "ID"),
            "nhs": (self.nhs, "ID"),
            "card": (self.card, "ACCOUNT"),
            "iban": (self.iban, "ACCOUNT"),
        }
        make, label = simple[name]
        return make(), label

    def sentence(self) -> list[Piece]:
        """A template, filled."""
        pieces: list[Piece] = []
        for i, part in enumerate(_SLOT.split(self.pick(self.sentences))):
            pieces.append(self.slot(part) if i % 2 else (part, ""))
        return pieces

    def plain(self) -> list[Piece]:
        return [(self.pick(tables()["plain"]), "")]

    def text(self) -> list[Piece]:
        """One to a dozen sentences, roughened."""
        count = 1 if self.chance(0.5) else self.number(2, 12)
        pieces: list[Piece] = []
        for i in range(count):
            if i:
                pieces.append((self.pick([" ", "\n", "\n", "\n\n", "  "]), ""))
            pieces += self.sentence() if self.chance(0.9 if count == 1 else 0.68) else self.plain()
        roll = self.random.random()
        if roll < 0.03:
            pieces = [(t.upper(), k) for t, k in pieces]
        elif roll < 0.07:
            pieces = [(t.lower(), k) for t, k in pieces]
        elif roll < 0.12:
            pieces = [(self.typo(t) if not k else t, k) for t, k in pieces]
        elif roll < 0.17:
            pieces = [(t.replace(" ", "\n", 1) if not k and len(t) > 12 else t, k) for t, k in pieces]
        if self.chance(0.1):
            pieces = [(t.rstrip(".") if i == len(pieces) - 1 else t, k) for i, (t, k) in enumerate(pieces)]
        return pieces

    def typo(self, text: str) -> str:
        if len(text) < 6:
            return text
        i = self.number(1, len(text) - 3)
        return text[:i] + self.pick([text[i + 1] + text[i], text[i] * 2 + text[i + 1], text[i + 1]]) + text[i + 2 :]


def labelled(pieces: list[Piece]) -> tuple[str, list[tuple[int, int, str]]]:
    """The text and its spans in characters."""
    text = ""
    spans: list[tuple[int, int, str]] = []
    for part, label in pieces:
        if label == "PERSON" and spans and spans[-1][2] == label and text[spans[-1][1] :] == " ":
            spans[-1] = (spans[-1][0], len(text) + len(part), label)  # a first name and a surname
        elif label and part:
            spans.append((len(text), len(text) + len(part), label))
        text += part
    return text, spans


def english_notes(
    count: int, *, random_state: int = 0, held_out: bool | None = None
) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """`count` texts with their spans; with `held_out` of the kept apart (True) or the other (False) templates only."""
    writer = Writer(stream(random_state, "english notes", str(held_out)), held_out=held_out)
    return [labelled(writer.text()) for _ in range(count)]


if __name__ == "__main__":
    for text, spans in english_notes(int(sys.argv[1])):
        print("-" * 80, text, [(text[a:b], k) for a, b, k in spans], sep="\n")
