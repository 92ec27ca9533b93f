"""The 18 identifiers of HIPAA Safe Harbor, 45 CFR 164.514(b)(2), and its rules for ZIP codes and ages."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

OLDEST = 89
"""Years: an age above it, or a date further back, is told as 90 or more, or not at all."""
OVER = "90+"
RESTRICTED = "000"

_ZIP = re.compile(r"(\d{5})(?:[-\s]?\d{4})?|(\d{3})")
_YEARS = r"(?:\s*(?:years?|yrs?|y|años?|anos?)\.?(?:\s+old)?)?"
_AGE = re.compile(rf"(\d{{1,3}})(?:[.,]\d+)?{_YEARS}", re.IGNORECASE)
_BAND = re.compile(
    rf"(\d{{1,3}})\s*(?:-|–|—|to|a|y)\s*(\d{{1,3}}){_YEARS}"
    r"|[(\[]\s*(\d{1,3})(?:\.0+)?\s*[,;]\s*(\d{1,3})(?:\.0+)?\s*([)\]])"
    rf"|(?:>=?|≥)\s*(\d{{1,3}}){_YEARS}|(\d{{1,3}})\s*\+{_YEARS}|(?:<=?|≤)\s*(\d{{1,3}}){_YEARS}",
    re.IGNORECASE,
)
_STAGES = re.compile(
    r"newborn|neonat\w*|infants?|child|children|pa?ediatric|adolescents?|teen\w*|young|adults?|middle[- ]aged|elderly"
    r"|seniors?|lactantes?|niñ[oa]s?|adolescentes?|joven|jóvenes|adult[oa]s?|ancian[oa]s?|mayores",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """One of the 18: its key, number, title, and what is done with it by default."""

    key: str
    number: int
    title: str
    done: str


@cache
def identifiers() -> dict[str, Identifier]:
    """The 18 by key, in the order of the regulation."""
    return {key: Identifier(key, **facts) for key, facts in table("safe_harbor").items()}


@cache
def table(name: str) -> dict[str, Any]:
    """A TOML table of this package."""
    return tomllib.loads(files("pharmakon.privacy").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def restricted() -> frozenset[str]:
    """Three-digit ZIP areas of 20,000 people or fewer in any of the shipped censuses (zip3.toml)."""
    return frozenset(prefix for one in table("zip3")["lists"] for prefix in one["prefixes"])


def zip3(code: str) -> str:
    """The first three digits of a US ZIP code, 000 where few live there, "" for what is no ZIP code."""
    found = _ZIP.fullmatch(code.strip())
    if found is None:
        return ""
    prefix = (found[1] or found[2])[:3]
    return RESTRICTED if prefix in restricted() else prefix


def capped_age(text: str) -> str:
    """An age or a band of ages in years as it stands, none above 90+, "" for what is no age.

    A band that goes beyond 89 is told by where it begins: 85-94 is 85+, and 95-99 is 90+.
    """
    text = text.strip()
    if found := _AGE.fullmatch(text):
        return OVER if int(found[1]) > OLDEST else text
    if band := _BAND.fullmatch(text):
        begins = int(band[1] or band[3] or band[6] or band[7] or 0)
        ends = int(band[2] or band[4] or band[8] or 0) - (band[5] == ")" or text.startswith("<"))
        if begins > OLDEST or ends <= OLDEST:
            return OVER if begins > OLDEST else text
        return f"{begins}+" if begins else ""
    return text if _STAGES.fullmatch(text) else ""
