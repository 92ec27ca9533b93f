"""Free text without who it is about: what identifies is found, and becomes a surrogate or a tag.

Patterns that nothing else looks like (text_rules) and a trained tagger (tagger) are asked both; then a name that was
found once is found wherever it stands in the text. Nothing is downloaded. No tagger finds everything: the card of the
model and `pharmakon benchmark deid` say what was missed on published texts, and a text cleaned here stays personal data
until somebody has judged what is left.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from .surrogates import Dates, Language, Surrogates
from .tagger import Label, Tagger, shipped_tagger
from .text_rules import Match, matches

LANGUAGES: tuple[Language, ...] = ("es", "en")
SHORTEST_NAME = 4
"""Letters of a single word that is looked for again: shorter ones are often words."""


class Span(NamedTuple):
    """Characters [start, end) of a text, what kind of identifier they are, and the characters themselves."""

    start: int
    end: int
    kind: str
    text: str


@cache
def label_tables() -> dict[str, Any]:
    """What text_labels.toml holds: kinds, the labels of each language, function words."""
    return tomllib.loads(files("pharmakon.privacy").joinpath("text_labels.toml").read_text(encoding="utf-8"))


KEPT = frozenset(kind for kind, what in label_tables()["kinds"].items() if what == "keep")
"""Kinds that `clean` leaves by default: no identifier of HIPAA's Safe Harbor is among them."""


def language_of(text: str) -> Language:
    """Spanish or English, by their commonest words; English where neither is seen."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = {}
    for language in LANGUAGES:
        known = frozenset(label_tables()["function_words"][language].split())
        counts[language] = sum(word in known for word in words)
    return "es" if counts["es"] > counts["en"] else "en"


@dataclass(frozen=True)
class FreeText:
    """Finds and replaces identifiers. `language` is told from each text where it is None.

    `keep` are kinds that `clean` leaves as they are (`spans` reports them all the same). `dates`: "shift" moves a
    patient's dates by one offset and keeps what lies between them, which is not Safe Harbor; "year" keeps the year.
    `tags`: [NAME] and the like instead of surrogates.
    """

    language: Language | None = None
    keep: Collection[str] = KEPT
    dates: Dates = "shift"
    tags: bool = False
    taggers: dict[str, Tagger] = field(default_factory=dict)

    def spans(self, text: str) -> list[Span]:
        """What identifies in a text, in its order; spans do not overlap."""
        language = self.language or language_of(text)
        kinds = label_tables()[language]
        return [Span(a, b, kinds.get(label, label), text[a:b]) for a, b, label in self.labels(text, language)]

    def labels(self, text: str, language: Language) -> list[Label]:
        """The same with the labels of the language's tagger; what only a pattern found has its kind for a label."""
        tagger = self.taggers.get(language) or shipped_tagger(language)
        kinds = label_tables()[language]
        found = with_matches(tagger.tag(text), matches(text, sure=True), kinds)
        found = joined(text, found, [label for label, kind in kinds.items() if kind == "address"])
        return with_repeats(text, found, [label for label, kind in kinds.items() if kind == "name"])

    def clean(self, text: str, patient: str, key: bytes) -> str:
        """The text with every span replaced that is not of a kind to keep. `patient` names whose text it is.

        The same patient and key give the same surrogates in every text; the key (16 secret bytes or more) must be kept
        apart from the texts. Raises UsageError for a short key.
        """
        other = Surrogates(patient, key, self.language or language_of(text), self.dates)
        for span in reversed(self.spans(text)):
            if span.kind not in self.keep:
                text = text[: span.start] + self.replaced(span, other) + text[span.end :]
        return text

    def keyed(self, key: bytes) -> KeyedText:
        """This with a key, as `treatment.FreeText` wants it."""
        return KeyedText(self, key)

    def replaced(self, span: Span, other: Surrogates) -> str:
        """What stands for a span."""
        how = label_tables()["kinds"].get(span.kind, "tag")
        if self.tags or how in {"tag", "keep"}:
            return f"[{span.kind.upper()}]"
        if span.kind == "country":
            return other.place(span.text, what="country")
        return str(getattr(other, how)(span.text))


@dataclass(frozen=True, repr=False)
class KeyedText:
    """A cleaner with its key."""

    cleaner: FreeText
    key: bytes

    @property
    def title(self) -> str:
        """What it does, for a report."""
        if self.cleaner.tags:
            return "identifiers replaced by tags where the tagger finds them"
        dates = "moved" if self.cleaner.dates == "shift" else "reduced to years"
        return f"identifiers replaced by surrogates where the tagger finds them, dates {dates}"

    def clean(self, text: str, patient: str) -> str:
        """The text without identifiers."""
        return self.cleaner.clean(text, patient, self.key)


def with_matches(found: Sequence[Label], sure: Sequence[Match], kinds: dict[str, str]) -> list[Label]:
    """The tagger's labels and the sure patterns that it did not find; where they disagree, the pattern's extent."""
    out = list(found)
    for match in sure:
        over = [label for label in out if label.start < match.end and match.start < label.end]
        same = [label for label in over if kinds.get(label.label) == match.kind]
        if any(label.start <= match.start and match.end <= label.end for label in over):
            continue
        name = same[0].label if same else next((k for k, kind in kinds.items() if kind == match.kind), match.kind)
        begin = min([match.start, *(label.start for label in over if label not in same)])
        end = max([match.end, *(label.end for label in over if label not in same)])
        out = [label for label in out if label not in over]
        out.append(Label(begin, end, name))
    return sorted(out)


def joined(text: str, found: Sequence[Label], labels: Collection[str]) -> list[Label]:
    """An address over several lines is one."""
    out: list[Label] = []
    for label in found:
        last = out[-1] if out else None
        if last is not None and last.label == label.label and label.label in labels:
            gap = text[last.end : label.start]
            if "\n" in gap and not gap.strip(" ,\n"):
                out[-1] = Label(last.start, label.end, label.label)
                continue
        out.append(label)
    return out


def with_repeats(text: str, found: Sequence[Label], names: Collection[str]) -> list[Label]:
    """A name found once is a name wherever else it stands in the text, as a whole and with the same capitals."""
    out = list(found)
    taken = bytearray(len(text))
    for label in found:
        taken[label.start : label.end] = b"\x01" * (label.end - label.start)
    known: dict[str, str] = {}
    for label in found:
        name = text[label.start : label.end]
        if label.label in names and (" " in name or len(name) >= SHORTEST_NAME) and name[:1].isupper():
            known.setdefault(name, label.label)
    for name in sorted(known, key=len, reverse=True):
        for again in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            if not any(taken[again.start() : again.end()]):
                taken[again.start() : again.end()] = b"\x01" * len(name)
                out.append(Label(again.start(), again.end(), known[name]))
    return sorted(out)
