"""A passport's lineage: every step with its runner-up, and the molecule made again from the recorded steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from pharmakon.chem.reactions import reactions_by_name
from pharmakon.design.guard import OPERATORS
from pharmakon.design.lineage import Record, Step, main_line
from pharmakon.design.propose import replay as again
from pharmakon.record.passport import Descent, Replay, Rival

from .design_passport import replayed
from .design_start import INITIAL
from .finished_run import FinishedRun
from .passport_score import why_less

NOT_SCORED = float("nan")


class Lineages:
    """Makes the lineages of a run's molecules."""

    def __init__(self, run: FinishedRun) -> None:
        self.run = run
        self._made: dict[Step, str] = {}

    @cached_property
    def _batches(self) -> Mapping[int, Sequence[Record]]:
        """The molecules by the batch in which they were first scored, best first."""
        found: dict[int, list[Record]] = defaultdict(list)
        for record in self.run.archive:
            found[record.batch].append(record)
        return {batch: sorted(records, key=lambda r: (-r.score, r.call)) for batch, records in found.items()}

    def replay(self, record: Record) -> Replay:
        """The molecule and all scored ones it descends from, made again from their steps."""
        return replayed(record, archive=self.run.archive, guard=self.run.guard, made=self._made)

    def line(self, record: Record) -> tuple[str, list[Descent]]:
        """How the main line began, in words, and its steps, the oldest first."""
        line, archive = [record], self.run.archive
        # A visitor may be scored after its child was: the line ends there, or it could go round.
        while (first := line[-1].parents[:1]) and first[0] in archive and archive[first[0]].call < line[-1].call:
            line.append(archive[first[0]])
        return self._began(line[-1]), [step for one in reversed(line) for step in self._steps(one)]

    def _began(self, record: Record) -> str:
        """Where the first scored molecule of a line comes from."""
        if record.parents:
            if main_line(record.steps)[0].operators[0] in reactions_by_name():
                return f"{record.parents[0]}, a building block of the stock"
            return f"{record.parents[0]}, written by the language model and not scored itself"
        if self.given(record.smiles):
            return f"{record.smiles}, given to start from"
        assembled = record.call <= INITIAL  # visitors come later
        return f"{record.smiles}, {'assembled from fragments' if assembled else 'a visitor that no edit made'}"

    def given(self, smiles: str) -> bool:
        """Whether the search was given a molecule to start from."""
        return smiles in self._starts

    @cached_property
    def _starts(self) -> frozenset[str]:
        from rdkit.Chem import MolToSmiles

        from pharmakon.design.graph import flat

        mols = map(flat, (*self.run.config.start, *(s for o in self.run.objectives for s in (*o.seeds(), *o.drawn()))))
        return frozenset(MolToSmiles(mol) for mol in mols if mol is not None)

    def _steps(self, record: Record) -> Iterator[Descent]:
        line = main_line(record.steps)
        batch = self._batches[record.batch]
        for step in line:
            last = step is line[-1]
            yield Descent(
                operators=step.operators,
                words=" ".join(in_words(name) for name in step.operators),
                parent=step.parent,
                mate=step.mate,
                child=step.child,
                before=self._score(line[0].parent, record),
                after=record.score if last else NOT_SCORED,
                replayed=self._again(step) == step.child,
                call=record.call if last else 0,
                batch=record.batch if last else 0,
                place=1 + batch.index(record) if last else 0,
                of=len(batch) if last else 0,
                rival=self._rival(record) if last else None,
            )

    def _score(self, parent: str, child: Record) -> float:
        """What a parent scored for the same wishes; NaN for one that no scorer saw."""
        if parent not in self.run.archive:
            return NOT_SCORED
        record = self.run.archive[parent]
        same = record.evaluation.parts.keys() == child.evaluation.parts.keys()
        return record.score if same else NOT_SCORED

    def _rival(self, record: Record) -> Rival | None:
        """The best other molecule of the batch, of the same parent where there is one; None where it was alone."""
        others = [one for one in self._batches[record.batch] if one is not record]
        siblings = [one for one in others if record.parents and one.parents[:1] == record.parents[:1]]
        for found, among in ((siblings, "same parent"), (others, "same batch")):
            if found:
                best = found[0]
                less = record.score - best.score
                return Rival(best.smiles, best.score, less, among, why_less(self.run, best, record))
        return None

    def _again(self, step: Step) -> str:
        if step not in self._made:
            self._made[step] = again(step, self.run.guard)
        return self._made[step]


def in_words(operator: str) -> str:
    """What an edit does: the first line of its documentation."""
    words = (getattr(OPERATORS.get(operator), "__doc__", None) or operator.replace("_", " ")).strip()
    return words.splitlines()[0]
