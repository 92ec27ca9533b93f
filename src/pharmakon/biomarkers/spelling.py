"""One word in several spellings, as in No and no: a reader takes them for one class, and a program for two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pharmakon.biomarkers.check import Check
from pharmakon.core.errors import DataError

SHOWN = 3
"""Words of a column whose spellings are listed."""


def folded(word: str) -> str:
    """A word without what does not make it another one: case, and blanks at its ends or doubled inside."""
    return " ".join(word.split()).casefold()


def variants(number: Mapping[str, int]) -> list[dict[str, int]]:
    """The words that stand in several spellings: for each the spellings, with their numbers."""
    groups: dict[str, dict[str, int]] = {}
    for word in sorted(filter(None, number)):
        groups.setdefault(folded(word), {})[word] = number[word]
    return [spellings for spellings in groups.values() if len(spellings) > 1]


def spellings(columns: Mapping[str, Iterable[str]]) -> list[Check]:
    """A warning of each column in which a word has several spellings; where there is none, one line that says so."""
    found = []
    for column, cells in columns.items():
        if several := variants(Counter(cells)):
            words = "; ".join(map(_said, several[:SHOWN]))
            sentence = f"Spellings of {column} that count as different, though they may mean the same: {words}."
            advice = "Write each word in one way in the table, or they are groups of their own."
            found.append(Check(f"spelling-{column}", "warning", f"Spelling of {column}", sentence, advice))
    title = "Spelling of words"
    return found or [Check("spelling", "passed", title, "No two words differ by case or blanks only.")]


def refuse_variants(cells: Sequence[str], declared: Sequence[str] | None, *, column: str, where: str) -> None:
    """Raise DataError where cells are a declared word but for case or blanks: such rows would be lost unseen.

    Without words that are declared, any two that differ by case or blanks only are refused.
    """
    exact = declared or ()
    meant = {folded(word) for word in exact}
    number = dict.fromkeys(exact, 0) | Counter(cell for cell in cells if declared is None or folded(cell) in meant)
    if several := [group for group in variants(number) if not {*group} <= {*exact}]:
        raise DataError(
            f"{where}: column {column!r} has one word in several spellings: {'; '.join(map(_said, several))}; write it "
            "in one way, or rows would be left out"
        )


def _said(spellings: Mapping[str, int]) -> str:
    return ", ".join(f"{word!r} ({number:,})" for word, number in spellings.items())
