"""What was evaluated, in which order, and where each molecule came from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pharmakon.core.errors import RecordError, UnknownName


@dataclass(frozen=True, slots=True)
class Part:
    """One quantity of one molecule: its estimate and how far that is what was asked for, 0 to 1."""

    value: float
    low: float
    high: float
    in_domain: bool
    desirability: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The verdict on a molecule. A feasible one scores above 0, an infeasible one below."""

    score: float
    feasible: bool = True
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One evaluated molecule. `parents` are evaluated molecules; `operators` are the edits made, in order.

    Molecules of the start have no parents. `call` counts evaluations from 1, `batch` from 0.
    """

    smiles: str
    evaluation: Evaluation
    parents: tuple[str, ...]
    operators: tuple[str, ...]
    batch: int
    call: int

    @property
    def score(self) -> float:
        """Of the evaluation."""
        return self.evaluation.score


class Archive:
    """Every evaluated molecule, in order, each once; the only state of a search."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._where: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __contains__(self, smiles: object) -> bool:
        return smiles in self._where

    def __getitem__(self, smiles: str) -> Record:
        try:
            return self.records[self._where[smiles]]
        except KeyError:
            raise UnknownName("evaluated molecule", smiles, ()) from None

    def add(self, record: Record) -> None:
        """Append one; a molecule that is there already is damage."""
        if record.smiles in self._where:
            raise RecordError(
                f"{record.smiles} is evaluated twice (calls {self[record.smiles].call} and {record.call})"
            )
        self._where[record.smiles] = len(self.records)
        self.records.append(record)

    def ranked(self) -> list[Record]:
        """Best first; of equals the older."""
        return sorted(self.records, key=lambda r: (-r.score, r.call))


def ancestry(archive: Archive, smiles: str) -> list[Record]:
    """A molecule and all it descends from, the molecule first, then by call, latest first."""
    found: dict[str, Record] = {}
    waiting = [smiles]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = archive[name]
            waiting.extend(archive[name].parents)
    return sorted(found.values(), key=lambda r: -r.call)


def to_entry(batch: int, records: Sequence[Record], **more: Any) -> dict[str, Any]:
    """A finished batch as plain data for a journal; a number that is not finite becomes null."""
    molecules = [
        {
            "smiles": r.smiles,
            "call": r.call,
            "score": r.score,
            "feasible": r.evaluation.feasible,
            "parents": list(r.parents),
            "operators": list(r.operators),
            "parts": {name: _plain(asdict(part)) for name, part in r.evaluation.parts.items()},
        }
        for r in records
    ]
    return {"batch": batch, **more, "molecules": molecules}


def from_entry(entry: Mapping[str, Any]) -> list[Record]:
    """The records of a journal entry; RecordError where it is not one."""
    try:
        return [
            Record(
                smiles=m["smiles"],
                evaluation=Evaluation(
                    float(m["score"]), bool(m["feasible"]), {name: _part(p) for name, p in m["parts"].items()}
                ),
                parents=tuple(m["parents"]),
                operators=tuple(m["operators"]),
                batch=int(entry["batch"]),
                call=int(m["call"]),
            )
            for m in entry["molecules"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"batch {entry.get('batch')!r} of the journal is damaged: {error!r}") from None


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in part.items()}


def _part(data: Mapping[str, Any]) -> Part:
    numbers = {k: math.nan if data[k] is None else float(data[k]) for k in ("value", "low", "high", "desirability")}
    return Part(in_domain=bool(data["in_domain"]), **numbers)
