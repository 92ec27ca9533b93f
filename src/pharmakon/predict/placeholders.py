"""Values that stand for something else: a zero for "not measured", the assay's limit for "more than that"."""

from __future__ import annotations

import numpy as np

from pharmakon.core.words import counted

from .findings import Case, Finding, cases, passed, verb
from .measured import Sample

PILED, MANY_PILED = 0.05, 0.2
"""Shares of rows with the very highest or lowest value from which it is a limit, and from which it is a warning."""
_LEAST = 10


def placeholders(sample: Sample) -> list[Finding]:
    """Zeros among concentrations, and heaps of rows with the same extreme value."""
    if sample.kind == "classification":
        return []
    values = np.array([np.nan if row.problem else row.value for row in sample.rows])
    found = [*_zeros(sample, values), *_piles(sample, values)]
    return found or [passed("placeholders", "Placeholder values", "No heap of equal extreme values, and no odd zeros.")]


def _zeros(sample: Sample, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[Finding]:
    rows = np.flatnonzero(values <= 0)
    if sample.scale.name != "linear" or not len(rows):
        return []
    n = len(rows)
    sentence = (
        f"{counted(n, 'value')} {verb(n, 'is', 'are')} zero or negative in a positive quantity that spans decades."
    )
    advice = "Zero usually means not measured or below the limit: drop the rows, or learn them as bounds."
    found = cases(Case((int(i),), f"value {sample.rows[i].text}") for i in rows)
    return [Finding("zeros", "warning", "Zeros that cannot be values", sentence, advice, found)]


def _piles(sample: Sample, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[Finding]:
    known = values[np.isfinite(values)]
    if len(np.unique(known)) < 20:
        return []
    found = []
    for end, extreme, bound in (("highest", known.max(), "at least"), ("lowest", known.min(), "at most")):
        rows = np.flatnonzero(values == extreme)
        share = len(rows) / len(known)
        if share < PILED or len(rows) < _LEAST or (extreme == 0 and sample.scale.name == "linear"):
            continue
        found.append(
            Finding(
                f"pile-{end}",
                "warning" if share >= MANY_PILED else "info",
                f"Piled up at the {end} value",
                f"{counted(len(rows), 'row')} ({100 * share:.0f} %) have exactly the {end} value, {extreme:g}: it is "
                f'probably a limit and means "{bound} {extreme:g}".',
                "Treat them as bounds, or make the question a classification; a regression learns the limit.",
                cases(Case((int(i),), f"value {sample.rows[i].text}") for i in rows),
                {"share": share, "value": float(extreme)},
            )
        )
    return found
