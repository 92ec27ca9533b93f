"""Lists in sentences."""

from __future__ import annotations

from collections.abc import Sequence


def joined(words: Sequence[str]) -> str:
    """As a list in a sentence: "a, b and c"; "" of nothing."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
