"""What each column of a table holds, by its name and by what stands in it, and what is to be done with it.

A user's declaration comes first; then a name that identifies (English and Spanish, columns.toml), a form that does
(patterns.toml), and what is unique: long numbers, codes and capitalised words that hardly repeat. A column of an
unknown name whose content looks like an identifier is dropped unless it is declared.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from .dates import holds_date, is_date, is_month
from .patterns import find_patterns
from .safe_harbor import OLDEST, table, zip3

Action = Literal["keep", "drop", "pseudonymise", "date", "age", "zip", "text"]
ACTIONS: tuple[str, ...] = get_args(Action)
IDENTIFIER_OF: dict[str, str] = {"date": "date", "age": "date", "zip": "place", "keep": ""}
"""What a declared action says of a column; the others take it from the name and content."""

HARMLESS = ("harmless", "region", "")
PUBLIC = ("region",)
"""Kinds of columns whose words are of a public list, though some of them are also names of people and towns."""
IN_A_YEAR = {"age_in_months": 12, "age_in_days": 365.25}
"""Columns of ages in other units than years, and how many of them are a year."""
MOST_DATES = 0.8
MOST_HITS = 0.3
MOSTLY = 0.5
NEARLY_ALL = 0.9
FEW = 20
"""Rows or distinct values under which little can be said of how often they repeat."""
MANY = 5
"""Different capitalised words from which a column of an unknown name is more likely to hold names than classes."""
WORDS = 4
"""Words a cell has on average from which it is a text."""
LEAST, LEAST_NUMBERED = 10_000, 100
"""Whole numbers from which a column of an unknown name may hold codes; where its name says that it numbers."""
NUMBERS = frozenset(("no", "nr", "num", "number", "nbr", "ref", "reference", "numero", "code", "codigo"))
NAMES = (["name"],)
"""Words that are of the harmless ones before them: a cell line's name."""
OF_WORDS = ("name", "place", "text", "url", "vehicle")
"""Kinds that are words: numbers under such a name and a harmless one measure something (hospital length of stay)."""
OF_THINGS = ("record", "person")
"""Kinds that number things or people: beside a harmless word only what hardly repeats does (a patient's response)."""
MIXED = "Its name has words of people and others: look whether it tells who somebody is."

_NUMBER = re.compile(r"[-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d+)?")
_WHOLE = re.compile(r"\d+(?:\.0)?")
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][\w/.:#-]{3,63}")
_TITLE = re.compile(
    r"(?:dr|dra|prof|profa|mr|mrs|ms|miss|sr|sra|srta|don|do(?:n|ñ)a|sister|nurse)\b\.?\s+\w", re.IGNORECASE
)
_NAME = re.compile(r"(?:[^\W\d_][^\W\d_'’.-]*[ .,'’-]{0,2}){1,6}")
_ABSENT = frozenset(("", "na", "nan", "n/a", "none", "null", "nat", "-", ".", "?"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its treatment. `shown` is its name where the name itself is harmless, else its position."""

    name: str
    shown: str
    action: Action
    identifier: str
    """Key of the identifier it holds (safe_harbor.toml); "" for none."""
    why: str
    person: bool = False
    """Whether it tells who the row is about."""
    look: str = ""
    """What a person has to look at."""


def recognise(name: str, values: Sequence[str], *, position: int = 0, declared: str = "") -> Column:
    """What a column is. `values` are its cells as text, in the order of the rows."""
    named = by_name(name)
    shown = f"column {position + 1}" if _tells(name) else name
    seen = Counter(text for value in values if (text := value.strip()).casefold() not in _ABSENT)
    if declared:
        identifier = IDENTIFIER_OF.get(declared) or (named[1] if named else "other")
        identifier = "" if declared == "keep" else identifier
        return Column(name, shown, declared, identifier, "declared", _of_person(named))  # type: ignore[arg-type]
    if shown != name:
        return Column(name, shown, "drop", "other", "its name identifies", look="The name of the column identifies.")
    kinds, plain = _read(name)
    if kinds and plain:
        weak = _weak(seen)
        named = _facts(next((kind for kind in kinds if kind not in weak), ""))
        if named is None:
            action, identifier, why = by_content(seen, known=False, least=_least(name, of_people="person" in kinds))
            if action == "keep" or "person" not in kinds:
                return Column(name, shown, action, identifier, why or "nothing identifies", look=MIXED)
            named = _facts("person")
    if named and named[1]:
        return _refined(Column(name, shown, named[0], named[1], "its name", _of_person(named)), seen, named[2])
    action, identifier, why = by_content(seen, known=named is not None, least=_least(name))
    if action != "keep" and named is None and of_people(name):
        shown = f"column {position + 1}"
    look = "Nobody said what it holds and it looks like an identifier: declare it if it is none." if why else ""
    if action == "text":
        look = "It holds text, or identifiers among other things: declare it if it does not."
    return Column(name, shown, action, identifier, why or ("its name" if named else "nothing identifies"), look=look)


def _of_person(named: tuple[Action, str, str] | None) -> bool:
    return named is not None and named[2] == "person"


def _weak(seen: Counter[str]) -> tuple[str, ...]:
    """Kinds that such cells do not bear out where harmless words stand in the name, too."""
    if not all(map(is_plain, seen)):
        return OF_THINGS
    numbers = [float(text.replace(",", ".")) for text in seen]
    measured = max(numbers, default=0) < 1_000 and any(number % 1 for number in numbers)  # no year, and no day's number
    return (*OF_THINGS, *OF_WORDS, *(("date",) if measured else ()))


def by_name(name: str) -> tuple[Action, str, str] | None:
    """(action, identifier, kind of column) that a column's name stands for; None for an unknown one."""
    kinds, plain = _read(name)
    return _facts(kinds[0] if kinds else plain)


def _facts(kind: str) -> tuple[Action, str, str] | None:
    if not kind:
        return None
    facts = table("columns")[kind]
    return facts["action"], facts["identifier"], kind


def _read(name: str) -> tuple[list[str], str]:
    """The kinds of identifiers in a column's name, the longest phrase first, and the kind of its harmless words.

    Harmless words only clear what lies within them (the name in "drug name", and in "cell line name"); beside it they
    say nothing: "age at relapse" is an age.
    """
    found: list[tuple[int, str, bool]] = []  # letters, kind, whether it is cleared
    for words in _words(name):
        spans = list(_spans(words))
        harmless = [(start, end) for start, end, kind in spans if kind in HARMLESS]
        for start, end, kind in spans:
            inside = any(first <= start and end <= last for first, last in harmless)
            after = words[start:end] in NAMES and any(last == start for _, last in harmless)
            found.append((len("".join(words[start:end])), kind, kind in HARMLESS or inside or after))
    found.sort(key=lambda one: -one[0])
    telling = [kind for _, kind, cleared in found if not cleared]
    return telling, next((kind for _, kind, _ in found if kind in HARMLESS), "")


def _spans(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    known = _phrases()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if kind := known.get("".join(words[start:end])):
                yield start, end, kind


def by_content(seen: Counter[str], *, known: bool, least: int = LEAST) -> tuple[Action, str, str]:
    """(action, identifier, reason) for the distinct cells of a column and how often each stands there.

    `known` columns have a name that identifies nobody: how often values repeat says nothing against them. Whole
    numbers from `least` on may be codes.
    """
    texts = list(seen)
    if not texts or all(map(_NUMBER.fullmatch, texts)):
        if known or not texts or not _numbered(seen, least):
            return "keep", "", ""
        return "drop", "other", "long or consecutive whole numbers that hardly repeat"
    dated = [text for text in texts if is_date(text) or is_month(text)]
    if len(dated) >= MOST_DATES * len(texts):
        return "date", "date", "dates"
    hits = {text: found for text in texts if (found := find_patterns(text))}
    if hits:
        kind, name = Counter((hit.identifier, hit.name) for found in hits.values() for hit in found).most_common(1)[0][
            0
        ]
        share = sum(seen[text] for text in hits) / seen.total()
        if share >= MOST_HITS:
            return "drop", kind, f"{name} in {share:.0%} of its values"
        return "text", kind, f"{name} in some of its values"
    if dated or any(map(holds_date, texts)):
        return "text", "date", "dates among other things"
    words = sum(len(text.split()) for text in texts) / len(texts)
    repeated = 1 - len(texts) / seen.total()
    if words >= WORDS and (repeated < MOSTLY or not known):
        return "text", "other", "text"
    return ("keep", "", "") if known else _unique(texts, repeated, seen.total())


def _refined(column: Column, seen: Counter[str], kind: str) -> Column:
    """What the content says of a column whose name identifies: a ZIP column of other countries has no ZIP codes."""
    if kind in IN_A_YEAR:
        numbers = [float(text.replace(",", ".")) for text in seen if _NUMBER.fullmatch(text)]
        if len(numbers) < len(seen) or max(numbers, default=0) >= (OLDEST + 1) * IN_A_YEAR[kind]:
            return Column(column.name, column.shown, "drop", column.identifier, "an age over 89 years is among them")
        return Column(column.name, column.shown, "keep", "", "its name")
    if column.action == "zip" and not all(zip3(_plain(text)) for text in seen):
        return Column(column.name, column.shown, "drop", "place", "postal codes that are not all of the USA")
    if column.action == "pseudonymise" and seen and not column.person:
        action, identifier, why = by_content(seen, known=False)
        if action == "text":
            return Column(column.name, column.shown, "text", identifier, why)
    return column


def _unique(texts: list[str], repeated: float, rows: int) -> tuple[Action, str, str]:
    """A column of an unknown name: codes and names that hardly repeat are taken for identifiers."""
    if sum(bool(_TITLE.match(text)) for text in texts) >= MOSTLY * len(texts):
        return "drop", "name", "people with their titles"
    if repeated > MOSTLY and len(texts) >= 2:
        titled = [text for text in texts if _NAME.fullmatch(text) and text[:1].isupper() and len(text) >= 3]
        if len(titled) >= MOSTLY * len(texts) and (len(titled) >= MANY or rows < FEW):
            return "drop", "other", "words with capitals, as names and towns have"
        known = sum(all(word in _gazetteer() for word in _folded(text).split()) for text in titled)
        if known >= max(3, MOSTLY * len(texts)):
            return "drop", "name", "words that are known as names or towns"
        return "keep", "", ""
    if sum(bool(_CODE.fullmatch(text)) for text in texts) >= MOSTLY * len(texts):
        return "drop", "other", "codes that hardly repeat"
    if sum(bool(_NAME.fullmatch(text)) for text in texts) >= MOSTLY * len(texts):
        return "drop", "other", "words that hardly repeat, as names do"
    return "drop", "other", "values that hardly repeat"


def _least(name: str, *, of_people: bool = False) -> int:
    """From which number on a column may hold codes: low where its name says that it numbers, as people's ids do."""
    numbering = NUMBERS | {"id"} if of_people else NUMBERS
    return LEAST_NUMBERED if any(word in numbering for words in _words(name) for word in words) else LEAST


def _numbered(seen: Counter[str], least: int) -> bool:
    """Whether whole numbers are more likely a code than a measurement.

    Codes have `least` and more, hardly repeat and end in every digit alike, or run from 1 on without gaps. A
    measurement of that size is rounded: too many end in 0.
    """
    texts = list(seen)
    if not all(map(_WHOLE.fullmatch, texts)):
        return False
    if any(len(text) > 1 and text.startswith("0") and text.isdigit() for text in texts):
        return True
    numbers = [int(text.partition(".")[0]) for text in texts]
    alone = len(texts) / seen.total()
    if (
        len(texts) >= FEW
        and alone >= NEARLY_ALL
        and max(numbers) - min(numbers) < 1.2 * len(numbers)
        and min(numbers) <= 1
    ):
        return True
    rounded = sum(number % 10 == 0 for number in numbers) / len(numbers)
    usual = MOST_HITS if len(numbers) >= FEW else 1.0  # of a few numbers, some end in 0 by chance
    return alone >= MOSTLY and sorted(numbers)[len(numbers) // 10] >= least and rounded < usual


def _plain(text: str) -> str:
    """A whole number that a spreadsheet turned into 2138.0 as the ZIP code that it was."""
    return text.partition(".")[0].zfill(5) if _WHOLE.fullmatch(text) and len(text.partition(".")[0]) > 3 else text


def _tells(name: str) -> bool:
    """Whether a column's own name identifies: a header that is an e-mail address, a date, a long number."""
    return bool(find_patterns(name)) or holds_date(name) or bool(re.search(r"\d{6}", name))


def is_plain(text: str) -> bool:
    """Whether a text is a number."""
    return bool(_NUMBER.fullmatch(text.strip()))


def of_people(text: str) -> bool:
    """Whether all words of a text, of "AnaVidal" both, are known as first names, surnames or towns."""
    words = [word for word in re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)) if len(word) > 1]
    return bool(words) and all(_folded(word) in _gazetteer() for word in words)


@cache
def _gazetteer() -> frozenset[str]:
    """Common first names, surnames and towns (gazetteer.toml), word by word."""
    lists = [
        words
        for section, held in table("gazetteer").items()
        if section.startswith(("given", "surname", "place"))
        for name, words in held.items()
        if name in ("female", "male", "common", "cities")
    ]
    return frozenset(word for words in lists for name in words.split(",") for word in _folded(name).split())


@cache
def _phrases() -> dict[str, str]:
    """Phrases without spaces -> kind of column; what identifies goes before what does not."""
    found: dict[str, str] = {}
    for kind, facts in reversed(table("columns").items()):
        for phrase in facts["phrases"].split(","):
            found["".join(_singular(word) for word in _folded(phrase).split())] = kind
    return found


def _words(name: str) -> list[list[str]]:
    """The words of a column's name, with the digits in them and without."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    whole = [_singular(word) for word in re.findall(r"[a-z0-9]+", _folded(spaced))]
    apart = [_singular(word) for word in re.findall(r"[a-z]+", _folded(spaced))]
    return [whole] if whole == apart else [whole, apart]


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
