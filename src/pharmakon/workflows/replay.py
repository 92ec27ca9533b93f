"""Make every molecule of a design run again, from the steps that its record holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pharmakon.core.errors import RecordError

from .design import CALLS


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """How many molecules were made of others and came out again, how many a search began from, and those that differ.

    `outside` are molecules that no scorer saw and that gave parts: visitors of the search.
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
    archive = Archive()
    for entry in Journal(path).read():
        for record in from_entry(entry):
            archive.add(record)
    different: list[str] = []
    outside: dict[str, None] = {}
    for record in archive:
        made = [again(step) for step in record.steps]
        whole = made == [step.child for step in record.steps]
        if made and not (whole and MolToInchiKey(to_mol(made[-1])) == MolToInchiKey(to_mol(record.smiles))):
            different.append(record.smiles)
        outside |= dict.fromkeys(s for s in record.parents if s not in archive)
    number = sum(bool(record.steps) for record in archive)
    return ReplayResult(number, len(archive) - number, different, list(outside))
