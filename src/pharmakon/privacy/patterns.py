"""What identifies a person by its form alone: e-mail addresses, telephone numbers, checked national numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from .check_digits import CHECKS
from .safe_harbor import table


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
            CHECKS[one.get("check", "")],
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
