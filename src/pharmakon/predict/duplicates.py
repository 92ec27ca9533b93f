"""Rows that cannot be used, molecules that are there twice, and values of one molecule that contradict each other."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from pharmakon.chem.identity import LEVELS, SAME_STRUCTURE, Level, difference
from pharmakon.core.words import counted

from .findings import Case, Finding, Severity, cases, passed, verb
from .measured import Sample

MANY_UNREADABLE = 0.1
"""Share of unreadable rows from which they are an error."""

_TOLD = 3
_UNREADABLE = ("row cannot be read", "structure cannot be read", "not a number", "not a class")
SAME = {
    "exact": "drawn the same",
    "parent": "the same once salts, charges and drawing are standardised",
    "stereo": "the same but for stereochemistry",
    "tautomer": "tautomers",
}
"""What rows of one key are: what a key of each level reveals what the finer ones hide."""
ASIDE = {
    "exact": "the same drawing",
    "parent": "salts and charges aside",
    "stereo": "stereochemistry aside",
    "tautomer": "tautomers",
}
"""The same in a title."""
_DUPLICATES: dict[Level, tuple[Severity, str]] = {
    "exact": ("warning", "Merge them (train does, by median or majority) before any split."),
    "parent": ("warning", "Standardise, then merge them (train does both) before any split."),
    "stereo": ("info", "Keep stereoisomers that were measured apart, but in one part of any split."),
    "tautomer": ("warning", "Draw one tautomer for each, merge them, and keep them in one part of any split."),
}
_CONTRADICTIONS: dict[Level, tuple[Severity, str]] = {
    "exact": ("error", "Look for mixed species, assays or units behind the rows; no model can fit both."),
    "parent": ("error", "Look whether salt and free form came from different assays; no model can fit both."),
    "stereo": ("info", "Expected where stereochemistry matters; a model that cannot see it cannot fit both."),
    "tautomer": ("warning", "Draw one tautomer for each, then decide which measurement holds."),
}


def unreadable(sample: Sample) -> list[Finding]:
    """Rows that no model can use, by reason."""
    reasons: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(sample.rows):
        if row.problem:
            reasons[row.problem.partition(":")[0]].append(i)
    broken = [i for reason in _UNREADABLE for i in reasons.pop(reason, [])]
    found = []
    if broken:
        share = len(broken) / len(sample.rows)
        listed = defaultdict(list)
        for i in broken:
            listed[sample.rows[i].problem.partition(":")[0]].append(i)
        why = ", ".join(f"{reason} {len(rows):,}" for reason, rows in listed.items())
        found.append(
            Finding(
                "unreadable",
                "error" if share >= MANY_UNREADABLE else "warning",
                "Rows that cannot be read",
                f"{counted(len(broken), 'row')} of {len(sample.rows):,} cannot be read ({why}).",
                "Mend or drop them: most tools lose such rows without a word.",
                cases(Case((i,), sample.rows[i].problem) for i in broken),
                {"share": share},
            )
        )
    else:
        found.append(passed("unreadable", "Rows that cannot be read", f"All {len(sample.rows):,} rows can be read."))
    for reason, name, advice in (
        ("no value", "missing", "Nothing to do, unless they were meant to have one."),
        ("censored value", "censored", "A bound is not a value: leave them out (train does) or learn them as bounds."),
    ):
        if rows := reasons.get(reason):
            n = len(rows)
            words = (
                "no value"
                if reason == "no value"
                else verb(n, "a bound such as >10", "bounds such as >10") + " for one"
            )
            title = "Rows without a value" if name == "missing" else "Censored values"
            sentence = f"{counted(n, 'row')} of {len(sample.rows):,} {verb(n, 'has', 'have')} {words}."
            found.append(Finding(name, "info", title, sentence, advice, cases(Case((i,), reason) for i in rows)))
    return found


def duplicates(sample: Sample) -> list[Finding]:
    """Molecules in more than one row, apart for what it takes to see it."""
    found: list[Finding] = []
    for level in LEVELS:
        groups = _merged_at(sample, level)
        if not groups:
            continue
        severity, advice = _DUPLICATES[level]
        molecules, rows = len(groups), sum(map(len, groups))
        found.append(
            Finding(
                f"duplicate-{level}",
                severity,
                f"Duplicates: {ASIDE[level]}",
                f"{counted(molecules, 'molecule')} {verb(molecules, 'is', 'are')} in more than one row: {rows:,} rows "
                f"are {SAME[level]}.",
                advice,
                cases(Case(tuple(group), _told_apart(sample, group), len(group)) for group in groups),
                {"molecules": molecules, "rows": rows},
            )
        )
    return found or [passed("duplicates", "Duplicates", "Every readable row is another molecule, tautomers included.")]


def contradictions(sample: Sample, *, spread: float) -> list[Finding]:
    """Molecules whose rows do not agree: both classes, or values further apart than `spread` steps of the scale."""
    found: list[Finding] = []
    repeated = 0
    for level in LEVELS:
        worst: list[Case] = []
        differing = 0
        for group in _merged_at(sample, level):
            known = [i for i in group if np.isfinite(sample.compared[i])]
            if len(known) < 2:
                continue
            repeated += 1
            values = sample.compared[known]
            width = float(values.max() - values.min()) / sample.scale.step
            differing += width > 0
            limit = 0.0 if sample.kind == "classification" else spread
            if width <= limit or _finer_says_it(sample, known, level, limit):
                continue
            worst.append(Case(tuple(known), _disagreement(sample, known, width), width))
        if worst:
            found.append(_contradiction(sample, level, worst, differing, spread))
    if found:
        return found
    said = f"{counted(repeated, 'repeated molecule')} agree" if repeated else "No molecule was measured twice"
    return [passed("contradictions", "Contradicting values", f"{said}.")]


def _merged_at(sample: Sample, level: Level) -> list[list[int]]:
    """Groups of two rows or more that a level's key makes one molecule, and no finer key does.

    At the level `exact` every repeated molecule; at a coarser one only where at least two finer keys meet.
    """
    finer = LEVELS[LEVELS.index(level) - 1] if level != "exact" else None
    return [
        group
        for group in sample.groups(level).values()
        if len(group) > 1 and (finer is None or len({sample.rows[i].identity.key(finer) for i in group}) > 1)
    ]


def _finer_says_it(sample: Sample, known: list[int], level: Level, limit: float) -> bool:
    """Whether rows of one finer key contradict each other already, and the finer keys' medians do not."""
    if level == "exact":
        return False
    finer = LEVELS[LEVELS.index(level) - 1]
    values: dict[str, list[float]] = defaultdict(list)
    for i in known:
        values[sample.rows[i].identity.key(finer)].append(float(sample.compared[i]) / sample.scale.step)
    medians = [float(np.median(several)) for several in values.values()]
    within = max(max(several) - min(several) for several in values.values())
    # A median of 0.5 is a tie of two classes and says neither.
    apart = max(medians) - min(medians)
    return within > limit and apart <= max(limit, 0.5)


def _told_apart(sample: Sample, group: list[int]) -> str:
    first = sample.rows[group[0]].identity
    differences = (difference(first, sample.rows[i].identity) for i in group[1:])
    told = list(dict.fromkeys(word for words in differences for word in words.split("; ") if word != SAME_STRUCTURE))
    more = f" and {len(told) - _TOLD} more differences" if len(told) > _TOLD + 1 else ""
    return "; ".join(told[:_TOLD] if more else told) + more or SAME_STRUCTURE


def _disagreement(sample: Sample, rows: list[int], width: float) -> str:
    ordered = [sample.shown(i) for i in sorted(rows, key=lambda i: sample.compared[i])]
    shown = ", ".join(ordered) if len(ordered) <= 6 else f"{ordered[0]} to {ordered[-1]}"
    apart = "" if sample.kind == "classification" else f", {sample.scale.words(width)} apart"
    return f"values {shown}{apart}; {_told_apart(sample, rows)}"


def _contradiction(sample: Sample, level: Level, worst: list[Case], differing: int, spread: float) -> Finding:
    severity, advice = _CONTRADICTIONS[level]
    n = len(worst)
    if sample.kind == "classification":
        sentence = f"{counted(n, 'molecule')} {verb(n, 'has', 'have')} both labels, in rows that are {SAME[level]}."
    else:
        sentence = (
            f"{counted(n, 'molecule')} {verb(n, 'has', 'have')} values more than {sample.scale.words(spread)} apart, "
            f"in rows that are {SAME[level]} (of {differing:,} whose values differ at all)."
        )
    measures = {"molecules": n, "differing": differing, "largest": max(case.size for case in worst)}
    title = f"Contradicting values: {ASIDE[level]}"
    return Finding(f"contradiction-{level}", severity, title, sentence, advice, cases(worst), measures)
