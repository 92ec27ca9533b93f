"""substructure: the molecules of an index that have a part, by a screen of fingerprints and then exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from .index_view import Molecule

COLUMNS = ("row", "id", "smiles")
KEPT = 10_000
"""Hits that are held where no file is written."""


class SubstructureConfig(Config):
    """Which part, in which index, how many."""

    smarts: str = Field(description="the part, as SMARTS: c1ccncc1 or [NX3;H2]")
    index: Path = Field(description="folder that pharmakon index wrote")
    limit: int | None = Field(None, ge=1, description="stop after so many molecules; all when not given")
    seconds_per_molecule: float = Field(
        20.0, gt=0, description="seconds that the search of one molecule may take; one that takes longer is left out"
    )
    output: Path | None = Field(None, description="CSV to write, in the order of the library")
    workers: int | None = Field(None, ge=1, description="threads of the exact search; one a core when not given")
    verify: bool = Field(False, description="first check every file of the index against its SHA-256")


@dataclass(slots=True)
class SubstructureResult(Shown):
    """How many molecules have the part; `complete` where all were searched, and not the first `limit` found alone.

    Without a file the first 10,000 are in `molecules`; `slow` are those that took too long.
    """

    indexed: int
    hits: int = 0
    screened: int = 0
    candidates: int = 0
    searched: int = 0
    complete: bool = True
    output: Path | None = None
    molecules: list[Molecule] = field(default_factory=list)
    slow: list[Molecule] = field(default_factory=list)


def run(config: SubstructureConfig, *, progress: Progress = silent) -> SubstructureResult:
    """Search. Raises DataError for what is no SMARTS, and for a folder that holds no index."""
    from pharmakon.store.writers import write_csv

    from .index_files import INDEX
    from .index_output import check_answer
    from .index_view import Index, Progressed
    from .recorded import recorded

    index = Index(config.index)
    if config.verify:
        index.verify()
    at = Progressed()
    result = SubstructureResult(len(index), output=config.output)
    looking = index.having(
        config.smarts, seconds=config.seconds_per_molecule, workers=config.workers, at=at, progress=progress
    )

    def found() -> Iterator[Molecule]:
        for molecule in islice(looking, config.limit):
            result.hits += 1
            yield molecule

    if config.output is not None:
        check_answer(config.index, config.output)
        with recorded("substructure", config, [config.output], inputs=[config.index / INDEX]):
            write_csv(config.output, COLUMNS, ({"row": m.row, "id": m.id, "smiles": m.smiles} for m in found()))
    else:
        for molecule in found():
            if len(result.molecules) < KEPT:
                result.molecules.append(molecule)
    result.complete = config.limit is None or result.hits < config.limit or next(looking, None) is None
    result.screened, result.candidates, result.searched = at.screened, at.candidates, at.searched
    result.slow = index.slow
    return result
