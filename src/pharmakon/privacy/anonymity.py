"""What may be learnt of somebody who is known to be in a table: k-anonymity, l-diversity, t-closeness and relatives.

A class is the rows that share every quasi-identifier. The measures take `counts`, (classes, values): how often each
sensitive value stands in each class. They give one number a class; the table is as good as its worst class.
Definitions: k (Sweeney 2002), (alpha, k) (Wong 2006), l (Machanavajjhala 2007), t (Li 2007), beta (Cao & Karras 2012),
delta (Brickell & Shmatikov 2008).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import ConfigError, DataError
from pharmakon.core.types import Floats

from .earth_mover import equal_distance, hierarchical_distance, ordered_distance
from .hierarchy import Codes, Hierarchy

Diversity = Literal["distinct", "entropy", "recursive"]
Distance = Literal["equal", "ordered", "hierarchical"]
LARGEST = 100_000_000
"""Cells of a table of counts: beyond it memory runs out before patience does."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A column that nobody may learn of somebody, and what is asked of its classes.

    `codes` (n,) number the values in their order, from 0 to `values` - 1 (leaves of `hierarchy` where that is given).
    """

    name: str
    codes: Codes
    values: int
    l: float = 1.0  # noqa: E741 - its name in the literature
    diversity: Diversity = "distinct"
    c: float = 3.0
    """Of recursive diversity: the commonest value must be rarer than c times those from the l-th on."""
    t: float | None = None
    distance: Distance = "equal"
    hierarchy: Hierarchy | None = None

    def __post_init__(self) -> None:
        if self.distance == "hierarchical" and self.hierarchy is None:
            raise ConfigError(f"{self.name!r} has hierarchical distance and no hierarchy")

    @property
    def merges_safely(self) -> bool:
        """Whether a class that is diverse enough stays so whatever is joined to it (of distinct diversity alone)."""
        return self.t is None and (self.l <= 1 or self.diversity == "distinct")

    def fits(self, counts: Floats, whole: Floats) -> NDArray[np.bool_]:
        """Which classes, (classes, values), do what is asked, `whole` (values,) being the counts of the table."""
        good = diverse(counts, self) if self.l > 1 else np.ones(len(counts), dtype=bool)
        if self.t is not None:
            good = good & (distance_of(counts, whole, self.distance, self.hierarchy) <= self.t + ROUNDING)
        return good


@dataclass(frozen=True, slots=True)
class Measures:
    """What a whole table reaches for one sensitive column."""

    k: int
    alpha: float
    """Largest share of one value in a class."""
    l: int  # noqa: E741
    entropy_l: float
    recursive_c: float
    """Least c at which it is recursively (c, l)-diverse, l as asked, else the distinct one; infinite for 1."""
    t: float
    basic_beta: float
    enhanced_beta: float
    delta: float


def count_classes(classes: Codes, codes: Codes, values: int, weights: Floats | None = None) -> Floats:
    """Counts (classes, values) of n rows with a class (n,) and a value (n,), each counted `weights` times.

    Raises DataError where that is too much to hold: a sensitive column with a value of its own for each row.
    """
    size = int(classes.max()) + 1 if len(classes) else 0
    if size * values > LARGEST:
        raise DataError(
            f"{values:,} sensitive values in {size:,} classes are too many to count: put the column into intervals"
        )
    flat = np.bincount(classes * values + codes, weights=weights, minlength=size * values)
    return flat.reshape(size, values).astype(np.float64)


def distinct(counts: Floats) -> Codes:
    """How many sensitive values a class has; (classes,)."""
    found: Codes = (counts > 0).sum(axis=1)
    return found


def entropy_diversity(counts: Floats) -> Floats:
    """e to the entropy of a class: how many equally common values would be as diverse; (classes,)."""
    share = counts / counts.sum(axis=1, keepdims=True)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    found: Floats = np.exp(-(share * logs).sum(axis=1))
    return found


def recursive_c(counts: Floats, l: int) -> Floats:  # noqa: E741
    """The commonest value against all from the l-th commonest on; (classes,), infinite with fewer than l values."""
    ranked = -np.sort(-counts, axis=1)
    rest = ranked[:, l - 1 :].sum(axis=1)
    found: Floats = np.divide(ranked[:, 0], rest, out=np.full(len(counts), np.inf), where=rest > 0)
    return found


def diverse(counts: Floats, asked: Sensitive) -> NDArray[np.bool_]:
    """Which classes are as diverse as `asked` says; (classes,)."""
    if asked.diversity == "distinct":
        return distinct(counts) >= asked.l
    if asked.diversity == "entropy":
        return entropy_diversity(counts) >= asked.l - ROUNDING
    return recursive_c(counts, int(asked.l)) < asked.c - ROUNDING


def distance_of(counts: Floats, whole: Floats, kind: Distance, hierarchy: Hierarchy | None = None) -> Floats:
    """Earth mover's distance of each class, (classes, values), from the whole table, (values,)."""
    q, p = counts / counts.sum(axis=1, keepdims=True), whole / whole.sum()
    if kind == "ordered":
        return ordered_distance(q, p)
    if kind == "hierarchical" and hierarchy is not None:
        return hierarchical_distance(q, p, hierarchy)
    return equal_distance(q, p)


def measure(classes: Codes, sensitive: Sensitive) -> Measures:
    """Everything there is to say of n rows, by class (n,) and sensitive value. Raises DataError for no row."""
    if not len(classes):
        raise DataError("a table without a row has no anonymity to measure")
    _, classes = np.unique(classes, return_inverse=True)
    codes, hierarchy = sensitive.codes, sensitive.hierarchy
    if sensitive.distance == "hierarchical":
        values = sensitive.values  # also those that nobody has: they are leaves of the tree
    else:
        present, codes = np.unique(codes, return_inverse=True)
        values = len(present)
    counts = count_classes(classes, codes, values)
    whole = counts.sum(axis=0)
    seen = whole > 0
    p = whole[seen] / whole.sum()
    q = counts[:, seen] / counts.sum(axis=1, keepdims=True)
    gains = float(((q - p) / p).max())
    logs = np.log(q / p, out=np.zeros_like(q), where=q > 0)
    l = int(distinct(counts).min())  # noqa: E741
    asked = int(sensitive.l) if sensitive.l > 1 else l
    return Measures(
        k=int(counts.sum(axis=1).min()),
        alpha=float(q.max()),
        l=l,
        entropy_l=float(entropy_diversity(counts).min()),
        recursive_c=float(recursive_c(counts, asked).max()) if asked > 1 else float("inf"),
        t=float(distance_of(counts, whole, sensitive.distance, hierarchy).max()),
        basic_beta=gains,
        enhanced_beta=float(min(gains, -np.log(p.min()))),
        delta=float(np.abs(logs).max()),
    )


def group(columns: Mapping[str, Codes] | list[Codes]) -> Codes:
    """Rows with equal values in every column, each (n,), as classes (n,) numbered from 0."""
    found = np.zeros(0, dtype=np.int64)
    for column in columns.values() if isinstance(columns, Mapping) else columns:
        _, codes = np.unique(column, return_inverse=True)
        if not len(found):
            found = codes
            continue
        _, found = np.unique(found * (int(codes.max()) + 1) + codes, return_inverse=True)
    return found.astype(np.int64)
