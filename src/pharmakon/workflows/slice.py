"""slice: where a molecule can be cut for a mode of design, ready to paste into a goal file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, RefusedGoal
from pharmakon.core.types import Progress, silent
from pharmakon.design.slicing import Proposal, proposals
from pharmakon.record.notebook import Shown

__all__ = ["SliceConfig", "SliceResult", "Sliced", "run"]


NOTHING = (
    "there is nothing to cut: no bond joins a ring to a part; a mode that needs no cut takes the molecule as it is: "
    'kind = "analogues" with it as molecule, or kind = "keep" with what must stay as substructure'
)
"""What is said of a molecule that no proposal is made for."""


class SliceConfig(Config):
    """Which molecules, and how many proposals of each kind."""

    smiles: tuple[str, ...] = Field((), description="SMILES to cut")
    data: Path | None = Field(None, description="table of molecules to cut")
    best: int = Field(2, ge=1, description="proposals of each kind for each molecule")

    @model_validator(mode="after")
    def _something(self) -> SliceConfig:
        if not self.smiles and self.data is None:
            raise ValueError("give a SMILES, or a table with --data")
        return self


@dataclass(frozen=True, slots=True)
class Sliced:
    """One molecule and the ways to cut it, best first of each kind; `problem` says why there are none."""

    id: str
    smiles: str
    proposals: tuple[Proposal, ...] = ()
    problem: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "id": self.id,
            "smiles": self.smiles,
            "problem": self.problem,
            "proposals": [
                {
                    "mode": one.mode.model_dump(exclude_defaults=True, mode="json"),
                    "pieces": list(one.pieces),
                    "score": one.score,
                    "reasons": list(one.reasons),
                    "toml": one.toml,
                }
                for one in self.proposals
            ],
        }


@dataclass(frozen=True, slots=True)
class SliceResult(Shown):
    """The molecules in the order they came."""

    molecules: list[Sliced]


def run(config: SliceConfig, *, progress: Progress = silent) -> SliceResult:
    """Propose modes for each molecule; one that cannot be read, is a mixture or must not be made has a problem."""
    found = [_sliced("", text, best=config.best) for text in config.smiles]
    if config.data is not None:
        from pharmakon.store.tables import open_table

        for row in open_table(config.data).rows():
            if row.problem:
                found.append(Sliced(row.id, row.structure, problem=row.problem))
            else:
                found.append(_sliced(row.id, row.structure, best=config.best))
            progress(len(found), len(found), "slicing")
    return SliceResult(found)


def _sliced(name: str, smiles: str, *, best: int) -> Sliced:
    try:
        every = proposals(smiles)
    except (ConfigError, RefusedGoal) as error:
        return Sliced(name, smiles, problem=str(error))
    seen: Counter[str] = Counter()
    kept = []
    for one in every:
        seen[one.mode.kind] += 1
        if seen[one.mode.kind] <= best:
            kept.append(one)
    return Sliced(name, smiles, tuple(kept), "" if kept else NOTHING)
