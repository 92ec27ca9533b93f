"""What happened to each patient: a class, a number, or a time and whether the event came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

OutcomeKind = Literal["binary", "continuous", "survival"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of n patients.

    `value` is 0 or 1 (binary), a number (continuous) or the time under observation (survival); NaN where unknown.
    `event` is 1 where the event came at that time and 0 where observation ended without it; survival only.
    """

    name: str
    kind: OutcomeKind
    value: Floats
    event: Floats | None = None
    positive: str = ""
    """What a 1 stands for: the class, or the event."""
    negative: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if (self.event is not None) != (self.kind == "survival"):
            raise DataError(f"outcome {self.name!r}: a survival outcome has times and events, another has values only")
        if self.kind == "binary" and not np.isin(self.value[self.known], (0.0, 1.0)).all():
            raise DataError(f"outcome {self.name!r} is binary: its values are 0 and 1")
        if self.kind == "survival" and (self.value[self.known] < 0).any():
            raise DataError(f"outcome {self.name!r}: a time is below 0")

    def __len__(self) -> int:
        return len(self.value)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where it is known; shape (n,)."""
        known = np.isfinite(self.value)
        return known if self.event is None else known & np.isfinite(self.event)

    @property
    def events(self) -> int:
        """Patients of the rarer class, or with the event; all that are known for a number."""
        known = self.known
        if self.kind == "continuous":
            return int(known.sum())
        ones = int((self.value if self.event is None else self.event)[known].sum())
        return ones if self.kind == "survival" else min(ones, int(known.sum()) - ones)

    @property
    def strata(self) -> Floats:
        """What folds should be even in: classes, values, or events; shape (n,)."""
        return self.value if self.event is None else self.event

    def take(self, rows: Sequence[int] | NDArray[Any]) -> Outcome:
        """Some of the patients, by position or mask."""
        return replace(self, value=self.value[rows], event=None if self.event is None else self.event[rows])
