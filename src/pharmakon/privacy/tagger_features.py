"""What the tagger sees of a token: its word, form and neighbours, the field it stands in, and what patterns say.

A feature is a 32-bit hash. Words are hashed once each and combined as whole arrays, so that a note costs milliseconds
and a model holds no text.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections import defaultdict
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .tagger_tokens import Tokens
from .text_rules import every_match

Hashes = NDArray[np.uint64]

_CHUNK = re.compile(r"\S+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_FIELD = 4
"""Words at most of a field's name ("fecha de nacimiento")."""
_OTHERS = 3
"""Other places in a text of the same word that are looked at."""


@cache
def gazetteer() -> dict[str, dict[str, tuple[str, ...]]]:
    """Section -> list -> entries, as gazetteer.toml has them."""
    table = tomllib.loads(files("pharmakon.privacy").joinpath("gazetteer.toml").read_text(encoding="utf-8"))
    return {
        section: {name: tuple(" ".join(e.split()) for e in row.split(",")) for name, row in rows.items()}
        for section, rows in table.items()
    }


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    """Word -> the lists that have it, alone or within an entry."""
    found: dict[str, set[str]] = defaultdict(set)
    for section, rows in gazetteer().items():
        for name, entries in rows.items():
            for entry in entries:
                for word in entry.casefold().split():
                    if len(word) > 3 or " " not in entry:
                        found[word].add(f"{section}.{name}")
    return {word: tuple(sorted(lists)) for word, lists in found.items()}


@cache
def _cues() -> frozenset[str]:
    wanted = ("cue", "title", "hospital", "street", "family", "company")
    return frozenset(
        e.casefold()
        for rows in gazetteer().values()
        for name, entries in rows.items()
        if name in wanted
        for e in entries
        if len(e) > 1
    )


@lru_cache(maxsize=100_000)
def shape(word: str, *, longest: int = 4) -> str:
    """X for capitals, x for small letters, 9 for digits, others as they are; runs cut at `longest`."""
    out: list[str] = []
    run = 0
    for c in word:
        s = "X" if c.isupper() else "x" if c.isalpha() else "9" if c.isdigit() else c
        run = run + 1 if out and out[-1] == s else 1
        if run <= longest:
            out.append(s)
    return "".join(out)


@lru_cache(maxsize=200_000)
def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


ATTRIBUTES = ("word", "shape", "brief", "suffix4", "suffix3", "suffix2", "prefix4", "prefix3", "prefix2", "lists")


@lru_cache(maxsize=200_000)
def _word(word: str) -> tuple[int, ...]:
    """The hashes of a word's ATTRIBUTES. Digits count by their number only."""
    low = word.casefold()
    kind = f"0{len(word)}" if word.isdigit() else low
    length = f"{min(len(word), 12)}"
    texts = (
        kind,
        shape(word, longest=5) + (length if word.isdigit() else ""),
        shape(word, longest=1),
        low[-4:] if len(low) > 4 else kind,
        low[-3:] if len(low) > 3 else kind,
        low[-2:] if len(low) > 2 else kind,
        low[:4] if len(low) > 4 else kind,
        low[:3] if len(low) > 3 else kind,
        low[:2] if len(low) > 2 else kind,
        " ".join(_lists().get(low, ())) + ("^" if word[:1].isupper() else ""),
    )
    return tuple(_hash(t) for t in texts)


def _mix(template: int, *parts: Hashes) -> Hashes:
    """One 32-bit hash for each token, of a template's number and what it combines."""
    total = np.full(len(parts[0]), (template + 1) * int(_MULTIPLIER) % 2**64, np.uint64)
    for part in parts:
        total = (total ^ part) * _MULTIPLIER
        total ^= total >> np.uint64(29)
    return total >> np.uint64(32)


def _shift(values: Hashes, by: int, edge: int) -> Hashes:
    """The values of the token `by` places on; `edge` beyond the text."""
    out = np.full(len(values), np.uint64(edge), np.uint64)
    if by == 0 or abs(by) >= len(values):
        return values if by == 0 else out
    if by > 0:
        out[:-by] = values[by:]
    else:
        out[-by:] = values[:by]
    return out


def _hashed(texts: list[str]) -> Hashes:
    return np.array([_hash(t) for t in texts], np.uint64)


def features(tokens: Tokens) -> NDArray[np.uint32]:
    """Feature hashes (n_tokens, n_templates). A template is always in the same column."""
    n = len(tokens)
    if n == 0:
        return np.empty((0, 0), np.uint32)
    table = np.array([_word(w) for w in tokens.words], np.uint64)
    a = {name: table[:, i] for i, name in enumerate(ATTRIBUTES)}
    at = {(name, by): _shift(a[name], by, 7) for name in ATTRIBUTES for by in range(-4, 5)}
    w = {by: at["word", by] for by in range(-4, 5)}
    s = {by: at["shape", by] for by in range(-4, 5)}
    b = {by: at["brief", by] for by in range(-4, 5)}
    g = {by: at["lists", by] for by in range(-4, 5)}
    chunk, inside = _chunks(tokens)
    rule = _rules(tokens)
    glue = _glue(tokens)
    field, since, previous = _fields(tokens)
    cue, distance, ahead, listed, kind = _surroundings(tokens)
    where, row = _places(tokens)
    combinations: list[tuple[Hashes, ...]] = [
        *((w[by],) for by in range(-4, 5)),
        *((s[by],) for by in (-2, -1, 0, 1, 2)),
        *((g[by],) for by in (-2, -1, 0, 1, 2)),
        *((a[name],) for name in ATTRIBUTES[2:9]),
        (at["suffix3", -1],),
        (at["suffix3", 1],),
        (w[-1], w[0]),
        (w[0], w[1]),
        (w[-2], w[-1]),
        (w[1], w[2]),
        (w[-3], w[-2], w[-1]),
        (w[-2], w[-1], s[0]),
        (w[-1], s[0]),
        (w[1], s[0]),
        (w[-1], w[1], b[0]),
        (w[1], w[2], b[0]),
        (w[-1], g[0]),
        (w[1], g[0]),
        (w[-2], b[-1], b[0]),
        (b[-1], b[0], b[1]),
        (b[-2], b[-1], b[0]),
        (b[0], b[1], b[2]),
        (b[-2], b[-1], b[0], b[1], b[2]),
        (s[-1], s[0]),
        (s[0], s[1]),
        (g[-1], g[0]),
        (g[0], g[1]),
        (g[-1], g[0], g[1]),
        (a["suffix3"], b[0], b[1]),
        (chunk,),
        (_shift(chunk, -1, 7), b[0]),
        (chunk, inside, a["brief"]),
        (rule,),
        (rule, w[-1]),
        (rule, field),
        (_shift(rule, -1, 7), b[0], rule),
        (rule, _shift(rule, 1, 7), b[0]),
        (glue, b[0]),
        (glue, w[-1], b[0]),
        (glue, w[1], b[0]),
        (field, b[0]),
        (field, since),
        (field, w[0]),
        (field, g[0]),
        (field, since, b[0], w[-1]),
        (field, b[-1], b[0], b[1]),
        (previous, field, b[0]),
        (previous, b[0], row),
        (cue, b[0]),
        (cue, distance, b[0]),
        (cue, g[0]),
        (cue, w[-1], b[0]),
        (cue, ahead, b[0]),
        (ahead, b[0]),
        (listed, b[0]),
        (listed, g[0]),
        (listed, kind, b[0]),
        (where, b[0]),
        (where, cue, b[0]),
        (row, b[0]),
    ]
    columns = [_mix(number, *parts) for number, parts in enumerate(combinations)]
    columns += [_mix(100, other, b[0]) for other in _elsewhere(tokens)]
    return np.stack(columns, axis=1).astype(np.uint32)


def _chunks(tokens: Tokens) -> tuple[Hashes, Hashes]:
    """The form of what stands between blanks around each token, and the token's place in it."""
    spans = [(m.start(), m.end(), _hash(shape(m[0], longest=4))) for m in _CHUNK.finditer(tokens.text)]
    whole, inside = [], []
    j, count = 0, 0
    for start in tokens.starts:
        while spans[j][1] <= start:
            j, count = j + 1, 0
        whole.append(spans[j][2])
        inside.append(min(count, 9))
        count += 1
    return np.array(whole, np.uint64), np.array(inside, np.uint64)


def _rules(tokens: Tokens) -> Hashes:
    """Which patterns cover a token, and whether it begins, ends or fills their match."""
    covering: list[list[str]] = [[] for _ in range(len(tokens))]
    starts = np.array(tokens.starts)
    for match in every_match(tokens.text):
        first = int(np.searchsorted(starts, match.start))
        last = int(np.searchsorted(starts, match.end))
        for i in range(first, last):
            part = "B" if i == first else "I"
            covering[i].append(f"{match.rule}{part}{'E' if i == last - 1 else ''}")
    return _hashed([" ".join(sorted(names)) for names in covering])


def _glue(tokens: Tokens) -> Hashes:
    """What parts a token from its neighbours: nothing, blanks, several blanks, a new line."""
    text, starts, ends = tokens.text, tokens.starts, tokens.ends
    gaps = [text[e:s] for e, s in zip((0, *ends), (*starts, len(text)), strict=True)]
    kinds = [3 if "\n" in g else min(len(g), 2) for g in gaps]
    kinds[0] = kinds[-1] = 3
    return np.array([4 * x + y for x, y in pairwise(kinds)], np.uint64)


def _fields(tokens: Tokens) -> tuple[Hashes, Hashes, Hashes]:
    """The field a token stands in ("domicilio" of "Domicilio: "), tokens since its name, and the field before."""
    names, since, before = [], [], []
    field, last, line, place = "", "", -1, 0
    for i, word in enumerate(tokens.words):
        if tokens.line[i] != line:
            last, field, line, place = field or last, "", tokens.line[i], i
        names.append(field)
        since.append(min(i - place, 12))
        before.append(last)
        if word == ":":
            back = i
            while back > 0 and i - back < _FIELD and tokens.line[back - 1] == line and tokens.words[back - 1].isalpha():
                back -= 1
            field, place = " ".join(tokens.words[back:i]).casefold(), i
    return _hashed(names), np.array(since, np.uint64), _hashed(before)


def _surroundings(tokens: Tokens) -> tuple[Hashes, Hashes, Hashes, Hashes, Hashes]:
    """The last cue word on the line and how far back it is, the next one; the last listed word and its lists."""
    n = len(tokens)
    cue, distance, ahead, listed, kinds = [""] * n, [0] * n, [""] * n, [""] * n, [""] * n
    now, place, line, word_listed, lists = "", 0, -1, "", ""
    known, cues = _lists(), _cues()
    low = [w.casefold() for w in tokens.words]
    for i, word in enumerate(low):
        if tokens.line[i] != line:
            now, place, line, word_listed, lists = "", i, tokens.line[i], "", ""
        cue[i], distance[i], listed[i], kinds[i] = now, min(i - place, 10), word_listed, lists
        if word in cues:
            now, place = word, i
        if word in known and tokens.words[i][0].isupper():
            word_listed, lists = lists, " ".join(known[word])
    now, line = "", -1
    for i in range(n - 1, -1, -1):
        if tokens.line[i] != line:
            now, line = "", tokens.line[i]
        ahead[i] = now
        if low[i] in cues:
            now = low[i]
    return _hashed(cue), np.array(distance, np.uint64), _hashed(ahead), _hashed(listed), _hashed(kinds)


def _places(tokens: Tokens) -> tuple[Hashes, Hashes]:
    """The line's place from the top and the bottom of the text, and the token's in the line."""
    lines = np.array(tokens.line)
    top, bottom = np.minimum(lines, 15), np.minimum(lines[-1] - lines, 3)
    first = np.searchsorted(lines, lines)
    return (top * 4 + bottom).astype(np.uint64), np.minimum(np.arange(len(lines)) - first, 6).astype(np.uint64)


def _elsewhere(tokens: Tokens) -> list[Hashes]:
    """What stands before the same word in other places of the text: a name that follows "Dr." once is one."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, word in enumerate(tokens.words):
        if len(word) > 3 and word[0].isupper():
            places[word.casefold()].append(i)
    found = [[0] * len(tokens) for _ in range(_OTHERS)]
    for where in places.values():
        if len(where) == 1:
            continue
        contexts = [_hash(" ".join(tokens.words[max(0, i - 2) : i]).casefold()) for i in where]
        for own, i in enumerate(where):
            others = [c for j, c in enumerate(contexts[: _OTHERS + 1]) if j != own][:_OTHERS]
            for column, context in zip(found, others, strict=False):
                column[i] = context
    return [np.array(column, np.uint64) for column in found]
