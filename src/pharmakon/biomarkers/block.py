"""A block of measurements: one kind of data, patients in rows and named features in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

BlockKind = Literal["continuous", "binary", "counts"]


@dataclass(frozen=True, slots=True)
class Block:
    """Values of shape (n, p), NaN where not measured; a patient whose row is all NaN lacks the block."""

    name: str
    values: Floats
    features: tuple[str, ...]
    kind: BlockKind = "continuous"

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.features):
            raise DataError(f"block {self.name!r}: {len(self.features)} features, values of shape {self.values.shape}")
        if len(set(self.features)) < len(self.features):
            raise DataError(f"block {self.name!r}: a feature's name stands twice")

    def __len__(self) -> int:
        return len(self.values)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which patients have anything of this block; shape (n,)."""
        present: NDArray[np.bool_] = np.asarray(np.isfinite(self.values).any(axis=1))
        return present

    def take(self, rows: Sequence[int] | NDArray[Any]) -> Block:
        """Some of the patients, by position or mask."""
        return replace(self, values=self.values[rows])
