"""Values in more than one unit: the evidence, and the rows that it points at. Evidence is not proof; a look at the
source is. Nanomolar beside micromolar is a factor of 10^3, beside molar 10^9; percent beside fractions 10^2."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem import fingerprints, similarity
from pharmakon.chem.parse import to_mol
from pharmakon.core.types import Floats

from .findings import Case, Finding, Severity, cases, counted, passed, verb
from .measured import Sample

POWERS = (3, 6, 9)
_NEAR, _FLANK, _TIGHT = 0.1, 0.5, 0.02
"""In log units: how near a ratio must be to a power, the ratios it is compared with, and a slip of units for certain."""
_FEW, _LEAST = 40, 4
"""Fewest values that can show clusters, and fewest rows of a cluster."""
_MOST_REPEATS = 100
_ADVICE = "Look the rows up in their source and convert them to one unit; until then they are wrong by that factor."


def units(sample: Sample, *, seed: int = 0) -> list[Finding]:
    """Every sign that the column holds more than one unit."""
    if sample.kind == "classification":
        return []
    raw = np.array([np.nan if row.problem else row.value for row in sample.rows])
    logs = sample.compared if sample.scale.decades else _logs(raw)
    found = [*_unit_column(sample), *_repeats(sample, raw, logs), *_sign(raw), *_percent(sample, raw)]
    if sample.scale.decades:
        found += _clusters(sample, logs)
    return found or [passed("units", "Mixed units", "Nothing in the values points to more than one unit.")]


def _unit_column(sample: Sample) -> list[Finding]:
    written = [row.unit.replace("µ", "u").replace("\u03bc", "u").casefold() for row in sample.rows]
    units_of = Counter(unit for unit, row in zip(written, sample.rows, strict=True) if unit and not row.problem)
    if len(units_of) < 2:
        return []
    usual = max(units_of, key=lambda unit: (units_of[unit], unit))
    odd = [i for i, row in enumerate(sample.rows) if written[i] not in ("", usual) and not row.problem]
    listed = ", ".join(f"{unit} {n:,}" for unit, n in units_of.most_common(5))
    sentence = f"The unit column names {len(units_of)} units ({listed}): {counted(len(odd), 'row')} are not in {usual}."
    return [Finding("units-column", "error", "Mixed units: the unit column says so", sentence, _ADVICE,
                    cases(Case((i,), f"{sample.rows[i].text} {sample.rows[i].unit}") for i in odd))]  # fmt: skip


def _repeats(sample: Sample, raw: Floats, logs: Floats) -> list[Finding]:
    """One molecule, two values, and a factor between them that is a step of units."""
    bounded = np.nanmin(raw, initial=0) >= 0 and np.nanmax(raw, initial=0) <= 100.5
    powers = (2, *POWERS) if bounded and sample.scale.name != "log" else POWERS
    near: list[Case] = []
    flank, tight, seen = 0, 0, set[int]()
    for group in sample.groups("parent").values():
        known = sorted((i for i in group if np.isfinite(logs[i])), key=lambda i: logs[i])
        best: tuple[float, int, int, int] | None = None
        for a, b in combinations(known[:_MOST_REPEATS], 2):
            apart = float(logs[b] - logs[a])
            power = min(powers, key=lambda p: abs(apart - p))
            off = abs(apart - power)
            flank += _NEAR < off <= _FLANK
            if off <= _NEAR and (best is None or off < best[0]):
                best = (off, power, a, b)
        if best is not None:
            off, power, a, b = best
            seen.add(power)
            tight += off <= _TIGHT
            note = f"values {sample.shown(a)} and {sample.shown(b)}, a factor of 10^{power}"
            near.append(Case(tuple(sorted((a, b))), note, -off))
    # Noise alone puts pairs near a power, and then four times as many beside it.
    chance, chance_tight = (flank * width / (_FLANK - _NEAR) for width in (_NEAR, _TIGHT))
    certain = tight > chance_tight + 3 * chance_tight**0.5
    if not certain and len(near) <= chance + 3 * chance**0.5:
        return []
    n = len(near)
    listed = " or ".join(f"10^{power}" for power in sorted(seen))
    sentence = (
        f"{counted(n, 'molecule')} {verb(n, 'has', 'have')} two values a factor of {listed} apart ({tight:,} of them to "
        f"within 5 %), where {chance:.1f} would be chance."
    )
    severity: Severity = "error" if certain else "warning"
    return [Finding("units-repeats", severity, "Mixed units: one molecule, a step of units apart", sentence, _ADVICE,
                    cases(near), {"molecules": n, "tight": tight})]  # fmt: skip


def _sign(raw: Floats) -> list[Finding]:
    """Logarithms of both signs, such as pIC50 beside log10 of a molar IC50."""
    known = raw[np.isfinite(raw) & (raw != 0)]
    if len(known) < _FEW or not 0 < (known < 0).sum() < len(known):
        return []
    sign = 1.0 if (known > 0).sum() >= (known < 0).sum() else -1.0
    usual, odd = np.abs(known[known * sign > 0]), np.abs(known[known * sign < 0])
    centre, spread = float(np.median(usual)), float(np.std(usual))
    empty = np.mean(np.abs(known) < 0.25 * centre) <= 0.002
    if not empty or centre < 2 * spread or abs(np.median(odd) - centre) > 2 * max(spread, 0.25):
        return []
    rows = np.flatnonzero(raw * sign < 0)
    n = len(rows)
    sentence = (
        f"{counted(n, 'value')} {verb(n, 'has', 'have')} the other sign but the same size as the rest (median "
        f"{-sign * np.median(odd):.3g} beside {sign * centre:.3g}), and nothing lies between: as if pIC50 stood beside "
        f"log10 of a concentration."
    )
    return [Finding("units-sign", "error", "Mixed units: a logarithm of both signs", sentence, _ADVICE,
                    cases(Case((int(i),), f"value {raw[i]:g}") for i in rows))]  # fmt: skip


def _percent(sample: Sample, raw: Floats) -> list[Finding]:
    """Percent and fractions in one column: two heaps, one up to 1 and one up to 100, with little between."""
    known = raw[np.isfinite(raw)]
    if sample.scale.name == "log" or len(known) < _FEW or known.min() < 0 or known.max() > 100.5:
        return []
    low, high = known[(known > 0) & (known <= 1)], known[known > 5]
    between = int(((known > 1) & (known <= 5)).sum())
    if min(len(low), len(high)) < _LEAST or np.median(low) < 0.1 or np.median(high) < 20:
        return []
    if between > 0.15 * min(len(low), len(high)):
        return []
    minor = (raw > 0) & (raw <= 1) if len(low) <= len(high) else raw > 1
    rows = np.flatnonzero(minor)
    sentence = (
        f"{len(low):,} values lie in (0, 1] (median {np.median(low):.2g}), {len(high):,} between 5 and 100 (median "
        f"{np.median(high):.3g}), and only {between:,} between: as if fractions stood beside percent."
    )
    return [Finding("units-percent", "error", "Mixed units: percent beside fractions", sentence, _ADVICE,
                    cases(Case((int(i),), f"value {raw[i]:g}") for i in rows))]  # fmt: skip


def _clusters(sample: Sample, logs: Floats) -> list[Finding]:
    """Two heaps of logarithms a step of units apart; the surer if near neighbours lie in different heaps."""
    known = np.flatnonzero(np.isfinite(logs))
    if len(known) < _FEW:
        return []
    low, centres, clear = _two_heaps(logs[known])
    apart = float(centres[1] - centres[0])
    power = min(POWERS, key=lambda p: abs(apart - p))
    minor = low if low.sum() <= (~low).sum() else ~low
    if abs(apart - power) > 0.5 or clear < 2.2 or minor.sum() < max(_LEAST, 0.005 * len(known)):
        return []
    together, chance = _purity(sample, known, minor)
    mixed = np.isfinite(together) and together < chance + 0.5 * (1 - chance)
    if clear < 3 and not mixed:
        return []
    rows = known[minor]
    sentence = (
        f"The values fall into two heaps around {centres[0]:.1f} and {centres[1]:.1f} (log10), {apart:.1f} apart, as "
        f"units a factor of 10^{power} apart would make; {counted(len(rows), 'row')} are in the smaller heap"
    )
    if np.isfinite(together):
        sentence += (
            f". Of their most similar molecules {100 * together:.0f} % are in that heap too, where {100 * chance:.0f} % "
            f"would be chance: {'structure does not explain the heaps' if mixed else 'structure may explain it'}"
        )
    return [Finding("units-clusters", "error" if mixed else "warning", "Mixed units: two heaps of values",
                    f"{sentence}.", _ADVICE, cases(Case((int(i),), f"value {sample.rows[i].text}") for i in rows),
                    {"apart": apart, "separation": clear, "together": together, "chance": chance})]  # fmt: skip


def _two_heaps(x: Floats) -> tuple[NDArray[np.bool_], Floats, float]:
    """(which values are in the lower heap, the heaps' medians, Ashman's D): the cut of least squares within heaps.

    D (Astron. J. 1994, 108, 2348) is the distance of the means over their common width; above 2 is a clean separation.
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
    packed = fingerprints.bits([to_mol(parents[k]) for k in kept])
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


def _logs(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(values), np.nan)
