"""What identifies a person by its form alone: e-mail addresses, telephone numbers, checked national numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from .safe_harbor import table

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_VIN = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a text that identifies: the key of the identifier, what it looks like, and where it stands."""

    identifier: str
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form, and the checksum that goes with it."""

    name: str
    identifier: str
    expression: re.Pattern[str]
    check: Callable[[str], bool]


@cache
def patterns() -> tuple[Pattern, ...]:
    """The forms of patterns.toml, in order."""
    return tuple(
        Pattern(
            one["name"],
            one["identifier"],
            re.compile(rf"(?<![\w.]){_grouped(one['expression'])}(?![\w]|\.\d)", re.IGNORECASE),
            CHECKS.get(one.get("check", ""), bool),
        )
        for one in table("patterns")["patterns"]
    )


@cache
def vocabularies() -> re.Pattern[str]:
    """The hosts of public terminologies and profiles (fhir.toml): their addresses are names of codes, not of people."""
    hosts = "|".join(re.escape(host) for host in table("fhir")["vocabularies"])
    return re.compile(rf"https?://(?:[\w-]+\.)*(?:{hosts})(?:[/?#:].*)?", re.IGNORECASE | re.DOTALL)


def find_patterns(text: str) -> list[Hit]:
    """Every place that identifies by its form, without overlaps, in the order of the text."""
    hits: list[Hit] = []
    if len(text) < 6 or text.isalpha():
        return hits
    for pattern in patterns():
        for found in pattern.expression.finditer(text):
            start, end = found.span()
            if any(hit.start < end and start < hit.end for hit in hits) or not pattern.check(found[0]):
                continue
            if pattern.identifier == "url" and vocabularies().fullmatch(found[0]):
                continue
            hits.append(Hit(pattern.identifier, pattern.name, start, end))
    return sorted(hits, key=lambda hit: hit.start)


def _grouped(expression: str) -> str:
    return f"(?:{expression})"


def luhn(text: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    digits = [int(c) for c in reversed(text) if c.isdigit()]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0 and any(digits)


def iban(text: str) -> bool:
    """The check digits of an IBAN (ISO 13616)."""
    plain = text.replace(" ", "").upper()
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def dni(text: str) -> bool:
    """The letter of a Spanish DNI or NIE."""
    plain = re.sub(r"[ -]", "", text).upper()
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return len(number) == 8 and plain[-1] == _DNI[int(number) % 23]


def nuss(text: str) -> bool:
    """The last two digits of a Spanish social security number."""
    province, number, control = re.split(r"[ /-]", text)
    whole = int(province) * 10_000_000 + int(number) if int(number) < 10_000_000 else int(province + number)
    return whole % 97 == int(control)


def vin(text: str) -> bool:
    """The check digit of a North American vehicle identification number (49 CFR 565)."""
    plain = text.upper()
    total = sum(w * (int(c) if c.isdigit() else _VIN[c]) for c, w in zip(plain, _VIN_WEIGHTS, strict=True)) % 11
    return plain[8] == ("X" if total == 10 else str(total))


CHECKS: dict[str, Callable[[str], bool]] = {"luhn": luhn, "iban": iban, "dni": dni, "nuss": nuss, "vin": vin}
