"""What the layers hand each other: a property, estimates of it, and who can make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["regression", "classification"]
Better = Literal["high", "low", "none"]
Verdict = Literal["good", "poor", "don't know", ""]
Profile = Literal["fast", "full"]
"""fast: one network for every endpoint; full: an endpoint's own model where it has one."""

Progress = Callable[[int, int, str], None]
"""Called as progress(done, total, note); `total` is 0 when unknown."""


def silent(done: int, total: int, note: str) -> None:
    """The progress of nobody watching."""


@dataclass(frozen=True, slots=True)
class Property:
    """What a column of numbers means.

    A classification's values are probabilities of `meaning`, unit "probability".
    `low` and `high` are the physical range, which no output leaves. `threshold` divides good from poor.
    A `hazard` can never be an objective's reward, only its penalty or constraint.
    """

    name: str
    title: str
    unit: str
    kind: Kind = "regression"
    better: Better = "none"
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    meaning: str = ""
    hazard: bool = False


@dataclass(frozen=True, slots=True)
class Estimates:
    """One property of n molecules. Every array has length n; NaN (and False, "") where there is no answer."""

    property: Property
    model: str
    value: Floats
    low: Floats
    high: Floats
    in_domain: NDArray[np.bool_]
    verdict: Sequence[str]
    percentile: Floats
    """Among approved drugs, 0-100; NaN where no reference is known."""
    nearest_similarity: Floats
    """Tanimoto (ECFP4) to the nearest training molecule, 0-1; NaN for computed properties."""
    nearest_id: Sequence[str]
    nearest_value: Floats
    problem: Sequence[str] = ()
    """Why there is no answer, "" where there is one; empty where all have one or nobody says."""

    def __len__(self) -> int:
        return len(self.value)

    @classmethod
    def exact(cls, what: Property, model: str, value: Floats) -> Estimates:
        """Estimates of something computed, not learnt: the interval is the value."""
        n = len(value)
        value = np.asarray(value, dtype=np.float64)
        known = np.isfinite(value)
        nan = np.full(n, np.nan)
        return cls(what, model, value, value, value, known, [""] * n, nan, nan, [""] * n, nan)


@runtime_checkable
class Predictor(Protocol):
    """Estimates one property from structures."""

    @property
    def name(self) -> str: ...

    @property
    def property(self) -> Property: ...

    def predict(self, smiles: Sequence[str]) -> Estimates:
        """Estimates for each SMILES, in order; an unreadable one gets NaN, never an exception."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """Anything that turns molecules into named quantities; how models reach an objective."""

    @property
    def properties(self) -> Mapping[str, Property]:
        """The quantities it can give, by name."""
        ...

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """The asked quantities for each SMILES. Failing raises; it is never a silent zero."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row has no answer: `reason` says what is wrong, `text` is the cell to blame as it stood."""

    row: int
    text: str
    reason: str
    id: str = ""
