"""Who is in the data, against who there is: participation-to-prevalence ratios, distance, goodness of fit.

The ratio is a level's share in the data over its share in a reference population; 0.8 to 1.25 is commonly taken as
adequate (Scott et al., J. Am. Coll. Cardiol. 2018, 71, 1960, who use 0.8 to 1.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pharmakon.learn.interval import Interval

from .groups import UNKNOWN, Groups, banded, renamed
from .intervals import wilson
from .reference import ADULT, AGE, Population

ADEQUATE = (0.8, 1.2)


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its people, its share among those of known level, the reference's share, and their ratio."""

    level: str
    n: int
    share: float
    reference: float
    ratio: Interval

    @property
    def verdict(self) -> str:
        """Too few, too many or adequate, as far as the interval says; "" where there is no reference."""
        if not np.isfinite(self.ratio.value):
            return ""
        if self.ratio.high < ADEQUATE[0]:
            return "under-represented"
        if self.ratio.low > ADEQUATE[1]:
            return "over-represented"
        return "adequate" if ADEQUATE[0] <= self.ratio.value <= ADEQUATE[1] else "cannot tell"


@dataclass(frozen=True, slots=True)
class Representation:
    """One column against a reference population. Distances are over the levels that the reference knows."""

    column: str
    population: str
    """Name, year and source, as a reader needs them; "" where the reference does not have the column."""
    levels: tuple[Level, ...]
    distance: float
    """Total variation distance: the share of people who would have to be others."""
    chi2: float
    p: float
    unknown: int
    notes: tuple[str, ...] = ()


def represented(groups: Groups, population: Population | None, *, role: str = "") -> Representation:
    """How a column's levels compare with a population; `role` is the population's name for the column."""
    role = role or groups.name
    known = groups.take(np.array([groups.levels[c] != UNKNOWN for c in groups.code], dtype=bool))
    unknown = len(groups) - len(known)
    if population is None or role not in population.shares:
        levels = [_level(level, int(n), len(known), np.nan) for level, n in _counts(known).items()]
        note = () if population is None else (f"{population.title} ({population.year}) has no figures by {role}",)
        return Representation(groups.name, "", tuple(levels), np.nan, np.nan, np.nan, unknown, note)
    notes: list[str] = []
    shares = dict(population.shares[role])
    counts = _counts(known)
    if role == AGE:
        shares, dropped = _ages(shares, population, counts)
        notes += dropped
    counts = {**dict.fromkeys(shares, 0), **counts}
    if others := [level for level in counts if level not in shares]:
        notes.append(f"not in the reference, and not compared: {', '.join(others)}")
    n = sum(counts[level] for level in shares)
    total = sum(shares.values())
    levels = [
        _level(level, count, n if level in shares else len(known), shares.get(level, np.nan) / total)
        for level, count in counts.items()
    ]
    seen = np.array([counts[level] for level in shares], np.float64)
    expected = np.array([shares[level] for level in shares], np.float64) / total
    chi2, p = _fit(seen, expected)
    distance = float(np.abs(seen / n - expected).sum() / 2) if n else np.nan
    more = f"; {population.note}" if population.note else ""
    named = f"{population.title}, {population.year} ({population.source}{more})"
    return Representation(groups.name, named, tuple(levels), distance, chi2, p, unknown, tuple(notes))


def matched(groups: Groups, population: Population, role: str) -> Groups:
    """The column with its levels called as the population calls them."""
    return renamed(groups, {level: population.level(role, level) for level in groups.levels if level != UNKNOWN})


def in_bands(name: str, ages: np.ndarray[tuple[int], np.dtype[np.float64]], population: Population) -> Groups:
    """Ages in years (n,) in the population's bands."""
    return banded(name, ages, population.starts)


def _ages(
    shares: dict[str, float], population: Population, counts: dict[str, int]
) -> tuple[dict[str, float], list[str]]:
    """Shares by band; without children where the cohort has none, since then it was one of adults."""
    bands = banded(AGE, np.asarray(population.starts, np.float64), population.starts).levels
    found = dict(zip(bands, shares.values(), strict=True))
    young = [band for band, start in zip(bands, population.starts, strict=True) if start < ADULT and band != bands[-1]]
    young = [band for band in young if float(band.split("-")[1]) < ADULT]
    if young and not any(counts.get(band, 0) for band in young):
        found = {band: share for band, share in found.items() if band not in young}
        return found, [f"nobody is of {', '.join(young)}: compared with the population from {found_start(found)} years"]
    return found, []


def found_start(bands: dict[str, float]) -> str:
    """The first year of the first band."""
    return next(iter(bands)).split("-")[0].rstrip("+")


def _counts(groups: Groups) -> dict[str, int]:
    return dict(zip(groups.levels, groups.count().tolist(), strict=True))


def _level(level: str, count: int, n: int, reference: float) -> Level:
    value = count / n if n else np.nan
    low, high = (float(end) for end in wilson(count, n))
    if not reference > 0:
        return Level(level, count, value, reference, Interval(np.nan))
    return Level(level, count, value, reference, Interval(value / reference, low / reference, high / reference))


def _fit(seen: np.ndarray[tuple[int], np.dtype[np.float64]], expected: np.ndarray) -> tuple[float, float]:
    """Pearson's chi-squared against the reference's shares, and its p."""
    from scipy.special import chdtrc

    n, some = seen.sum(), expected > 0
    if n <= 0 or some.sum() < 2:
        return np.nan, np.nan
    chi2 = float(((seen[some] - n * expected[some]) ** 2 / (n * expected[some])).sum())
    return chi2, float(chdtrc(some.sum() - 1, chi2))
