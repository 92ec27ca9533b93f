"""The source shortcut: whether structure tells which laboratory, assay or year a molecule came from.

If it does, and values differ between sources, a model can score by knowing the source; the honest score leaves one out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats
from pharmakon.core.words import counted
from pharmakon.learn.metrics import auroc
from pharmakon.learn.splits import random_folds

from .findings import Finding, passed
from .quick import Quick

NAMES = (
    "source",
    "lab",
    "laboratory",
    "assay",
    "assay_id",
    "assay_chembl_id",
    "year",
    "document_year",
    "batch",
    "site",
)
"""Columns that are taken for the source where none is named, in this order."""
TELLS = 0.8
"""AUROC of predicting the source above which it is a shortcut."""
FEWEST, MOST = 20, 10
"""Molecules of a source that is judged; sources that are, the largest first."""
BANDS = 4


def guessed(columns: Sequence[str]) -> str | None:
    """The column that names a source by its name; None without one."""
    found = {column.casefold().strip().replace(" ", "_"): column for column in columns}
    return next((found[name] for name in NAMES if name in found), None)


def source_shortcut(quick: Quick | None, labels: Sequence[str], column: str, *, seed: int = 0) -> list[Finding]:
    """How well structure tells the source, and what a score is worth in a source that was left out.

    `labels` are of every row of the sample; numbers such as years go by quarters of the table; an empty one is none.
    """
    if quick is None:
        return []
    source = _sources([labels[i].strip() for i in quick.row])
    names, sizes = np.unique(source[source != ""], return_counts=True)
    chosen = [str(name) for name in names[np.argsort(-sizes, kind="stable")][:MOST] if (source == name).sum() >= FEWEST]
    title = "Source shortcut"
    if len(chosen) < 2:
        said = f"Column {column!r} has fewer than two sources of {FEWEST} molecules or more: nothing to tell apart."
        return [passed("source", title, said)]
    folds = random_folds(len(quick.y), random_state=seed)
    known = source != ""
    targets = np.column_stack([(source == name).astype(np.float64) for name in chosen])
    predicted = quick.out_of_fold(targets, folds)
    told = [auroc(targets[known, i], predicted[known, i]) for i in range(len(chosen))]
    weight = targets.sum(axis=0)
    score = float(np.average(told, weights=weight))
    within, without = _left_out(quick, source, chosen, folds)
    measures = {"score": score, "sources": len(chosen), "random": within, "left_out": without}
    worst = chosen[int(np.argmax(told))]
    sentence = (
        f"Structure tells the {counted(len(chosen), 'source')} of column {column!r} apart with AUROC {score:.2f} "
        f"(best {excerpt(worst)}: {max(told):.2f}){quick.said}"
    )
    if np.isfinite(without):
        sentence += (
            f"; a quick model has {quick.metric} {within:z.2f} inside sources that it has seen and {without:z.2f} in "
            "one that was left out"
        )
    if score <= TELLS:
        return [passed("source", title, f"{sentence}.", measures)]
    advice = "Evaluate with one source left out at a time, and report that score: the random one borrows the source."
    return [Finding("source", "warning", title, f"{sentence}.", advice, measures=measures)]


def excerpt(text: str) -> str:
    """A source's name as a sentence can hold it."""
    return text if len(text) <= 30 else f"{text[:27]}..."


def _sources(labels: Sequence[str]) -> NDArray[np.str_]:
    """Labels as they are; many numbers as quarters of their range."""
    numbers: Floats = np.full(len(labels), np.nan)
    for i, label in enumerate(labels):
        try:
            numbers[i] = float(label)
        except ValueError:
            if label:
                return np.array(labels, dtype=np.str_)
    known = numbers[np.isfinite(numbers)]
    if len(np.unique(known)) <= MOST:
        return np.array(labels, dtype=np.str_)
    edges = np.quantile(known, np.arange(1, BANDS) / BANDS)
    ends = [known.min(), *edges, known.max()]
    words = [f"{ends[i]:g} to {ends[i + 1]:g}" for i in range(BANDS)]
    return np.array(["" if np.isnan(x) else words[int(np.searchsorted(edges, x, side="right"))] for x in numbers])


def _left_out(
    quick: Quick, source: NDArray[np.str_], chosen: Sequence[str], folds: NDArray[np.int64]
) -> tuple[float, float]:
    """Mean score inside each source, by models that saw others of it and by models that saw none; NaN without any."""
    mixed = quick.out_of_fold(quick.y, folds)
    seen, unseen = [], []
    for name in chosen:
        here = source == name
        y = quick.y[here]
        if (y == y[0]).all() or (quick.y[~here] == quick.y[~here][0]).all():
            continue
        seen.append(quick.score(mixed[here], y))
        unseen.append(quick.score(quick.apart(quick.y, ~here), y))
    return (float(np.mean(seen)), float(np.mean(unseen))) if seen else (np.nan, np.nan)
