"""A coarse sketch of each training patient, by which a copy is known again after rounding, new gaps or another unit.

Of at most 128 features it holds whether the patient lay above or below the median of training: a bit each, no value.
Hashing the bits in short bands would hide nothing, as all bands can be tried, and one gap would spoil a band. Patients
of one disease share many bits: how many must agree is learnt from training patients among each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.core.random import stream
from pharmakon.core.types import Floats

Signs = NDArray[np.int8]

MOST, CANDIDATES = 128, 1000
"""Features of a sketch, and how many are drawn to choose them from."""
FEWEST, HALF = 32, 0.5
"""Features below which nothing is sketched, and the share of those sketched that a patient must have: how many agree in
unlike patients is known for all of them only."""
LOWEST = 0.95
"""The least share of signs that must agree: the few pairs of a small cohort do not say how alike two can be."""
CHANCE = 1e-7
"""How seldom as many features of two patients may agree by the toss of a coin, for them to be one."""
MIDDLE = 0.1
"""The share of patients around a median of whom no side is kept: it would not survive rounding."""
KNOWN, TIED = 0.8, 0.1
"""The share of patients that a feature must be known of, and of them at most on the median itself: a count may be 0 in
most."""
ONE_SIDE = 0.6
"""Mean sign of a cohort from which its values are in another unit."""
OWN_MEDIAN = 10
"""Patients of a new cohort from whom its own medians are taken: they do not care about the unit."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """Of n patients and q features: 1 above the median, -1 below it, 0 unknown or near it."""

    features: tuple[str, ...]
    median: Floats
    signs: Signs
    bar: float
    """Share of the known signs that must agree for two patients to be taken for one."""

    def knows(self, block: Block) -> NDArray[np.bool_]:
        """Which patients of a block look like one of the sketched; shape (m,). Features may be missing."""
        place = {name: j for j, name in enumerate(block.features)}
        there = [i for i, name in enumerate(self.features) if name in place]
        if len(there) < HALF * len(self.features):
            return np.zeros(len(block), dtype=bool)
        values = block.values[:, [place[self.features[i]] for i in there]]
        medians = [self.median[there]]
        if block.present.sum() >= OWN_MEDIAN:
            own = _median(values)
            # In another unit all lie on one side of training's medians, as one of training may: that is no likeness.
            same_unit = abs(_signs(values, medians[0])[block.present].mean()) < ONE_SIDE
            medians = [*medians[: int(same_unit)], own]
        least = HALF * len(self.features)
        tries = [_alike(_signs(values, median), self.signs[:, there], self.bar, least) for median in medians]
        known: NDArray[np.bool_] = np.any(tries, axis=(0, 2))
        return known

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `from_arrays` needs."""
        names = np.array(self.features, dtype=np.str_)
        return {"features": names, "median": self.median, "signs": self.signs, "bar": np.array(self.bar)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The sketch that `to_arrays` described."""
        return cls(
            tuple(map(str, arrays["features"])), arrays["median"], arrays["signs"], float(arrays["bar"])
        )  # fmt: skip


def sketch_of(block: Block, groups: NDArray[Any], *, random_state: int = 0) -> Sketch | None:
    """The sketch of a block's patients; samples of one of the `groups` (n,) may be alike. None where it is too small.

    The patients' order is not kept, so that no row can be laid beside one of another block or an identifier.
    """
    rows = np.flatnonzero(block.present)
    values, members = block.values[rows], groups[rows]
    if block.kind == "binary" or len({*members.tolist()}) < OWN_MEDIAN:
        return None
    chosen = _well_spread(values, random_state)
    if len(chosen) < FEWEST:
        return None
    values = values[:, chosen]
    low, high = np.nanquantile(values, [0.5 - MIDDLE / 2, 0.5 + MIDDLE / 2], axis=0)
    signs = np.where(values > high, 1, np.where(values < low, -1, 0)).astype(np.int8)
    median = _median(values)
    same, shared = _agreement(_signs(values, median), signs)
    others = (members[:, None] != members[None, :]) & (shared >= HALF * len(chosen))
    most = float((same[others] / shared[others]).max(initial=0.5))
    names = tuple(block.features[j] for j in chosen)
    return Sketch(names, median, signs[np.lexsort(signs.T)], max((1 + most) / 2, LOWEST))


def _well_spread(values: Floats, random_state: int) -> NDArray[np.intp]:
    """Columns whose signs say most beyond those chosen before, of a random draw: alike genes tell nobody apart."""
    from scipy.linalg import qr

    median = _median(values)
    known = np.isfinite(values)
    tied = (values == median).sum(axis=0)
    usable = np.flatnonzero((known.mean(axis=0) >= KNOWN) & (tied <= np.maximum(TIED * known.sum(axis=0), 1)))
    drawn = stream(random_state, "sketch").permutation(usable)[:CANDIDATES]
    if not len(drawn):
        return drawn
    signs = _signs(values[:, drawn], median[drawn]).astype(np.float64)
    found: NDArray[np.intp] = drawn[qr(signs, mode="r", pivoting=True)[1][:MOST]]
    return found


def _median(values: Floats) -> Floats:
    """The median of each column (p,); NaN where nothing is known."""
    median = np.full(values.shape[1], np.nan)
    some = np.isfinite(values).any(axis=0)
    median[some] = np.nanmedian(values[:, some], axis=0)
    return median


def _signs(values: Floats, median: Floats) -> Signs:
    """1 above, -1 below, 0 where unknown or equal; shape of `values`."""
    signs: Signs = np.sign(np.nan_to_num(values - median, posinf=0.0, neginf=0.0)).astype(np.int8)
    return signs


def _agreement(a: Signs, b: Signs) -> tuple[Floats, Floats]:
    """How many signs of each row of a (m, q) and of b (n, q) are the same, and how many both have; (m, n) each."""
    product = a.astype(np.float64) @ b.T
    shared = (a != 0).astype(np.float64) @ (b != 0).T
    return (shared + product) / 2, shared


def _alike(a: Signs, b: Signs, bar: float, least: float) -> NDArray[np.bool_]:
    """Which rows of a and b share `least` signs and agree in more than unlike patients, and coins, do; (m, n)."""
    from scipy.stats import binom

    same, shared = _agreement(a, b)
    alike: NDArray[np.bool_] = (shared >= least) & (same >= bar * shared) & (binom.sf(same - 1, shared, 0.5) < CHANCE)
    return alike
