"""How one value is treated, whatever file it stands in: the year, the shift, the token, the cleaned text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from .dates import generalised, shifted
from .pseudonym import Pseudonyms
from .removals import Removals
from .safe_harbor import capped_age, zip3


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
        """A text after the tagger, recorded as removed or cleaned."""
        clean = self.text.clean(text, person)
        if clean:
            removals.look(where, f"A text stayed ({self.text.title}); no tagger finds everything: read a sample.")
        removals.took(where, identifier, "text cleaned" if clean else "text removed", text, record)
        return clean
