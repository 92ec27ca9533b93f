"""Make every molecule of a design run again, from the steps that its record holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.errors import RecordError
from pharmakon.record.notebook import Shown

from .design_journal import CALLS

if TYPE_CHECKING:
    from pharmakon.design.guard import Guard


@dataclass(frozen=True, slots=True)
class ReplayResult(Shown):
    """How many molecules were made of others and came out again, how many a search began from, and those that differ.

    `outside` are molecules that no scorer saw and that gave parts: visitors of the search, and blocks of the stock.
    """

    made: int = 0
    began: int = 0
    different: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every molecule came out again."""
        return not self.different


def replay(run: str | Path) -> ReplayResult:
    """Repeat the recorded edits of every scored molecule of a run folder, and compare InChIKeys.

    Each step names its parent, its mate, its edits and the draw that decided them, so nothing else is needed: neither
    the models nor the search. Raises RecordError where there is no journal of calls.
    """
    from rdkit.Chem import MolToInchiKey

    from pharmakon.chem.parse import to_mol
    from pharmakon.design.lineage import Archive, from_entry
    from pharmakon.design.propose import replay as again
    from pharmakon.store.runs import Journal

    path = Path(run) / CALLS
    if not path.is_file():
        raise RecordError(f"{path} is not there: only the folder of a design run can be replayed")
    guard = _guard(path.with_name("run.json"))
    archive = Archive()
    for entry in Journal(path).read():
        for record in from_entry(entry):
            if record.smiles not in archive:  # a later stage scores the best of an earlier one again
                archive.add(record)
    different: list[str] = []
    outside: dict[str, None] = {}
    for record in archive:
        made = [again(step, guard) for step in record.steps]
        whole = made == [step.child for step in record.steps]
        if made and not (whole and MolToInchiKey(to_mol(made[-1])) == MolToInchiKey(to_mol(record.smiles))):
            different.append(record.smiles)
        outside |= dict.fromkeys(s for s in record.parents if s not in archive)
    number = sum(bool(record.steps) for record in archive)
    return ReplayResult(number, len(archive) - number, different, list(outside))


def _guard(path: Path) -> Guard | None:
    """The guard of the run's mode, whose operators are its own."""
    from pharmakon.design.modes import Mode, guard_of

    config = json.loads(path.read_text(encoding="utf-8"))["config"] if path.is_file() else {}
    return guard_of(Mode(**_given(config.get("mode") or {})))


def _given(mode: dict[str, Any]) -> dict[str, Any]:
    """The keys of a mode that its kind has: run.json holds them all."""
    from pharmakon.design.modes import KEYS

    return {key: value for key, value in mode.items() if key == "kind" or key in KEYS[mode["kind"]]}
