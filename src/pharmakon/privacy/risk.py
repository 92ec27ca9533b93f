"""Who could be found again in a table: the attackers' chances by the sizes of the classes, and unique people.

The prosecutor knows that the person is in the table; the journalist does not, and looks at the population that it is a
sample of; the marketer wants as many as possible (El Emam, Guide to the De-Identification of Personal Health
Information, 2013).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pharmakon.core.errors import ConfigError
from pharmakon.core.types import Floats

from .hierarchy import Codes
from .uniqueness import Uniqueness, population_uniqueness

AT_RISK = 0.09
"""Risk above which a record counts as at risk: less than 11 alike, as EMA's Policy 0070 and CMS's cell size have it."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One attacker: highest and mean chance of a record, and the share of the records above AT_RISK."""

    highest: float
    mean: float
    share_at_risk: float


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk of n records in `classes` classes."""

    records: int
    classes: int
    smallest: int
    unique: int
    """Records that nobody in the table is like."""
    prosecutor: Attack
    journalist: Attack
    """The prosecutor's where nothing is known of the population."""
    marketer: float
    """Expected share of the records that are put to the right person."""
    population: Uniqueness | None
    """People who are alike nobody in the population, estimated; None where its size is not given."""

    @property
    def unique_share(self) -> float:
        """Share of the records that are unique in the table."""
        return self.unique / self.records if self.records else 0.0


def assess(classes: Codes, *, population: int | None = None) -> Risk:
    """The risk of records with classes (n,), -1 for suppressed ones, being a sample of `population` people.

    Without a population table its classes are not known. They are taken to be as many times larger as the population
    is, which is right on average and too mild for people whom the sample caught by luck: where one of them is expected
    to be unique in the population, the journalist's highest risk is 1. ConfigError where the population is smaller than
    the table.
    """
    sizes = np.bincount(classes[classes >= 0]).astype(np.float64)
    sizes = sizes[sizes > 0]
    n = int(sizes.sum())
    if population is not None and population < len(classes):
        raise ConfigError(f"a population of {population:,} cannot hold a sample of {len(classes):,}")
    if not n:
        nobody = Attack(0.0, 0.0, 0.0)
        return Risk(0, 0, 0, 0, nobody, nobody, 0.0, None)
    prosecutor = _attack(sizes, sizes)
    journalist, marketer, unique = prosecutor, len(sizes) / n, None
    if population is not None:
        larger = sizes * population / n
        journalist = _attack(sizes, larger)
        marketer = float((sizes / larger).sum()) / n
        unique = population_uniqueness(sizes, population)
        if unique.share * n >= 1:  # somebody in the table is likely to be alone in the population
            journalist = replace(journalist, highest=1.0)
    alone = int((sizes == 1).sum())
    return Risk(n, len(sizes), int(sizes.min()), alone, prosecutor, journalist, marketer, unique)


def _attack(sizes: Floats, among: Floats) -> Attack:
    """Chances of records in classes of `sizes`, each hidden among so many people."""
    chance = np.minimum(1.0, 1.0 / among)
    n = float(sizes.sum())
    return Attack(
        float(chance.max()), float((chance * sizes).sum()) / n, float(sizes[chance > AT_RISK + 1e-3].sum()) / n
    )
