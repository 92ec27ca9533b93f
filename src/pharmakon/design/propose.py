"""Candidates bred from parents: the cheap half of the search, done in chunks that any process can do.

A chunk's result depends on its Task alone, so the number of workers changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.core.random import stream
from pharmakon.design import fragment, genetic
from pharmakon.design.graph import Limits, Operator, flat, weighted
from pharmakon.design.surrogate import KERNELS, Views

OPERATORS: dict[str, Operator] = genetic.OPERATORS | fragment.OPERATORS
Prefilter = Callable[[Mol], bool]
"""Whether a molecule deserves a scorer call; must be picklable to run in several processes."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, the evaluated molecules it was bred from and the edits that made it, in order."""

    smiles: str
    parents: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One chunk of breeding. `weights` belong to the parents, `operators` are weights by name."""

    parents: tuple[Proposal, ...]
    weights: tuple[float, ...]
    n: int
    seed: int
    labels: tuple[str | int, ...]
    limits: Limits = field(default_factory=Limits)
    operators: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(OPERATORS, 1.0))
    prefilter: Prefilter | None = None
    kernel: str = ""
    second_edit: float = 0.25
    tries: int = 8


@dataclass(frozen=True, slots=True)
class Brood:
    """What a task made: proposals, and the views of them that its kernel needs."""

    proposals: list[Proposal]
    views: Views

    def __len__(self) -> int:
        return len(self.proposals)

    def take(self, rows: Sequence[int]) -> Brood:
        """Some of them."""
        return Brood([self.proposals[i] for i in rows], self.views.take(rows))

    @classmethod
    def joined(cls, broods: Sequence[Brood]) -> Brood:
        """Broods in order, as one."""
        return cls([p for b in broods for p in b.proposals], Views.joined([b.views for b in broods]))


_molecule = lru_cache(maxsize=4096)(flat)


def breed(task: Task) -> Brood:
    """Up to `n` different children inside the limits that pass the prefilter, in at most n * `tries` attempts."""
    random = stream(task.seed, *task.labels)
    cumulative = list(accumulate(task.weights))
    names = list(task.operators)
    shares = list(accumulate(task.operators.values()))
    found: dict[str, tuple[Proposal, Mol]] = {}
    with rdBase.BlockLogs():
        for _ in range(task.n * task.tries):
            if len(found) >= task.n:
                break
            one, two = (weighted(task.parents, cumulative, random) for _ in range(2))
            mol, mate = _molecule(one.smiles), _molecule(two.smiles)
            if mol is None or mate is None:
                continue
            ancestors, edits = one, list(one.operators)
            for _ in range(1 + (random.random() < task.second_edit)):
                name = weighted(names, shares, random)
                child = OPERATORS[name](mol, mate, random)
                if child is None:
                    break
                mol = child
                edits.append(name)
            if len(edits) == len(one.operators):
                continue
            smiles = Chem.MolToSmiles(mol)
            if (
                smiles in found
                or not task.limits.allow(mol, smiles)
                or (task.prefilter is not None and not task.prefilter(mol))
            ):
                continue
            crossed = any(name in CROSSOVERS for name in edits[len(one.operators) :])
            lines = dict.fromkeys([*_line(ancestors), *(_line(two) if crossed else ())])
            found[smiles] = Proposal(smiles, tuple(lines), tuple(edits)), mol
    views = Views([mol for _, mol in found.values()])
    for name in KERNELS[task.kernel] if task.kernel else ():
        views.get(name)
    return Brood([p for p, _ in found.values()], views)


CROSSOVERS = genetic.CROSSOVERS | fragment.CROSSOVERS


def _line(proposal: Proposal) -> tuple[str, ...]:
    """The evaluated molecules behind a parent: itself, where it is one."""
    return proposal.parents if proposal.operators else (proposal.smiles,)
