"""Molecules that nobody has scored: some visit every batch, to be chosen by the surrogate and crossed into the others.

The best of a search are soon each other's cousins; what they lack can only come from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.random import Generator
from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.design.graph import flat
from pharmakon.design.lineage import Record
from pharmakon.design.propose import Brood, Proposal
from pharmakon.design.surrogate import KERNELS, Views


class Strangers:
    """A collection to draw visitors from; what is computed of a molecule is kept. Unreadable ones are left out."""

    def __init__(self, smiles: Sequence[str]) -> None:
        with rdBase.BlockLogs():
            self.views = Views([mol for mol in map(flat, smiles) if mol is not None])

    @classmethod
    def joined(cls, several: Sequence[Strangers]) -> Self:
        """Collections as one, in order; a molecule of two of them is there twice."""
        whole = cls([])
        whole.views = Views.joined([one.views for one in several])
        return whole

    def some(self, n: int, random: Generator) -> Strangers:
        """Up to `n` of them, drawn."""
        drawn = Strangers([])
        rows = random.choice(len(self.views), min(n, len(self.views)), replace=False) if len(self.views) else ()
        drawn.views = self.views.take([int(i) for i in rows])
        return drawn

    def visit(self, n: int, accept: Callable[[Mol], bool], *, kernel: str, random: Generator) -> Brood:
        """Of `n` drawn ones those that are accepted, with the views that a kernel needs."""
        few = min(n, len(self.views))
        rows = random.choice(len(self.views), few, replace=False) if few else np.empty(0, np.int64)
        for name in KERNELS[kernel] if few else ():
            self.views.get(name)
        views = self.views.take([int(i) for i in rows if accept(self.views.mols[i])])
        return Brood([Proposal(Chem.MolToSmiles(mol)) for mol in views.mols], views)


class Policy(Protocol):
    """Writes strangers in the light of what was scored; a function of the batch and of the calls before it."""

    def visitors(self, batch: int, records: Sequence[Record], /) -> Strangers:
        """What it writes for a batch."""
        ...


def guests(strangers: Strangers, policy: Policy | None, batch: int, records: Sequence[Record]) -> list[Strangers]:
    """Whose molecules visit a batch."""
    return [strangers] if policy is None else [strangers, policy.visitors(batch, records)]


def visit(
    hosts: Sequence[Strangers], n: int, accept: Callable[[Mol], bool], *, kernel: str, random: Generator
) -> Brood:
    """Of `n` drawn from each those that are accepted."""
    return Brood.joined([one.visit(n, accept, kernel=kernel, random=random) for one in hosts])
