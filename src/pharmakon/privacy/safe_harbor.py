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
_AGE = re.compile(r"(\d{1,3})(?:[.,]\d+)?")


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
    """An age in years as it stands, 90+ from 90 on, "" for what is no age."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        return ""
    return OVER if int(found[1]) > OLDEST else text.strip()
