"""Other names, places, dates and numbers for those of a patient: the same for the same, and none without the key.

Everything is drawn from HMAC-SHA-256 of the patient and of what is replaced, under a key that is kept apart. So files
that are cleaned months apart agree, and nobody without the key can test a guess.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pharmakon.core.errors import UsageError

from .tagger_features import gazetteer

Dates = Literal["shift", "year"]
Language = Literal["es", "en"]

MONTHS: dict[Language, tuple[str, ...]] = {
    language: gazetteer()[f"place_{language}"]["month"][:12] for language in ("es", "en")
}
WEEKDAYS = (
    ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
LARGEST_SHIFT = 365
SHORTEST_KEY = 16
OLDEST = 89
_WORD = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?!\d)")
_MONTH_YEAR = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])([/-])((?:19|20)\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DAY = re.compile(r"(?<![\d:])(\d{1,2})(st|nd|rd|th)?(?![\d:])")
_PARTICLES = frozenset(
    (
        "de",
        "del",
        "la",
        "las",
        "los",
        "y",
        "e",
        "i",
        "da",
        "dos",
        "van",
        "von",
        "der",
        "den",
        "di",
        "el",
        "al",
        "bin",
        "ibn",
        "of",
        "the",
        "and",
    )
)


@dataclass(frozen=True, slots=True)
class Surrogates:
    """What stands for a patient's identifiers. `key` is at least 16 secret bytes; it is never written anywhere.

    Raises UsageError for a shorter key.
    """

    patient: str
    key: bytes
    language: Language = "en"
    dates: Dates = "shift"

    def __post_init__(self) -> None:
        if len(self.key) < SHORTEST_KEY:
            raise UsageError(
                f"the key has {len(self.key)} bytes; {SHORTEST_KEY} or more of secret random bytes are needed"
            )

    def __repr__(self) -> str:
        return f"Surrogates(language={self.language!r}, dates={self.dates!r})"

    @property
    def shift(self) -> timedelta:
        """By how much this patient's dates are moved: the same for all of them, and never nothing."""
        drawn = self._draw("date", "shift") % (2 * LARGEST_SHIFT)
        return timedelta(days=drawn - LARGEST_SHIFT if drawn < LARGEST_SHIFT else drawn - LARGEST_SHIFT + 1)

    def name(self, text: str) -> str:
        """A name for a name, word by word: "Ana García" and "García" keep having García's other name in common."""
        return _WORD.sub(lambda m: self._name_word(m[0]), text)

    def place(self, text: str, *, what: Literal["city", "country"] = "city") -> str:
        """A town for a town, a country for a country, a number for a postcode."""
        if any(c.isdigit() for c in text):
            return self.number(text)
        places = gazetteer()[f"place_{self.language}"]
        return _cased(text, self._pick(places["countries" if what == "country" else "cities"], what, text))

    def address(self, text: str) -> str:
        """Street words and separators stay, names and numbers become others."""
        street = {w.casefold() for rows in (gazetteer()["place_es"], gazetteer()["place_en"]) for w in rows["street"]}

        def other(found: re.Match[str]) -> str:
            word = found[0]
            if word.isdigit():
                return self.number(word)
            return word if word.casefold() in street or len(word) < 3 else self._surname(word)

        return re.sub(r"\d+|[^\W\d_]+", other, text)

    def hospital(self, text: str) -> str:
        """Words such as Hospital stay; the names among them become others."""
        rows = (gazetteer()["place_es"], gazetteer()["place_en"])
        keep = {w.casefold() for r in rows for name in ("hospital", "institution", "company") for w in r.get(name, ())}
        return _WORD.sub(lambda m: m[0] if m[0].casefold() in keep | _PARTICLES else self._surname(m[0]), text)

    def number(self, text: str) -> str:
        """Digits for digits and letters for letters, in the same form."""
        stream = self._bytes("number", text, len(text))

        def one(c: str, drawn: int) -> str:
            if c.isdigit():
                return str(drawn % 10)
            letters = string.ascii_uppercase if c.isupper() else string.ascii_lowercase
            return letters[drawn % 26] if c.isalpha() else c

        other = "".join(one(c, b) for c, b in zip(text, stream, strict=True))
        # One in ten single digits would stay what it is, which tells nothing; whole numbers must not.
        return self.number(other) if other == text and sum(c.isalnum() for c in text) > 2 else other

    def email(self, text: str) -> str:
        """An address at example.org (RFC 2606)."""
        user = self._pick(gazetteer()["given_en"]["female"], "email", text).lower()
        return f"{user}{self._draw('email', text) % 1000}@example.org"

    def url(self, text: str) -> str:
        """A place at example.org."""
        return f"https://example.org/{self._draw('url', text) % 100_000}"

    def age(self, text: str) -> str:
        """Ages up to 89 stay; the digits of an older one become 90+ (45 CFR 164.514(b)(2)(i)(C))."""
        return re.sub(r"\d+", lambda m: m[0] if int(m[0]) <= OLDEST else "90+", text)

    def date(self, text: str) -> str:
        """The date moved by this patient's shift in the form it has, or its year only.

        What cannot be read as a date becomes its year where it has one, else "[DATE]".
        """
        years = _YEAR.findall(text)
        if self.dates == "year":
            return years[0] if years else "[DATE]"
        return _shifted(text, self.shift, self.language) or (years[0] if years else "[DATE]")

    def _name_word(self, word: str) -> str:
        if word.casefold() in _PARTICLES or len(word) == 1:
            return word if len(word) > 1 else self._pick(string.ascii_uppercase, "initial", word)
        for sex in ("female", "male"):
            for language in (self.language, "es", "en"):
                if word.casefold() in _given(language, sex):
                    names = [n for n in gazetteer()[f"given_{self.language}"][sex] if " " not in n]
                    return _cased(word, self._other(names, "given", word))
        return self._surname(word)

    def _surname(self, word: str) -> str:
        return _cased(word, self._other(gazetteer()[f"surname_{self.language}"]["common"], "family", word))

    def _other(self, items: Sequence[str], what: str, text: str) -> str:
        """An item that is not the text itself."""
        return self._pick([i for i in items if i.casefold() != text.casefold()], what, text)

    def _pick(self, items: Sequence[str], what: str, text: str) -> str:
        return items[self._draw(what, text) % len(items)]

    def _draw(self, what: str, text: str) -> int:
        return int.from_bytes(self._bytes(what, text, 8), "big")

    def _bytes(self, what: str, text: str, count: int) -> bytes:
        """`count` bytes that depend on the key, the patient, and the text whatever its capitals and blanks."""
        plain = " ".join(text.casefold().split())
        message = f"{self.patient}\x1f{what}\x1f{plain}".encode()
        blocks = (count + 31) // 32
        return b"".join(hmac.digest(self.key, message + bytes([i]), hashlib.sha256) for i in range(blocks))[:count]


def _given(language: str, sex: str) -> frozenset[str]:
    return frozenset(n.casefold() for n in gazetteer()[f"given_{language}"][sex])


def _cased(like: str, text: str) -> str:
    """`text` in capitals or small letters where `like` is."""
    if like.isupper() and len(like) > 1:
        return text.upper()
    return text.lower() if like.islower() else text


def _shifted(text: str, by: timedelta, language: Language) -> str:
    """The date in `text` moved, in its form; "" where it cannot be read."""
    if found := _NUMBERS.search(text):
        moved = _numbers(found, by, language)
        return text[: found.start()] + moved + text[found.end() :] if moved else ""
    if found := _MONTH_YEAR.search(text):
        moved_date = date(int(found[3]), int(found[1]), 15) + by
        return text[: found.start()] + f"{moved_date.month:02}{found[2]}{moved_date.year}" + text[found.end() :]
    return _words(text, by, language)


def _numbers(found: re.Match[str], by: timedelta, language: Language) -> str:
    """Day, month and year in numbers; where both orders can be, the one that the language prefers."""
    parts, sep = (found[1], found[3], found[4]), found[2]
    layouts = ("ymd",) if len(parts[0]) == 4 else ("mdy", "dmy") if language == "en" else ("dmy", "mdy")
    for layout in layouts:
        own = dict(zip(layout, parts, strict=True))
        year = int(own["y"]) + (0 if len(own["y"]) > 2 else 2000 if int(own["y"]) < 50 else 1900)
        try:
            moved = date(year, int(own["m"]), int(own["d"])) + by
        except (ValueError, OverflowError):
            continue
        wide = min(len(own["m"]), len(own["d"]))  # 03/05 is written with zeros, 3/5 and 20/5 are not
        new = {
            "y": f"{moved.year % 100:02}" if len(own["y"]) <= 2 else str(moved.year),
            "m": f"{moved.month:0{wide}}",
            "d": f"{moved.day:0{wide}}",
        }
        return sep.join(new[c] for c in layout)
    return ""


def _words(text: str, by: timedelta, language: Language) -> str:
    """As in "3 de mayo de 2016", "May 3rd, 2016", "Sept 2016": months in the language, else in the other."""
    for names in (MONTHS[language], *(MONTHS[other] for other in MONTHS if other != language)):
        for number, name in enumerate(names, 1):
            found = re.search(rf"(?<![^\W\d_])({name}|{name[:4]}|{name[:3]})(?![^\W\d_])", text, re.IGNORECASE)
            if found:
                return _with_month(text, found, names, number, by)
    return ""


def _with_month(text: str, found: re.Match[str], names: Sequence[str], number: int, by: timedelta) -> str:
    """The text with its day, month and year moved; a year that is not told is taken for one of 365 days."""
    year = _YEAR.search(text)
    rest = text if year is None else text[: year.start()] + "    " + text[year.end() :]
    day = _DAY.search(rest)
    try:
        moved = date(int(year[0]) if year else 2001, number, int(day[1]) if day else 15) + by
    except ValueError:
        return ""
    new = names[moved.month - 1]
    new = new[:3] if len(found[0]) < len(names[number - 1]) else new
    new = _cased_like(found[0], new)
    edits = [(found.start(), found.end(), new)]
    edits += [(year.start(), year.end(), str(moved.year))] if year else []
    edits += [(*day.span(), f"{moved.day}{_ordinal(moved.day) if day[2] else ''}")] if day else []
    # A weekday that stayed would tell the offset's rest by 7.
    for days in WEEKDAYS if day and year else ():
        named = re.search(rf"(?<!\w)({'|'.join(days)})(?!\w)", text, re.IGNORECASE)
        if named:
            edits.append((*named.span(), _cased_like(named[0], days[moved.weekday()])))
    for start, end, part in sorted(edits, reverse=True):
        text = text[:start] + part + text[end:]
    return text


def _cased_like(like: str, text: str) -> str:
    """A small word in the capitals of another."""
    return text.upper() if like.isupper() else text.capitalize() if like[0].isupper() else text


def _ordinal(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
