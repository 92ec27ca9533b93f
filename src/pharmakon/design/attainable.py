"""Wishes that no design can meet, found before a search spends its calls on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

from pharmakon.core.errors import ConfigError
from pharmakon.core.types import Property
from pharmakon.design.terms import Term

__all__ = ["compatible", "proposed", "within"]

RARE = "unprecedented_rings"
"""What a sieve with good sense refuses, so that it is never above 0."""


def within(term: Term, what: Property, *, asked: str) -> None:
    """ConfigError where what is wanted, `asked` in words, lies outside a property's range; to touch it is enough.

    The range is one that no value leaves (core.types.Property), whatever scale a model works on. Examples have their
    values from the property itself, so the range that they span is never outside.
    """
    want = term.wanted()
    low, high = -math.inf if what.low is None else what.low, math.inf if what.high is None else what.high
    if not term.like and (want.low > high or want.high < low):
        raise ConfigError(f"{term.name()} {asked} can never be met: {what.title} lies {_between(low, high)}")


def proposed(term: Term, *, asked: str) -> None:
    """ConfigError for rare ring systems wanted of a search that proposes none."""
    if term.property == RARE and not term.over and term.wanted().low > 0:
        raise ConfigError(
            f"{RARE} {asked} can never be met: ring systems that are rare in ChEMBL are not proposed, but where a mode "
            "keeps them"
        )


def compatible(constraints: Mapping[str, Term]) -> None:
    """ConfigError where two constraints, by what they are called, leave nothing between them.

    Goals may pull against each other, and against a constraint: the best is then a compromise.
    """
    for (one, first), (other, second) in combinations(constraints.items(), 2):
        if _subject(first) != _subject(second):
            continue
        a, b = first.wanted(), second.wanted()
        if a.low > b.high or b.low > a.high:
            raise ConfigError(
                f"the constraints {one!r} and {other!r} exclude each other, so no molecule meets both; widen one or "
                "leave it out"
            )


def _subject(term: Term) -> str:
    """What a constraint is about: of a pattern that is kept and one that is avoided, the pattern."""
    return term.keep or term.avoid or term.name()


def _between(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at {low:g} or above"
    return f"at {high:g} or below" if math.isinf(low) else f"between {low:g} and {high:g}"
