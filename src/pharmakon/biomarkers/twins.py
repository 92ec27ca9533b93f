"""Samples that are the same sample twice: under two names they would stand on both sides of a split."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.check import Check
from pharmakon.core.types import Floats

SAME, ALIKE = 0.98, 0.9
"""Correlation of standardised profiles: one sample twice, and replicates perhaps."""
CHANCE = 0.05
"""Pairs as alike as replicates that chance may give before they say nothing."""
FEWEST_EXACT = 5
"""Features whose values, all of them, two patients do not share by chance, where they are measured and not counted."""
FEWEST = 20
"""Features a profile must have."""
MOST = 2000
"""The most variable features are compared, at most so many."""


def twins(block: Block, ids: tuple[str, ...], patients: NDArray[np.str_]) -> Check:
    """Pairs of samples of different patients whose profiles are the same."""
    title = f"The same sample twice in {block.name}"
    name = f"twins-{block.name}"
    if block.kind != "binary" and block.values.shape[1] >= FEWEST_EXACT and (pairs := _copies(block, patients)):
        some = ", ".join(f"{ids[i]} = {ids[j]}" for i, j in pairs[:3])
        sentence = f"{_pairs(len(pairs))} of different patients have the very same values ({some})."
        advice = "Give both the same patient (clinical.patient), or leave one out."
        return Check(name, "refused", title, sentence, advice, "multivariable", {"pairs": float(len(pairs))})
    if block.kind == "binary" or block.values.shape[1] < FEWEST or len(block) < 3:
        return Check(name, "info", title, "Too little is measured to tell samples apart.")
    likeness = alikeness(block.values)
    others = patients[:, None] != patients[None, :]
    first, second = np.nonzero(np.triu(others & (likeness > ALIKE), 1))
    same = likeness[first, second] > SAME
    some = ", ".join(f"{ids[i]} = {ids[j]}" for i, j in zip(first[same][:3], second[same][:3], strict=True))
    if same.any():
        sentence = f"{_pairs(int(same.sum()))} of different patients have the same profile ({some})."
        advice = "Give both the same patient (clinical.patient), or leave one out."
        return Check(name, "refused", title, sentence, advice, "multivariable", {"pairs": float(same.sum())})
    if len(first) and _by_chance(likeness[np.triu(others, 1)]) < CHANCE:
        some = ", ".join(f"{ids[i]} and {ids[j]}" for i, j in zip(first[:3], second[:3], strict=True))
        sentence = f"{_pairs(len(first))} of different patients are as alike as replicates ({some})."
        return Check(name, "warning", title, sentence, "Check that they are two patients.", None, {"pairs": len(first)})
    what = "No two patients have the same profile."
    if len(first):
        what = f"{what} {_pairs(len(first))} are alike, as chance gives where features go together."
    return Check(name, "passed", title, what)


def alikeness(values: Floats) -> Floats:
    """Correlation between rows of `values` (n, p) after each column is standardised; (n, n), 0 where it cannot be."""
    known = np.isfinite(values)
    mean = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    x = np.where(known, values - mean, 0.0)
    spread = x.std(axis=0)
    chosen = np.argsort(-spread, kind="stable")[:MOST]
    chosen = chosen[spread[chosen] > 0]
    x = x[:, chosen] / spread[chosen]
    x = x - x.mean(axis=1, keepdims=True)
    length = np.linalg.norm(x, axis=1)
    x = x / np.where(length > 0, length, 1.0)[:, None]
    found: Floats = x @ x.T
    return found


def _by_chance(likeness: Floats) -> float:
    """How many of these pairs (k,) would be ALIKE if all are strangers, their Fisher's z spread as it is.

    Features that go together tell few patients apart: sixty genes of one pathway make pairs of strangers alike.
    """
    from scipy.special import ndtr

    z = np.arctanh(np.clip(likeness, -SAME, SAME))
    return float(len(z) * ndtr(-np.arctanh(ALIKE) / max(float(z.std()), 1e-9)))


def _copies(block: Block, patients: NDArray[np.str_]) -> list[tuple[int, int]]:
    """Pairs of rows of different patients with the same values; none where the values are few and shared by many."""
    rows = np.round(block.values, 6)
    if not np.isfinite(rows).any() or len(np.unique(rows[np.isfinite(rows)])) < len(rows):
        return []
    first: dict[bytes, int] = {}
    found = []
    for i, row in enumerate(rows):
        if not np.isfinite(row).sum() >= FEWEST_EXACT:
            continue
        j = first.setdefault(np.nan_to_num(row, nan=1e300).tobytes(), i)
        if j != i and patients[i] != patients[j]:
            found.append((j, i))
    return found


def _pairs(n: int) -> str:
    return "One pair of samples" if n == 1 else f"{n:,} pairs of samples"
