"""What a search for counterfactuals gives."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.types import Estimates, Property
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from pharmakon.chem.matched_pairs import Change


@dataclass(frozen=True, slots=True)
class Value:
    """An estimate with its interval and verdict."""

    value: float
    low: float
    high: float
    verdict: str = ""

    @classmethod
    def at(cls, got: Estimates, i: int) -> Value:
        """One molecule's."""
        return cls(float(got.value[i]), float(got.low[i]), float(got.high[i]), got.verdict[i])


@dataclass(frozen=True, slots=True)
class Alternative:
    """One edited molecule. Atoms are counted from 0: `changed` in the molecule's SMILES, `new` in this one's.

    `pairs` is what measured molecules say of the same exchange; `seen` in about how many molecules of the collections
    what was put in hangs in such surroundings. `lost` and `gained` are titles of other properties whose verdict is no
    longer, or is now, good.
    """

    smiles: str
    words: str
    sentence: str
    evidence: str
    similarity: float
    n_removed: int
    n_added: int
    changed: tuple[int, ...]
    new: tuple[int, ...]
    steps: int
    after: Value
    sure: bool
    pairs: Change | None = None
    seen: int = 0
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CounterfactualsResult(Shown):
    """The molecule as it was read, its answer, what was wanted, and the edits that bring it, best first.

    `withheld` says why nothing was looked for; `tried` what was.
    """

    smiles: str
    model: str
    property: Property
    before: Value
    wanted: str
    found: list[Alternative] = field(default_factory=list)
    tried: str = ""
    withheld: str = ""
    notes: list[str] = field(default_factory=list)
    output: Path | None = None

    def plain(self) -> dict[str, Any]:
        """It, for JSON: a number that is missing is null."""
        told = asdict(self) | {"output": None if self.output is None else str(self.output)}
        return {key: _plain(item) for key, item in told.items()}


def _plain(item: Any) -> Any:
    if isinstance(item, float):
        return item if math.isfinite(item) else None
    if isinstance(item, dict):
        return {key: _plain(value) for key, value in item.items()}
    return [_plain(one) for one in item] if isinstance(item, (list, tuple)) else item
