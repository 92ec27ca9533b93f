"""Logarithms a step of units from where they should be: two heaps, or rows a thousand-fold from their relatives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem import fingerprints, similarity
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.core.words import counted

from .findings import Case, Finding, cases, verb
from .measured import Sample

POWERS = (3, 6, 9)
"""Powers of ten between units: nanomolar and micromolar, and so on."""
ADVICE = "Look the rows up in their source and convert them to one unit; until then they are wrong by that factor."
CLEAR = 4.5
"""Distance of two heaps over their width from which they are two: one bell cut in half has 2.7, a flat heap 3.5."""
_FEW, _LEAST = 40, 4
"""Fewest values that can show heaps, and fewest rows of a heap."""
RELATED = 0.6
"""ECFP4 Tanimoto of the relatives that a value is compared with."""
MOST = 20_000
"""Molecules compared with their relatives; of more a seeded sample."""


def heaps(sample: Sample, logs: Floats) -> list[Finding]:
    """Two heaps of logarithms a step of units apart; the surer if near neighbours lie in different heaps."""
    known = np.flatnonzero(np.isfinite(logs))
    if len(known) < _FEW:
        return []
    low, centres, clear = _two_heaps(logs[known])
    apart = float(centres[1] - centres[0])
    power = min(POWERS, key=lambda p: abs(apart - p))
    minor = low if low.sum() <= (~low).sum() else ~low
    between = np.abs(logs[known] - centres.mean()) < apart / 8
    if abs(apart - power) > 0.5 or clear < CLEAR or minor.sum() < max(_LEAST, 0.005 * len(known)):
        return []
    if between.sum() > 0.05 * minor.sum():
        return []
    together, chance = _purity(sample, known, minor)
    mixed = np.isfinite(together) and together < chance + 0.5 * (1 - chance)
    rows = known[minor]
    sentence = (
        f"The values fall into two heaps around {centres[0]:.1f} and {centres[1]:.1f} (log10), {apart:.1f} apart, as "
        f"units a factor of 10^{power} apart would make; {counted(len(rows), 'row')} are in the smaller heap"
    )
    if np.isfinite(together):
        sentence += (
            f". Of their most similar molecules {100 * together:.0f} % are in that heap too, where {100 * chance:.0f} "
            f"% would be chance: {'structure does not explain the heaps' if mixed else 'structure may explain it'}"
        )
    return [
        Finding(
            "units-heaps",
            "error" if mixed else "warning",
            "Mixed units: two heaps of values",
            f"{sentence}.",
            ADVICE,
            cases(Case((int(i),), f"value {sample.rows[i].text}") for i in rows),
            {"apart": apart, "separation": clear, "together": together, "chance": chance},
        )
    ]


def _two_heaps(x: Floats) -> tuple[NDArray[np.bool_], Floats, float]:
    """(which values are in the lower heap, the heaps' medians, Ashman's D): the cut of least squares within heaps.

    D (Astron. J. 1994, 108, 2348) is the distance of the means over their common width.
    """
    ordered = np.sort(x)
    n, k = len(x), np.arange(1, len(x))
    total, squares = np.cumsum(ordered)[:-1], np.cumsum(ordered**2)[:-1]
    left = squares - total**2 / k
    right = ((ordered**2).sum() - squares) - (ordered.sum() - total) ** 2 / (n - k)
    cut = int(np.argmin(left + right))
    low = x <= ordered[cut]
    if low.all():
        return low, np.zeros(2), 0.0
    width = np.sqrt((np.var(x[low]) + np.var(x[~low])) / 2)
    clear = float((x[~low].mean() - x[low].mean()) / max(width, 1e-3))
    return low, np.array([np.median(x[low]), np.median(x[~low])]), clear


def _purity(sample: Sample, known: NDArray[np.int64], minor: NDArray[np.bool_]) -> tuple[float, float]:
    """Of the smaller heap's rows, the share whose most similar other molecule is in it too; and what chance gives."""
    parents = [sample.rows[i].identity.parent for i in known]
    first = {smiles: k for k, smiles in reversed(list(enumerate(parents)))}
    kept = np.array(sorted(first.values()))
    packed = fingerprints.bits_of_smiles([parents[k] for k in kept])
    inside = minor[kept]
    query = np.flatnonzero(inside)[:2000]
    if not len(query):
        return float("nan"), float("nan")
    similar, index = similarity.nearest(packed[query], packed, k=2)
    # The first is the row itself, or its twin of similarity 1; the other one is the neighbour.
    neighbour = np.where(index[:, 0] == query, index[:, 1], index[:, 0])
    near = np.where(index[:, 0] == query, similar[:, 1], similar[:, 0]) >= 0.35
    if near.sum() < 3:
        return float("nan"), float("nan")
    return float(inside[neighbour[near]].mean()), float(inside.mean())


def misfits(sample: Sample, logs: Floats, *, seed: int = 0) -> list[Finding]:
    """Rows 10^3, 10^6 or 10^9 below or above the median of their relatives, where more are than a tail would have.

    Differences between relatives thin out with their size. A slip of units makes a bump: more rows at 3 log units than
    at 2. So the rows within half a log unit of the power are compared with those a log unit nearer.
    """
    rows, off = _off_relatives(sample, logs, seed)
    found = []
    for power in POWERS:
        for side, words in ((-1, "below"), (1, "above")):
            far = side * off - power
            at, nearer = np.abs(far) <= 0.5, int(((far > -1.5) & (far < -0.5)).sum())
            n = int(at.sum())
            if n < 5 or n <= nearer + 3 * nearer**0.5:
                continue
            sentence = (
                f"{counted(n, 'row')} {verb(n, 'lies', 'lie')} about 10^{power} {words} the median of the molecules "
                f"most like {verb(n, 'it', 'them')} (similarity of at least {RELATED}), and only {nearer:,} a power of "
                f"ten nearer: a bump that a step of units makes, and a tail does not."
            )
            listed = cases(
                Case((int(i),), f"value {sample.shown(int(i))}, {abs(o):.1f} log units {words} its relatives", -abs(f))
                for i, o, f in zip(rows[at], off[at], far[at], strict=True)
            )
            found.append(
                Finding(
                    f"units-relatives-{words}-{power}",
                    "error",
                    "Mixed units: a step from their relatives",
                    sentence,
                    ADVICE,
                    listed,
                    {"rows": n, "nearer": nearer},
                )
            )
    return found


def _off_relatives(sample: Sample, logs: Floats, seed: int) -> tuple[NDArray[np.int64], Floats]:
    """(rows with two relatives or more, how far each one's value is from their median)."""
    first: dict[str, int] = {}
    for i, row in enumerate(sample.rows):
        if row.identity.stereo and np.isfinite(logs[i]):
            first.setdefault(row.identity.stereo, i)
    rows = np.array(list(first.values()), np.int64)
    if len(rows) > MOST:
        rows = np.sort(stream(seed, "audit", "relatives").choice(rows, MOST, replace=False))
    packed = fingerprints.bits_of_smiles([sample.rows[i].identity.stereo for i in rows])
    pairs = [(a, b) for a, b, _ in similarity.similar_pairs(packed, RELATED)]
    if not pairs:
        return rows[:0], np.zeros(0)
    one, other = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    owner, relative = np.concatenate([one, other]), np.concatenate([other, one])
    values = logs[rows[relative]]
    order = np.lexsort((values, owner))
    owner, values = owner[order], values[order]
    known, start, number = np.unique(owner, return_index=True, return_counts=True)
    median = (values[start + (number - 1) // 2] + values[start + number // 2]) / 2
    several = number >= 2
    return rows[known[several]], logs[rows[known[several]]] - median[several]
