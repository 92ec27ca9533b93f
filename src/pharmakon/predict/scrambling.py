"""Y-scrambling: the kernel of a model refitted on permuted values, whose score must fall to chance.

Rücker, Rücker & Meringer, J. Chem. Inf. Model. 2007, 47, 2345. Permutations share the kernel's matrix and so one
inverse: a hundred of them cost little more than one fit. The ridge regression alone is refitted, not the trees and
networks beside it, at the settings that the true values chose. No descriptor was chosen by the values, so no choice of
them has to be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Kind
from pharmakon.core.units import rounded
from pharmakon.learn.kernel_ridge import out_of_fold
from pharmakon.learn.splits import random_folds

PERMUTATIONS = 100
FOLDS = 5
CHANCE = 0.05
"""Share of permutations that may score as well as the true values."""
Scrambled = Mapping[str, Any]


def scrambled(
    gram: NDArray[np.float32], target: Floats, *, alpha: float, kind: Kind, seed: int, n: int = PERMUTATIONS
) -> dict[str, Any]:
    """Scores out of five random folds of the true values and of `n` permutations, as a card has them.

    `gram` (m, m) is of the molecules that carry the kernel, `target` (m,) their values on the model's scale; `metric`
    is R² of numbers, AUROC of classes. `p` counts the true values among the permutations.
    """
    random = stream(seed, "y-scrambling")
    table = np.column_stack([target, *(random.permutation(target) for _ in range(n))])
    found = out_of_fold(gram, table, folds=random_folds(len(target), n_folds=FOLDS, random_state=seed), alpha=alpha)
    scores = _auroc(table, found) if kind == "classification" else _r2(table, found)
    true, chance = float(scores[0]), scores[1:]
    return {
        "metric": "auroc" if kind == "classification" else "r2",
        "of": "the kernel ridge regression, out of five random folds",
        "molecules": len(target),
        "permutations": n,
        "score": rounded(true),
        "permuted": {what: rounded(float(getattr(chance, what)())) for what in ("mean", "std", "max")},
        "p": rounded((1 + int((chance >= true).sum())) / (1 + n)),
    }


def doubt(found: Scrambled) -> list[str]:
    """A limit for the card where permuted values are learnt as well as the true ones."""
    if found["p"] <= CHANCE:
        return []
    share, score = f"{found['p']:.0%}", f"{found['metric']} {found['score']:.3g}"
    return [f"{share} of permutations of the values score as well ({score}): what it has learnt may be chance"]


def _r2(y: Floats, value: Floats) -> Floats:
    """R² of each column."""
    spread = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    found: Floats = 1.0 - ((y - value) ** 2).sum(axis=0) / spread
    return found


def _auroc(y: Floats, value: Floats) -> Floats:
    """AUROC of each column, by ranks."""
    from scipy.stats import rankdata  # two thirds of a second, which no prediction need wait for

    positive = y > 0.5
    n, rest = positive.sum(axis=0), (~positive).sum(axis=0)
    ranks = np.where(positive, rankdata(value, axis=0), 0.0).sum(axis=0)
    found: Floats = (ranks - n * (n + 1) / 2) / (n * rest)
    return found
