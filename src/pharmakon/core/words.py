"""Lists, numbers of things and notes in sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"(?!(?:Cl|Br)\b)(?:A|[A-Z][a-z]+)(?=['’]|[,.:;!?]*(?:\s|$))")
"""A capitalised word; "Cl" and "Br" are SMILES, and whatever else is one has other signs than letters in it."""


def joined(words: Sequence[str]) -> str:
    """As a list in a sentence: "a, b and c"; "" of nothing."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def some(words: Sequence[str], most: int = 3) -> str:
    """All of a few, the first of many: "a, b"; "such as a, b, c"."""
    shown = ", ".join(words[:most])
    return f"such as {shown}" if len(words) > most else shown


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things.

    >>> counted(1, "row"), counted(2400, "molecule"), counted(2, "family", "families")
    ('1 row', '2,400 molecules', '2 families')
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def uncapitalised(text: str) -> str:
    """A sentence in the middle of another: with a small letter, unless it begins with a SMILES, a name or a number.

    >>> uncapitalised("Field required"), uncapitalised("CCCCCC has no ring system"), uncapitalised("SMILES expected")
    ('field required', 'CCCCCC has no ring system', 'SMILES expected')
    """
    return text[:1].lower() + text[1:] if _WORD.match(text) else text


def sentence(text: str) -> str:
    """With a capital, unless it begins with the name of a file, and with a full stop."""
    text = text.strip()
    first = text.split(maxsplit=1)[0].rstrip(".:,;") if text else ""
    begun = text if "." in first else f"{text[:1].upper()}{text[1:]}"
    return f"{begun}{'' if text.endswith(('.', '?', '!')) else '.'}" if text else ""
