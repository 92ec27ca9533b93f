"""Risks that may be judged: each patient's given by a model that had not seen the patient."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

FEWEST, DISTINCT = 5, 0.98
"""Features that a block must have, and the share of training patients who must differ in it, for equal values to mean
the same patient."""
CHANCE = 1e-6
"""How often, at most, a stranger may have the values of some training patient, for equal values to mean the same."""


@dataclass(frozen=True, slots=True)
class Risks:
    """Risks of n patients, NaN where the model has none. What judges a model takes this and nothing else.

    Patients of one `fold` were given theirs by one model; only within it do ranks compare.
    """

    value: Floats
    """A probability, or a number in the outcome's unit."""
    score: Floats
    """The linear score that orders patients as the risk does."""
    fold: NDArray[np.int64]
    seen: NDArray[np.bool_]
    """Which patients the model was made with."""
    model: str

    def __len__(self) -> int:
        return len(self.value)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Risks:
        """Some of the patients."""
        return replace(self, value=self.value[rows], score=self.score[rows], fold=self.fold[rows], seen=self.seen[rows])

    def fair(self) -> Risks:
        """These risks; DataError if the model has seen any of the patients."""
        if self.seen.any():
            raise DataError(
                f"{int(self.seen.sum())} of {len(self)} patients made the model {self.model!r}: their risks do not say "
                "how good it is; use the nested estimate, or other patients"
            )
        return self


def digests(blocks: Mapping[str, Block]) -> dict[str, NDArray[np.uint64]]:
    """A number per patient of each block with enough features, equal where all values are; 0 without the block."""
    found = {}
    for name, block in blocks.items():
        if len(block.features) < FEWEST:
            continue
        order = np.argsort(block.features)
        rows = np.nan_to_num(np.round(block.values[:, order], 6), nan=1e300) + 0.0  # no negative zero
        marks = [int.from_bytes(hashlib.sha256(row.tobytes()).digest()[:8], "little") for row in rows]
        found[name] = np.where(block.present, np.array(marks, dtype=np.uint64), np.uint64(0))
    return found


def identifying(blocks: Mapping[str, Block]) -> dict[str, NDArray[np.uint64]]:
    """The digests of the blocks whose values tell patients apart: ages in years, stages and mutations many share."""
    return {
        name: found
        for name, found in digests(blocks).items()
        if len(np.unique(found[found != 0])) >= DISTINCT * int((found != 0).sum())
        and _alike(blocks[name]) * len(found) < CHANCE
    }


def _alike(block: Block) -> float:
    """How probable it is that two patients are alike in every feature, were the features independent."""
    values = block.values[block.present]
    pairs = len(values) * (len(values) - 1) / 2
    shares = []
    for column in values.T:
        number = np.unique(np.round(column, 6), return_counts=True)[1].astype(np.float64)
        shares.append(((number * (number - 1) / 2).sum() + 0.5) / (pairs + 0.5))
    return float(np.exp(np.log(shares).sum()))


def seen_before(blocks: Mapping[str, Block], known: Mapping[str, NDArray[np.uint64]]) -> NDArray[np.bool_]:
    """Which patients have, in any block, the very values of a training patient; shape (n,)."""
    n = len(next(iter(blocks.values())))
    seen = np.zeros(n, dtype=bool)
    for name, marks in digests(blocks).items():
        if name in known:
            seen |= np.isin(marks, known[name]) & (marks != 0)
    return seen
