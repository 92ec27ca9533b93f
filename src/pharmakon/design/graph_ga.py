"""Graph GA: the plain genetic search over molecular graphs that others are measured against.

Jensen, Chem. Sci. 10, 3567 (2019), as the benchmarks run it (Brown et al., GuacaMol, 2019): a population, parents drawn
by their score, one crossover, sometimes a mutation, the best of old and new survive. The edits are this package's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.design.genetic import CROSSOVERS, MUTATIONS
from pharmakon.design.graph import Limits, flat, pick

Fitness = Callable[[Sequence[str]], Sequence[float]]
Allowed = Callable[[Mol], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphGa:
    """The published settings."""

    population: int = 100
    offspring: int = 200
    mutation_rate: float = 0.01
    tries: int = 10
    """Attempts at a crossover, and at a mutation, before a couple is given up."""
    limits: Limits = field(default_factory=Limits)

    def run(self, fitness: Fitness, start: Sequence[str], *, allowed: Allowed, seed: int = 0) -> None:
        """Breed for ever: `fitness` ends the search by raising. It is asked about the whole population each time."""
        random = stream(seed, "graph ga")
        population = list(start[: self.population])
        scores = np.asarray(fitness(population), float)
        with rdBase.BlockLogs():
            while True:
                children = self._children(population, scores, allowed, random)
                everybody = list(dict.fromkeys([*population, *children]))
                scores = np.asarray(fitness(everybody), float)
                best = np.argsort(-scores, kind="stable")[: self.population]
                population, scores = [everybody[i] for i in best], scores[best]

    def _children(self, population: list[str], scores: Floats, allowed: Allowed, random: Generator) -> list[str]:
        total = scores.sum()
        chances = scores / total if total > 0 else np.full(len(scores), 1 / len(scores))
        parents = [flat(population[int(i)]) for i in random.choice(len(population), self.offspring, p=chances)]
        mols = [mol for mol in parents if mol is not None]
        children: list[str] = []
        for _ in range(20 * self.offspring):
            if len(children) == self.offspring:
                break
            child = self._reproduced(pick(mols, random), pick(mols, random), random)
            if child is not None:
                smiles = Chem.MolToSmiles(child)
                if self.limits.allow(child, smiles) and allowed(child):
                    children.append(smiles)
        return children

    def _reproduced(self, one: Mol, two: Mol, random: Generator) -> Mol | None:
        child = self._edited(list(CROSSOVERS.values()), one, two, random)
        if child is not None and random.random() < self.mutation_rate:
            child = self._edited(list(MUTATIONS.values()), child, child, random)
        return child

    def _edited(
        self, operators: list[Callable[[Mol, Mol, Generator], Mol | None]], one: Mol, two: Mol, random: Generator
    ) -> Mol | None:
        for _ in range(self.tries):
            child = pick(operators, random)(one, two, random)
            if child is not None:
                return child
        return None
