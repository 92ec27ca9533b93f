"""Candidates bred from parents: the cheap half of the search, done in chunks that any process can do.

A chunk's result depends on its Task alone, so the number of workers changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate
from typing import Protocol

from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.chem.reactions import reactions_by_name
from pharmakon.core.random import stream
from pharmakon.design.graph import Limits, flat, pick, weighted
from pharmakon.design.guard import CROSSOVERS, OPERATORS, Guard
from pharmakon.design.lineage import Record, Step
from pharmakon.design.surrogate import KERNELS, Views

Prefilter = Callable[[Mol], bool]
"""Whether a molecule deserves a scorer call; must be picklable to run in several processes."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, and the steps that made it of evaluated molecules and strangers, in order."""

    smiles: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One chunk of breeding. `weights` belong to the parents, `operators` are weights by name.

    A share `strange` of the mates are `strangers`: molecules of no merit yet, whose parts the parents lack. With a
    `guard` every child holds it, and the operators are the guard's.
    """

    parents: tuple[Proposal, ...]
    weights: tuple[float, ...]
    n: int
    seed: int
    labels: tuple[str | int, ...]
    limits: Limits = field(default_factory=Limits)
    operators: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(OPERATORS, 1.0))
    prefilter: Prefilter | None = None
    guard: Guard | None = None
    kernel: str = ""
    second_edit: float = 0.25
    tries: int = 8
    strangers: tuple[str, ...] = ()
    strange: float = 0.0


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


class Engine(Protocol):
    """What breeds chunks; every engine of pharmakon.engine is one."""

    def map(self, function: Callable[[Task], Brood], items: Sequence[Task], /) -> Iterator[Brood]:
        """Results in order."""
        ...


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
            if task.strangers and random.random() < task.strange:
                two = Proposal(pick(task.strangers, random))
            wanted = [weighted(names, shares, random) for _ in range(1 + (random.random() < task.second_edit))]
            draw = int(random.integers(2**32))
            mol, edits = _edited(one.smiles, two.smiles, wanted, draw, task.guard)
            if mol is None:
                continue
            smiles = Chem.MolToSmiles(mol)
            if (
                smiles in found
                or smiles in {one.smiles, two.smiles, *(step.child for step in (*one.steps, *two.steps))}
                or not task.limits.allow(mol, smiles)
                or (task.guard is not None and not task.guard(mol))
                or (task.prefilter is not None and not task.prefilter(mol))
            ):
                continue
            crossed = not CROSSOVERS.keys().isdisjoint(edits)
            step = Step(smiles, one.smiles, two.smiles if crossed else "", edits, draw)
            found[smiles] = Proposal(smiles, _after((*one.steps, *(two.steps if crossed else ())), step)), mol
    views = Views([mol for _, mol in found.values()])
    for name in KERNELS[task.kernel] if task.kernel else ():
        views.get(name)
    return Brood([p for p, _ in found.values()], views)


def _edited(
    one: str, two: str, operators: Sequence[str], draw: int, guard: Guard | None
) -> tuple[Mol | None, tuple[str, ...]]:
    """A molecule after the edits, up to the first that does not apply, and those that were made; None after none."""
    mol, mate, random = _molecule(one), _molecule(two or one), stream(draw, "edit")
    made: list[str] = []
    if mol is None or mate is None:
        return None, ()
    for name in operators:
        operator = guard.operator(name) if guard is not None else OPERATORS[name]
        child = operator(mol, mate, random)
        if child is None:
            break
        mol = child
        made.append(name)
    return (mol if made else None), tuple(made)


def _after(steps: Iterable[Step], last: Step) -> tuple[Step, ...]:
    """Steps in order, each molecule made once, and a last one."""
    return (*{step.child: step for step in steps}.values(), last)


def replay(step: Step, guard: Guard | None = None) -> str:
    """The SMILES of the molecule that a step makes, made again; "" where nothing comes out."""
    if step.operators and (named := reactions_by_name().get(step.operators[0])):  # a molecule made of the stock
        reactants = [step.parent, step.mate] if step.mate else [step.parent]
        return step.child if step.child in named.forward(reactants[:: -1 if step.draw else 1]) else ""
    try:
        mol, made = _edited(step.parent, step.mate, step.operators, step.draw, guard)
    except KeyError:  # no such operator
        return ""
    return Chem.MolToSmiles(mol) if mol is not None and made == step.operators else ""


def earned(usual: Mapping[str, float], judged: Iterable[tuple[Record, float]], *, bar: float) -> dict[str, float]:
    """Operators' weights: as usual, and more the oftener a molecule whose last edit each made is worth the bar."""
    tried, won = dict.fromkeys(usual, 0), dict.fromkeys(usual, 0)
    for record, worth in judged:
        for name in record.steps[-1].operators[-1:] if record.steps else ():
            if name in tried:  # and not a reaction that made a molecule of the stock
                tried[name] += 1
                won[name] += bool(worth >= bar)
    return {name: weight * (won[name] + 2.0) / (tried[name] + 10.0) for name, weight in usual.items()}


def first_new(proposals: Iterable[Proposal], n: int, *, known: Container[str]) -> list[Proposal]:
    """The first `n` readable ones that are not known, each once, under the SMILES they will be known by."""
    fresh: dict[str, Proposal] = {}
    for proposal in proposals:
        if len(fresh) == n:
            break
        mol = flat(proposal.smiles)
        smiles = Chem.MolToSmiles(mol) if mol is not None else ""
        if smiles and smiles not in known and smiles not in fresh:
            fresh[smiles] = replace(proposal, smiles=smiles)
    return list(fresh.values())
