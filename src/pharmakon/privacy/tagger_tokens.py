"""Texts as tokens: words, runs of digits, single signs; and as short lines for the tagger to read one at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_HUMP = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
LONGEST = 80
"""Tokens of a line after which it may be parted at the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The n tokens of a text. `line` numbers its lines; `segments` are the stretches [begin, end) that are tagged."""

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    line: tuple[int, ...]
    segments: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.words)


def tokenise(text: str) -> Tokens:
    """Split a text; a word with a capital in its middle ("MartínezEmail") becomes two."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    lines: list[int] = []
    segments: list[tuple[int, int]] = []
    place = number = 0
    for number, line in enumerate(text.split("\n")):
        begin = len(words)
        for found in _PIECE.finditer(line):
            at = found.start()
            for part in _HUMP.split(found[0]):
                words.append(part)
                starts.append(place + at)
                at += len(part)
                ends.append(place + at)
        lines.extend([number] * (len(words) - begin))
        segments.extend(_segments(words, begin, len(words)))
        place += len(line) + 1
    return Tokens(text, tuple(words), tuple(starts), tuple(ends), tuple(lines), tuple(segments))


def _segments(words: list[str], begin: int, end: int) -> list[tuple[int, int]]:
    """A line whole, or parted where a long word and a full stop end a sentence after LONGEST tokens or more."""
    found = []
    for i in range(begin + 1, end - 1):
        over = i - begin >= LONGEST
        if over and words[i] == "." and len(words[i - 1]) >= 5 and words[i - 1].islower() and words[i + 1][0].isupper():
            found.append((begin, i + 1))
            begin = i + 1
    return [*found, (begin, end)] if end > begin else found
