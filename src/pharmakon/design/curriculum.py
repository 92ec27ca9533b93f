"""A curriculum: a search in stages, the cheap goals first, each stage begun with the best of the one before.

Every stage is a search of its own with its own goals, and a molecule that goes on is scored anew. One journal holds
them all: calls and batches are counted through, and an entry says which stage it is of. The only state is still the
archives, so a run that is killed in any stage and resumed goes on with the bytes it would have had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.random import stream
from pharmakon.design.lineage import Archive, Journal, Record
from pharmakon.design.optimise import Optimiser
from pharmakon.design.settings import Settings

Search = Callable[[int, Settings, Sequence[str], Journal | None], Optimiser]
"""Makes the search of a stage, counted from 0: its settings, the SMILES to start from, what keeps its batches."""


class Stage(Config):
    """One stage of a curriculum."""

    calls: int = Field(ge=1, description="scorer calls to spend")
    until: float | None = Field(
        None, gt=0, le=1, description="mean score of the ten best at which the stage ends before its calls are spent"
    )


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a stage: its search, and its records with calls and batches counted through all stages."""

    search: Optimiser
    records: tuple[Record, ...]


class Curriculum:
    """Runs stage after stage; without stages, the one search there is."""

    def __init__(
        self, stages: Sequence[Stage], settings: Settings, search: Search, *, journal: Journal | None = None
    ) -> None:
        self.stages = tuple(stages)
        self.settings = settings
        self.search = search
        self.journal = journal
        self.finished: list[Finished] = []

    def run(self, start: Sequence[str], *, max_similarity: float = 0.7) -> Archive:
        """The archive of all: see `lineage`. No two molecules that go on are more alike than `max_similarity`."""
        for number in range(max(1, len(self.stages))):
            settings = self._settings(number)
            search = self.search(number, settings, start, self._journal(number))
            search.run()
            first, batches = len(self.records), self._batches
            records = (replace(r, call=r.call + first, batch=r.batch + batches) for r in search.archive)
            self.finished.append(Finished(search, tuple(records)))
            if number + 1 < len(self.stages):
                most = self._settings(number + 1).initial
                start = [r.smiles for r in search.designs(most, max_similarity=max_similarity)] or start
        return self.lineage()

    @property
    def records(self) -> list[Record]:
        """Every call in order; a molecule that went on is there once for each stage."""
        return [record for stage in self.finished for record in stage.records]

    def lineage(self) -> Archive:
        """Each molecule once: born where it was first scored, with the score of the last stage that scored it."""
        last = {record.smiles: record.evaluation for record in self.records}
        archive = Archive()
        for record in self.records:
            if record.smiles not in archive:
                archive.add(replace(record, evaluation=last[record.smiles]))
        return archive

    def ranked(self) -> list[Record]:
        """The molecules of the last stage, best first, as `lineage` has them."""
        archive = self.lineage()
        return [archive[record.smiles] for record in self.finished[-1].search.archive.ranked()]

    @property
    def _batches(self) -> int:
        return 1 + max((record.batch for record in self.records), default=-1)

    def _journal(self, number: int) -> StageJournal | None:
        stage = number + 1 if self.stages else 0
        return StageJournal(self.journal, stage, self.records) if self.journal is not None else None

    def _settings(self, number: int) -> Settings:
        if not self.stages:
            return self.settings
        stage, seed = self.stages[number], self.settings.seed
        if number:
            seed = int(stream(seed, "stage", number).integers(2**31))
        initial = min(self.settings.initial, max(2, stage.calls // 2))
        return self.settings.model_copy(
            update={"calls": stage.calls, "until": stage.until, "seed": seed, "initial": initial}
        )


class StageJournal:
    """The part of a journal that one stage writes and reads: numbers begin at 0 and 1 inside it, and run on outside."""

    def __init__(self, journal: Journal, stage: int, before: Sequence[Record]) -> None:
        self._journal = journal
        self._stage = stage  # from 1; 0 where there are none
        self._calls = len(before)
        self._batches = 1 + max((record.batch for record in before), default=-1)

    def append(self, entry: Mapping[str, Any], /) -> None:
        """Keep a batch for good."""
        shifted = self._shifted(entry, 1)
        stage = {"stage": self._stage} if self._stage else {}
        self._journal.append({"batch": shifted.pop("batch"), **stage, **shifted})

    def read(self) -> list[dict[str, Any]]:
        """The batches of this stage that were kept when the run began."""
        mine = [entry for entry in self._journal.read() if entry.get("stage", 0) == self._stage]
        return [self._shifted({k: v for k, v in entry.items() if k != "stage"}, -1) for entry in mine]

    def _shifted(self, entry: Mapping[str, Any], sign: int) -> dict[str, Any]:
        molecules = [{**m, "call": m["call"] + sign * self._calls} for m in entry["molecules"]]
        return {**entry, "batch": entry["batch"] + sign * self._batches, "molecules": molecules}
