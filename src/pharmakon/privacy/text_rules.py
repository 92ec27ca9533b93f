"""What identifies by its form alone: mail addresses, links, card numbers and the like, with their check digits.

The patterns are rows of text_rules.toml. A row that is `sure` is taken out whatever the tagger says; the others are
hints to it, since a number of nine digits is a telephone or a count of platelets.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from . import check_digits


class Match(NamedTuple):
    """Where a pattern matched: characters [start, end), the kind, the pattern's name, and whether it is sure."""

    start: int
    end: int
    kind: str
    rule: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of text_rules.toml."""

    name: str
    kind: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool]
    sure: bool


def _address(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return ipaddress.ip_address(text).version == version
        except ValueError:
            return False

    return check


CHECKS = check_digits.CHECKS | {"ipv4": _address(4), "ipv6": _address(6)}


@cache
def rules() -> tuple[Rule, ...]:
    """The rows of text_rules.toml, in their order."""
    table = tomllib.loads(files("pharmakon.privacy").joinpath("text_rules.toml").read_text(encoding="utf-8"))
    return tuple(
        Rule(name, row["kind"], re.compile(row["pattern"]), CHECKS[row.get("check", "")], row["sure"])
        for name, row in table.items()
    )


def every_match(text: str, *, sure: bool = False) -> Iterator[Match]:
    """Every match of every rule, or of those that are sure, whose check holds; rule by rule."""
    for rule in rules():
        if sure and not rule.sure:
            continue
        for found in rule.pattern.finditer(text):
            if rule.check(found[0]):
                yield Match(found.start(), found.end(), rule.kind, rule.name, rule.sure)


def matches(text: str, *, sure: bool = False) -> list[Match]:
    """Matches that do not overlap, in order of the text; of two that do, the earlier rule's stands."""
    taken = bytearray(len(text))
    found = []
    for match in every_match(text, sure=sure):
        if not any(taken[match.start : match.end]):
            taken[match.start : match.end] = b"\x01" * (match.end - match.start)
            found.append(match)
    return sorted(found)
