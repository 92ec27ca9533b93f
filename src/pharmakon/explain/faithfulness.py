"""Whether an explanation names what the model uses: mask the atoms it holds highest, and see how far the output falls.

The deletion curve (Samek et al., IEEE TNNLS 2017) beside that of atoms in random order. No truth is needed, so a method
can be chosen by it for any model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pharmakon.core.types import Floats

from .environments import Environments, Integers

Output = Callable[[Sequence[Integers]], Floats]
"""A model's output (m,) for the features of m molecules."""
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)
RANDOM_ORDERS = 5


@dataclass(frozen=True, slots=True)
class Deletion:
    """How far the output falls when a share of the atoms is masked, (n_molecules, n_shares), by score and at random."""

    by_score: Floats
    at_random: Floats

    @property
    def faithfulness(self) -> float:
        """How much further the output falls by score than at random, mean over molecules and shares."""
        return float(np.mean(self.by_score - self.at_random)) if self.by_score.size else np.nan


def deletion(
    output: Output,
    molecules: Sequence[Environments],
    scores: Sequence[Floats],
    *,
    random: np.random.Generator,
    shares: Sequence[float] = SHARES,
) -> Deletion:
    """The curves of molecules whose atoms have `scores`, each (n_atoms,); every share is of at least one atom."""
    rows: list[Integers] = []
    for molecule, score in zip(molecules, scores, strict=True):
        n = len(score)
        orders = [np.argsort(-score, kind="stable"), *(random.permutation(n) for _ in range(RANDOM_ORDERS))]
        rows.append(molecule.features)
        rows += [molecule.without(order[: max(round(share * n), 1)]) for order in orders for share in shares]
    falls = output(rows).reshape(len(molecules), -1) if rows else np.empty((0, 1))
    curves = (falls[:, :1] - falls[:, 1:]).reshape(len(molecules), 1 + RANDOM_ORDERS, len(shares))
    return Deletion(curves[:, 0], curves[:, 1:].mean(axis=1))


def masking(output: Output, molecules: Sequence[Environments]) -> list[Floats]:
    """For each molecule what its output loses without each of its atoms, (n_atoms,)."""
    rows: list[Integers] = []
    for molecule in molecules:
        rows += [molecule.features, *(molecule.without([atom]) for atom in range(molecule.atoms.shape[1]))]
    values, found, start = output(rows), list[Floats](), 0
    for molecule in molecules:
        stop = start + 1 + molecule.atoms.shape[1]
        found.append(values[start] - values[start + 1 : stop])
        start = stop
    return found
