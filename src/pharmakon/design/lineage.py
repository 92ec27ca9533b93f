"""What was evaluated, in which order, and where each molecule came from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Protocol

from pharmakon.core.errors import RecordError, UnknownName


@dataclass(frozen=True, slots=True)
class Part:
    """One quantity of one molecule: its estimate and how far that is what was asked for, 0 to 1.

    `problem` says why a scorer gave none; a molecule with one is infeasible.
    """

    value: float
    low: float
    high: float
    in_domain: bool
    desirability: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The verdict on a molecule. A feasible one scores above 0, an infeasible one below."""

    score: float
    feasible: bool = True
    parts: Mapping[str, Part] = field(default_factory=dict)


class Step(NamedTuple):
    """How one molecule was made: edits of a parent, with a mate where one was crossed in ("" where not).

    Or by a named reaction of the parent and, where it has two reactants, the mate; the draw is then the parent's place
    among them. The edits and the draw that decided them make the same molecule again: propose.replay.
    """

    child: str
    parent: str
    mate: str
    operators: tuple[str, ...]
    draw: int


def roots(steps: Sequence[Step]) -> tuple[str, ...]:
    """The molecules that steps begin from: that of the main line first, then those that were crossed in."""
    made = {step.child for step in steps}
    line = main_line(steps)
    begin = [line[0].parent] if line else []
    return tuple(dict.fromkeys(begin + [s for step in steps for s in (step.parent, step.mate) if s and s not in made]))


def main_line(steps: Sequence[Step]) -> list[Step]:
    """From a root to the last molecule, by each one's parent."""
    by_child = {step.child: step for step in steps}
    line = list(steps[-1:])
    while line and (before := by_child.pop(line[0].parent, None)):
        line.insert(0, before)
    return line


@dataclass(frozen=True, slots=True)
class Record:
    """One evaluated molecule, and the steps that made it of others, in order; none for a molecule of the start.

    `call` counts evaluations from 1, `batch` from 0.
    """

    smiles: str
    evaluation: Evaluation
    steps: tuple[Step, ...]
    batch: int
    call: int

    @property
    def parents(self) -> tuple[str, ...]:
        """The molecules it was made of; all but strangers and blocks of the stock are evaluated ones."""
        return roots(self.steps)

    @property
    def operators(self) -> tuple[str, ...]:
        """The edits from its first parent to it."""
        return tuple(name for step in main_line(self.steps) for name in step.operators)

    @property
    def score(self) -> float:
        """Of the evaluation."""
        return self.evaluation.score


class Journal(Protocol):
    """What keeps finished batches; store.runs.Journal is one."""

    def append(self, entry: Mapping[str, Any], /) -> None:
        """Keep an entry for good."""
        ...

    def read(self) -> list[dict[str, Any]]:
        """All entries, in order."""
        ...


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
    """A molecule and all evaluated ones it descends from, the molecule first, then by call, latest first."""
    found: dict[str, Record] = {}
    waiting = [smiles]
    while waiting:
        name = waiting.pop()
        if name not in found and (name in archive or name == smiles):
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
            "steps": [list(step) for step in r.steps],
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
                steps=tuple(_step(*step) for step in m["steps"]),
                batch=int(entry["batch"]),
                call=int(m["call"]),
            )
            for m in entry["molecules"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"batch {entry.get('batch')!r} of the journal is damaged: {error!r}") from None


def _step(child: str, parent: str, mate: str, operators: Sequence[str], draw: int) -> Step:
    return Step(child, parent, mate, tuple(operators), int(draw))


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    said = {k: v for k, v in part.items() if k != "problem" or v}
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in said.items()}


def _part(data: Mapping[str, Any]) -> Part:
    numbers = {k: math.nan if data[k] is None else float(data[k]) for k in ("value", "low", "high", "desirability")}
    return Part(in_domain=bool(data["in_domain"]), problem=str(data.get("problem", "")), **numbers)
