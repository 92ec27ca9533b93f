"""Searching the results for what was removed, and for what identifies by its form.

It reads what was written, not what was meant: a rule that does not do what it should shows here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from .dates import holds_date, is_date
from .patterns import find_patterns
from .pseudonym import LENGTH, LETTERS
from .removals import Removals
from .safe_harbor import OVER

DIGITS = 7
"""Digits from which a number alone is enough to find somebody."""
SHORTEST = 3
OTHERS = 5
"""A word that stands in the same place for so many other records is a word, and not somebody's name."""
LONGEST = 12
"""Words of a removed value that are compared as a whole; longer texts are compared by their first ones."""

_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"\+?\(?\d(?:[\d ().\-/]*\d)?")
_TOKEN = re.compile(rf"\b[{LETTERS}]{{{LENGTH}}}\b")
_FIRST = re.compile(r"\d{4}-01-01T00:00:00Z")
_FIRST_OF_YEAR = re.compile(r"\d{4}-?01-?01(?:\D|$)")
_PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a result: its file, column or path, and record.

    `public`: whether its words are of a list that everybody knows, such as states or the words of a code.
    """

    file: str
    where: str
    record: str
    text: str
    public: bool = False


@dataclass(slots=True)
class Findings:
    """Leftovers, each a place and what it is like (never the value), and words that only look like one."""

    left: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    words: set[tuple[str, str]] = field(default_factory=set)


def search(leaves: Iterable[Leaf], removals: Removals, issued: Collection[str], *, dates: bool = True) -> Findings:
    """Everything that should not be there.

    Values with many digits, addresses and the like are looked for in every record. Words are looked for in the record
    they were removed from, and one that stands in the same place for `OTHERS` other records is no leftover. `dates`:
    whether a date with its day is one.
    """
    index = _Index(removals)
    found = Findings()
    own: Counter[tuple[str, str, str]] = Counter()
    others: Counter[tuple[str, str, str]] = Counter()
    cache: dict[str, tuple[list[str], list[str]]] = {}
    for leaf in leaves:
        if leaf.text not in cache:
            cache[leaf.text] = _judged(leaf.text, index, issued, dates=dates)
        hits, words = cache[leaf.text]
        for hit in hits:
            found.left[leaf.file, leaf.where, hit] += 1
        for word in words:
            mine = leaf.record in index.words[word]
            (own if mine else others)[leaf.file, leaf.where, word] += 1
            if mine and leaf.public:
                others[leaf.file, leaf.where, word] += 10**6
    for key, times in own.items():
        if others[key] >= max(OTHERS, times):
            found.words.add(key[:2])
        else:
            found.left[key[0], key[1], "a removed name or word"] += times
    return found


class _Index:
    """Removed values by how they are looked for."""

    def __init__(self, removals: Removals) -> None:
        self.exact: set[tuple[str, ...]] = set()
        self.numbers: set[str] = set()
        self.words: dict[str, set[str]] = defaultdict(set)
        for value, records in removals.values.items():
            if _FIRST_OF_YEAR.match(value):
                continue  # such a date stands for every other of its year
            digits = re.sub(r"\D", "", value)
            words = tuple(_WORD.findall(value.casefold()))[:LONGEST]
            if len(digits) >= DIGITS:
                self.numbers.add(digits)
            if len(digits) >= DIGITS or "@" in value or "://" in value or _mixed(value):
                self.exact.add(words)
            elif value.isdigit() or _PLAIN.fullmatch(value) or len(value) < SHORTEST:
                continue  # a short number is in every table
            elif words:
                self.words[" ".join(words)] |= records
        self.exact.discard(())
        self.sizes = sorted({len(words) for words in self.exact} | {len(w.split()) for w in self.words})

    def windows(self, words: list[str]) -> Iterator[tuple[str, ...]]:
        for size in self.sizes:
            for start in range(len(words) - size + 1):
                yield tuple(words[start : start + size])


def _judged(text: str, index: _Index, issued: Collection[str], *, dates: bool) -> tuple[list[str], list[str]]:
    """(leftovers, removed words in it) of one text. Tokens are not looked at, nor the number of a measurement."""
    if text in issued or _PLAIN.fullmatch(text) or text == OVER:
        bare = text if text.isdigit() and len(text) >= DIGITS and text in index.numbers else ""
        return (["a removed number"] if bare else []), []
    plain = _FIRST.sub(" ", _TOKEN.sub(" ", text))
    for token in (word for word in re.findall(r"[0-9a-f-]{36}|2\.25\.\d+", plain) if word in issued):
        plain = plain.replace(token, " ")
    hits = [f"{hit.name} ({hit.identifier})" for hit in find_patterns(plain)]
    if dates and holds_date(plain):
        hits.append("a date")
    for run in _RUN.findall(plain):
        digits = re.sub(r"\D", "", run)
        if len(digits) >= DIGITS and (digits in index.numbers) and not (not dates and is_date(run, compact=True)):
            hits.append("a removed number")
    words: list[str] = []
    for window in index.windows(_WORD.findall(plain.casefold())):
        if window in index.exact and (dates or not is_date(plain)):
            hits.append("a removed value")
        elif (joined := " ".join(window)) in index.words:
            words.append(joined)
    return hits, words


def _mixed(value: str) -> bool:
    """A code of letters and digits, long enough to be somebody's."""
    return (
        len(value) >= 6
        and bool(re.search(r"\d{3}", value))
        and bool(re.search(r"[^\W\d_]", value))
        and " " not in value
    )
