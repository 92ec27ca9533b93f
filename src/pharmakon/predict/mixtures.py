"""Values in more than one unit: the evidence, and the rows that it points at.

Evidence is not proof; a look at the source is. Nanomolar beside micromolar is a factor of 10^3, beside molar 10^9;
percent beside fractions 10^2.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np

from pharmakon.core.types import Floats
from pharmakon.core.words import counted

from .findings import Case, Finding, Severity, cases, passed, verb
from .heaps import ADVICE, POWERS, heaps, misfits
from .measured import Sample

_NEAR, _FLANK, _TIGHT = 0.1, 0.5, 0.02
"""In log units: how near a ratio must be to a power, the ratios it is compared with, and a certain slip of units."""
_FEW, _LEAST = 40, 4
"""Fewest values that can show heaps, and fewest rows of a heap."""
_MOST_REPEATS = 100


def units(sample: Sample, *, seed: int = 0) -> list[Finding]:
    """Every sign that the column holds more than one unit."""
    if sample.kind == "classification":
        return []
    raw = np.array([np.nan if row.problem else row.value for row in sample.rows])
    logs = sample.compared if sample.scale.decades else _logs(raw)
    found = [*_unit_column(sample), *_repeats(sample, raw, logs), *_sign(raw), *_percent(sample, raw)]
    if sample.scale.decades:
        found += [*heaps(sample, logs), *misfits(sample, logs, seed=seed)]
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
    return [
        Finding(
            "units-column",
            "error",
            "Mixed units: the unit column says so",
            sentence,
            ADVICE,
            cases(Case((i,), f"{sample.rows[i].text} {sample.rows[i].unit}") for i in odd),
        )
    ]


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
        f"{counted(n, 'molecule')} {verb(n, 'has', 'have')} two values a factor of {listed} apart ({tight:,} of them "
        f"to within 5 %), where {chance:.1f} would be chance."
    )
    severity: Severity = "error" if certain else "warning"
    return [
        Finding(
            "units-repeats",
            severity,
            "Mixed units: one molecule, a step of units apart",
            sentence,
            ADVICE,
            cases(near),
            {"molecules": n, "tight": tight},
        )
    ]


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
    return [
        Finding(
            "units-sign",
            "error",
            "Mixed units: a logarithm of both signs",
            sentence,
            ADVICE,
            cases(Case((int(i),), f"value {raw[i]:g}") for i in rows),
        )
    ]


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
    return [
        Finding(
            "units-percent",
            "error",
            "Mixed units: percent beside fractions",
            sentence,
            ADVICE,
            cases(Case((int(i),), f"value {raw[i]:g}") for i in rows),
        )
    ]


def _logs(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(values), np.nan)
