"""A text that may be long, such as a SMILES of a thousand atoms, in a line for a person."""

from __future__ import annotations

WIDTH = 60


def excerpt(text: str, width: int = WIDTH) -> str:
    """The text, or its beginning with an ellipsis where it is longer than `width` characters.

    >>> excerpt("CCCCCCCC", 5)
    'CCCC…'
    """
    return text if len(text) <= width else text[: width - 1] + "…"
