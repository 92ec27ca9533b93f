"""A design run while it is written: how far it is, how good, how different, and what the best molecules are so far.

The journal is followed from where it was last read, so that a look costs what is new. Its last line may be half
written; it is read when it is whole.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from pathlib import Path
from typing import Any

from .design_journal import CALLS

BEST = 12
"""Molecules that are shown."""
SPREAD = 50
"""Molecules, the best feasible ones, whose mean distance says how diverse a run is."""
PACE = 10
"""Batches by which the time that is left is told: a batch takes longer as the surrogate learns from more."""
LEDGER, RUN = "ledger.jsonl", "run.json"


@dataclass(frozen=True, slots=True)
class Molecule:
    """A molecule that was scored; `terms` has of each wish its value and its desirability (0 to 1)."""

    smiles: str
    call: int
    score: float
    feasible: bool
    terms: Mapping[str, tuple[float | None, float]]


@dataclass(frozen=True, slots=True)
class Point:
    """After a batch: calls so far, best score so far, mean of the batch, share of feasible molecules in it."""

    call: int
    best: float
    mean: float
    feasible: float


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a run now. Seconds and diversity are None while nothing is known of them."""

    calls: int = 0
    of: int = 0
    feasible: int = 0
    points: Sequence[Point] = ()
    scores: Sequence[tuple[int, float]] = ()
    best: Sequence[Molecule] = ()
    diversity: float | None = None
    """Mean distance (1 - ECFP4 Tanimoto) of the best feasible molecules, at most SPREAD of them."""
    seconds_left: float | None = None

    @property
    def score(self) -> float | None:
        """The best score so far."""
        return self.points[-1].best if self.points else None


@dataclass(slots=True)
class DesignWatch:
    """One run that is followed. Threads may look at the same time."""

    folder: Path
    _calls: _Tail = field(init=False)
    _ledger: _Tail = field(init=False)
    _of: int = 0
    _molecules: dict[str, Molecule] = field(default_factory=dict)
    _scores: list[tuple[int, float]] = field(default_factory=list)
    _points: list[Point] = field(default_factory=list)
    _clock: list[tuple[float, int]] = field(default_factory=list)
    _spread: tuple[tuple[str, ...], float | None] = ((), None)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._calls, self._ledger = _Tail(self.folder / CALLS), _Tail(self.folder / LEDGER)

    def look(self) -> Progress:
        """What is known now; a run that has not begun to score is an empty Progress."""
        with self._lock:
            self._of = self._of or _asked(self.folder / RUN)
            for entry in self._calls.more():
                self._add(entry)
            for entry in self._ledger.more():
                self._time(entry)
            feasible = [one for one in self._molecules.values() if one.feasible]
            best = nlargest(SPREAD, feasible, key=lambda one: (one.score, -one.call))
            shown = best[:BEST] or nlargest(BEST, self._molecules.values(), key=lambda one: (one.score, -one.call))
            return Progress(
                calls=len(self._scores),
                of=self._of,
                feasible=len(feasible),
                points=tuple(self._points),
                scores=tuple(self._scores),
                best=tuple(shown),
                diversity=self._diversity([one.smiles for one in best]),
                seconds_left=self._left(),
            )

    def _add(self, entry: Mapping[str, Any]) -> None:
        found = [_molecule(one) for one in entry.get("molecules", ())]
        if not found:
            return
        before = len(self._scores)
        for number, one in enumerate(found, start=before + 1):  # a stage counts its calls from 1; a run goes on
            self._molecules[one.smiles] = one
            self._scores.append((number, one.score))
        top = max([one.score for one in found] + ([self._points[-1].best] if self._points else []))
        mean = sum(one.score for one in found) / len(found)
        share = sum(one.feasible for one in found) / len(found)
        self._points.append(Point(len(self._scores), top, mean, share))

    def _time(self, entry: Mapping[str, Any]) -> None:
        event, data = entry.get("event"), entry.get("data", {})
        if event in ("started", "resumed"):
            self._clock.clear()
        elif event != "batch" or data.get("late"):
            return
        at = datetime.fromisoformat(str(entry["time"])).timestamp()
        self._clock.append((at, int(data.get("calls", 0)) if event == "batch" else 0))

    def _left(self) -> float | None:
        """By the pace of the last batches."""
        recent = self._clock[-PACE - 1 :]
        done, left = sum(calls for _, calls in recent[1:]), self._of - len(self._scores)
        if not done or not self._of:
            return None
        return max(0.0, left * (recent[-1][0] - recent[0][0]) / done)

    def _diversity(self, smiles: Sequence[str]) -> float | None:
        if self._spread[0] != tuple(smiles):
            self._spread = tuple(smiles), _mean_distance(smiles)
        return self._spread[1]


@dataclass(slots=True)
class _Tail:
    """A file of JSON lines that grows."""

    path: Path
    offset: int = 0

    def more(self) -> Iterator[dict[str, Any]]:
        """What was written since; a last line without its end is left for the next time."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(self.offset)
                new = stream.read()
        except FileNotFoundError:
            return
        whole, end, _ = new.rpartition(b"\n")
        self.offset += len(whole) + len(end)
        for line in whole.split(b"\n"):
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry


def _asked(path: Path) -> int:
    """The calls that a run will spend, with stages theirs; 0 while nobody knows."""
    try:
        config = json.loads(path.read_bytes())["config"]
        stages = config.get("stages") or ()
        return sum(int(stage["calls"]) for stage in stages) if stages else int(config["calls"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _molecule(raw: Mapping[str, Any]) -> Molecule:
    terms = {name: (part["value"], part["desirability"] or 0.0) for name, part in raw.get("parts", {}).items()}
    return Molecule(raw["smiles"], int(raw["call"]), float(raw["score"]), bool(raw["feasible"]), terms)


def _mean_distance(smiles: Sequence[str]) -> float | None:
    import numpy as np

    from pharmakon.chem.similarity import tanimoto
    from pharmakon.design.diversity import packed

    if len(smiles) < 2:
        return None
    prints = packed(smiles)
    alike = tanimoto(prints, prints)
    return float(1.0 - alike[np.triu_indices(len(smiles), k=1)].mean())
