"""A search for molecules with a route: it begins with, and keeps being visited by, ones made of the user's blocks.

Whether there is a route is no slope to climb: nearly every molecule has none. So some are put together from the stock,
and of the best that have a route one block is exchanged, or a reaction added. All is drawn from streams of (seed,
batch) in the light of what was scored, so that a resumed run goes on as it would have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from numpy.random import Generator
from rdkit import rdBase
from rdkit.Chem import Mol

from pharmakon.chem.forwards import Bench, Making
from pharmakon.chem.routes import RouteFinder
from pharmakon.core.random import stream
from pharmakon.design.graph import flat
from pharmakon.design.hits import HitSearch
from pharmakon.design.lineage import Record, Step, roots
from pharmakon.design.optimise import Optimiser
from pharmakon.design.propose import Proposal
from pharmakon.design.strangers import Policy, Strangers

BENCH = 300
"""Blocks at hand at a time: what each reacts as takes a millisecond to find out."""
VISITORS = 80
"""Molecules that are made for a batch: half of them from scratch, half by changing the best."""
BEST = 12
"""Scored molecules, at most, that are changed."""
TRIES = 12
"""Molecules put together for each one that is wanted."""

Accept = Callable[[Mol], bool]


class FromStock:
    """Makes molecules of one stock; a `design.strangers.Policy`.

    What `accept` refuses (limits, good sense, cheap constraints, a mode) is not given. A `policy` may send as many
    visitors.
    """

    def __init__(self, finder: RouteFinder, accept: Accept, *, seed: int, policy: Policy | None = None) -> None:
        self.finder, self.accept, self.seed, self.policy = finder, accept, seed, policy
        self._blocks = list(dict.fromkeys(smiles for smiles, _ in finder.stock))
        self._at_first: dict[str, Making] = {}
        self._now: dict[str, Making] = {}
        self._whole: Bench | None = None
        self._routes: dict[str, Making] = {}

    def begin(self, n: int) -> list[str]:
        """Up to `n` different molecules to start from, always the same."""
        random = stream(self.seed, "made", "start")
        bench = self._bench(random)
        self._at_first = self._accepted((bench.draw(random) for _ in range(TRIES * n)), n)
        return list(self._at_first)

    def visitors(self, batch: int, records: Sequence[Record]) -> Strangers:
        """Molecules for a batch: from scratch, and the best ones changed."""
        random = stream(self.seed, "made", batch)
        bench = self._bench(random)
        known = {record.smiles for record in records}
        best = self._best(records)
        half = VISITORS // 2 if best else 0
        changed = (_changed(bench, best, random) for _ in range(TRIES * half))
        self._now = self._accepted(changed, half, known)
        drawn = (bench.draw(random) for _ in range(TRIES * VISITORS))
        self._now |= self._accepted(drawn, VISITORS - len(self._now), {*known, *self._now})
        made = Strangers(list(self._now))
        if self.policy is None:
            return made
        return Strangers.joined([made, self.policy.visitors(batch, records).some(VISITORS, random)])

    def steps(self, smiles: str) -> tuple[Step, ...]:
        """How a molecule of the start or of the last batch was made, as a lineage has it; () for any other."""
        return told(self._now.get(smiles) or self._at_first.get(smiles) or ())

    def _bench(self, random: Generator) -> Bench:
        """The stock, or of a large one some of it: another part each time."""
        if len(self._blocks) <= BENCH:
            self._whole = self._whole or Bench(self._blocks, steps=self.finder.steps)
            return self._whole
        rows = sorted(random.choice(len(self._blocks), BENCH, replace=False))
        return Bench([self._blocks[i] for i in rows], steps=self.finder.steps)

    def _accepted(self, makings: Iterable[Making], n: int, known: Iterable[str] = ()) -> dict[str, Making]:
        """The first `n` different molecules that are new, not in stock themselves, and accepted."""
        seen, found = {"", *known}, dict[str, Making]()
        with rdBase.BlockLogs():
            for made in makings:
                if len(found) >= n:
                    break
                smiles = made[-1].product if made else ""
                if smiles in seen:
                    continue
                seen.add(smiles)
                mol = flat(smiles)
                if mol is not None and smiles not in self.finder.stock and self.accept(mol):
                    found[smiles] = made
        return found

    def _best(self, records: Sequence[Record]) -> list[Making]:
        """How the best of the scored molecules are made, as far as a route is found."""
        best = sorted(records, key=lambda one: (-one.score, one.call))[:BEST]
        return [made for record in best if (made := self._route(record.smiles))]

    def _route(self, smiles: str) -> Making:
        """Kept, which changes no answer."""
        if smiles not in self._routes:
            mol = flat(smiles)
            route = self.finder.find(mol)
            self._routes[smiles] = route.steps if route is not None else ()
        return self._routes[smiles]


class StockSearch(Optimiser):
    """A search whose records say of what blocks, and by which reactions, a molecule was made."""

    def __init__(self, *args: Any, made: FromStock, **more: Any) -> None:
        super().__init__(*args, **more)
        self.made = made

    def _score(self, chosen: Sequence[Proposal]) -> None:
        super()._score([self._told(proposal) for proposal in chosen])

    def _told(self, proposal: Proposal) -> Proposal:
        """With the reactions that made what its steps begin from, where that has no record of its own."""
        begin = [text for text in roots(proposal.steps) or (proposal.smiles,) if text not in self.archive]
        steps = [step for text in begin for step in self.made.steps(text)]
        first: dict[str, Step] = {}
        for step in (*steps, *proposal.steps):
            first.setdefault(step.child, step)
        return replace(proposal, steps=tuple(first.values())) if steps else proposal


class StockHits(StockSearch, HitSearch):
    """The same for many different hits."""


def told(made: Making) -> tuple[Step, ...]:
    """Reactions as steps of a lineage: of the molecule that goes on and its partner; `draw` is the former's place."""
    products, out = set[str](), list[Step]()
    for step in made:
        place = next((i for i, text in enumerate(step.reactants) if text in products), 0)
        mates = [text for i, text in enumerate(step.reactants) if i != place]
        out.append(Step(step.product, step.reactants[place], mates[0] if mates else "", (step.reaction,), place))
        products.add(step.product)
    return tuple(out)


def in_turn(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """The first of each, then the second of each, and so on."""
    return [text for pair in zip_longest(one, other) for text in pair if text is not None]


def _changed(bench: Bench, best: Sequence[Making], random: Generator) -> Making:
    """One of the best with another block, or after one more reaction; the better, the oftener."""
    made = best[int(len(best) * random.random() ** 2)]
    return bench.grown(made, random) if random.random() < 0.25 else bench.swapped(made, random)
