"""Many tests at once: p-values adjusted for their number. What was not tested (NaN) stays NaN and does not count."""

from __future__ import annotations

import numpy as np

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats


def number_tested(p: Floats) -> int:
    """How many of the p-values there are: what a family's size is."""
    return int(np.isfinite(p).sum())


def benjamini_hochberg(p: Floats, *, null_share: float = 1.0) -> Floats:
    """q-values: the false discovery rate at which each would be called (J. R. Stat. Soc. B 1995, 57, 289); shape (p,).

    `null_share` is the share of true nulls, 1 for the method as published and `storey_null_share` for Storey's.
    """
    known, q = _known(p)
    tested = p[known]
    order = np.argsort(-tested, kind="stable")
    rank = np.arange(len(tested), 0, -1)
    stepped = np.minimum.accumulate(tested[order] * len(tested) / rank * null_share)
    adjusted = np.empty(len(tested))
    adjusted[order] = np.minimum(stepped, 1.0)
    q[known] = adjusted
    return q


def bonferroni(p: Floats) -> Floats:
    """p times the number tested: the chance of any false call; shape (p,)."""
    known, adjusted = _known(p)
    adjusted[known] = np.minimum(p[known] * known.sum(), 1.0)
    return adjusted


def holm(p: Floats) -> Floats:
    """As Bonferroni, and never weaker (Scand. J. Stat. 1979, 6, 65); shape (p,)."""
    known, result = _known(p)
    tested = p[known]
    order = np.argsort(tested, kind="stable")
    stepped = np.maximum.accumulate(tested[order] * np.arange(len(tested), 0, -1))
    adjusted = np.empty(len(tested))
    adjusted[order] = np.minimum(stepped, 1.0)
    result[known] = adjusted
    return result


def storey_null_share(p: Floats, *, threshold: float = 0.5) -> float:
    """The share of true nulls, from the p-values above a threshold (Storey, J. R. Stat. Soc. B 2002, 64, 479).

    With the added one of Storey, Taylor & Siegmund (2004), which keeps it above 0; 1 at most. NaN without p-values.
    """
    tested = p[np.isfinite(p)]
    if not len(tested):
        return np.nan
    return float(min(1.0, ((tested > threshold).sum() + 1) / (len(tested) * (1 - threshold))))


def _known(p: Floats) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], Floats]:
    known = np.isfinite(p)
    if ((p[known] < 0) | (p[known] > 1)).any():
        raise UsageError("p-values lie between 0 and 1")
    return known, np.full(len(p), np.nan)
