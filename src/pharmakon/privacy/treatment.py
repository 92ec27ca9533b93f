"""How one value is treated, whatever file it stands in: the year, the shift, the token, the cleaned text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Protocol

from .dates import generalised, shifted
from .leftovers import DIGITS
from .pseudonym import Pseudonyms
from .removals import Removals
from .safe_harbor import capped_age, zip3

TEXT_CLEANED = "text cleaned"
"""What is said to be done with a text that stays."""


TAGS = {
    **{tag.upper(): tag for tag in ("name", "date", "place", "phone", "email", "url", "ip", "account", "device")},
    **dict.fromkeys(("ADDRESS", "ZIP", "HOSPITAL", "ORGANISATION"), "place"),
    "AGE": "date",
}
"""Tag of a text -> the identifier that it stands for; all others stand for "other"."""
_TAG = re.compile(r"\[([A-Z]+)\]")


class FreeText(Protocol):
    """Takes what identifies out of a text."""

    @property
    def title(self) -> str:
        """What it does, for the report: "removed as a whole"."""
        ...

    def clean(self, text: str, patient: str) -> str:
        """The text without identifiers, "" for none of it. Surrogates are the same for the same patient (any id)."""
        ...


class NoText:
    """Removes texts as a whole: safe where nothing reads them."""

    title = "removed as a whole"

    def clean(self, text: str, patient: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Treatment:
    """The rules of one run. `today` decides whose year of birth would tell an age over 89."""

    pseudonyms: Pseudonyms
    today: date
    shift_dates: bool = False
    keep_pixels: bool = False
    text: FreeText = field(default_factory=NoText)

    def date(self, text: str, person: str, *, day_first: bool = False) -> tuple[str, str]:
        """(date, what was done): the year, or the date moved by the person's own days where the person is known."""
        if self.shift_dates and person:
            moved = shifted(text, self.pseudonyms.shift(person), self.today, day_first=day_first)
            if moved:
                return moved, "date shifted"
        year = generalised(text, self.today)
        return (year, "year only") if year else ("", "removed")

    def age(self, text: str) -> tuple[str, str]:
        """(age, what was done), which is nothing for ages up to 89."""
        age = capped_age(text)
        return age, "" if age == text.strip() else "90 or over" if age else "removed"

    def zip(self, text: str) -> tuple[str, str]:
        """(first three digits, what was done)."""
        prefix = zip3(text)
        return prefix, "first three digits" if prefix else "removed"

    def cleaned(  # noqa: PLR0917  what, whose, where
        self, text: str, person: str, removals: Removals, where: str, identifier: str = "other", record: str = ""
    ) -> str:
        """A text after the tagger, recorded; of one that stays, what was taken out of it is searched for."""
        clean = self.text.clean(text, person)
        if not clean:
            removals.took(where, identifier, "text removed", text, record)
            return clean
        removals.look(where, f"A text stayed ({self.text.title}); no tagger finds everything: read a sample.")
        removals.took(where, identifier, TEXT_CLEANED, record=record)
        for tag, times in (Counter(_TAG.findall(clean)) - Counter(_TAG.findall(text))).items():
            for _ in range(times):
                removals.took(where, TAGS.get(tag, "other"), "tagged", record=record)
        for piece in taken_out(text, clean):
            if _telling(piece):
                removals.search(piece, record)
        return clean


def taken_out(text: str, clean: str) -> list[str]:
    """The pieces of a text, whole words, that a cleaned one no longer has."""
    before, after = text.split(), clean.split()
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [" ".join(before[a:b]).strip(".,;:()[]") for step, a, b, _, _ in steps if step in ("replace", "delete")]


def _telling(piece: str) -> bool:
    """Whether a piece, found again in the same text, is no chance: a long number, an address, several names."""
    words = piece.split()
    names = len(words) > 1 and all(word[:1].isupper() for word in words) and not re.search(r"\d", piece)
    return len(re.findall(r"\d", piece)) >= DIGITS or "@" in piece or "://" in piece or names
