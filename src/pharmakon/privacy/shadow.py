"""Shadow models: the same recipe on parts of the people, so that each is a member of some models and not of others.

The likelihood-ratio attack (LiRA) of Carlini et al. (IEEE S&P 2022, arXiv:2112.03570), online: what models say of a
record that they have seen and of one that they have not are two normal distributions of that record's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.learn.splits import group_folds

OWN_SPREAD = 32
"""Shadow models a side from which a record has a spread of its own; with fewer all share one, as the paper advises."""


def without_parts(
    groups: Sequence[Any] | NDArray[Any],
    *,
    models: int,
    parts: int = 2,
    stratify: NDArray[Any] | None = None,
    random_state: int = 0,
) -> NDArray[np.bool_]:
    """Who makes which shadow model (models, n): each `parts` models in turn leave out one part each of one division.

    Two parts are complementary halves, as in the paper; more are nearer to a model of all, with fewer strangers. No
    group is parted. UsageError where `models` is not at least two divisions' worth, or no multiple of `parts`.
    """
    if parts < 2 or models < 2 * parts or models % parts:
        raise UsageError(f"shadow models leave out each of {parts} parts in turn: {2 * parts}, {3 * parts} ... of them")
    member = []
    for division in range(models // parts):
        seed = int(stream(random_state, "parts", division).integers(2**31))
        fold = group_folds(groups, n_folds=parts, random_state=seed, stratify=stratify)
        member += [fold != part for part in range(parts)]
    return np.array(member)


def whole_divisions(models: int, parts: int) -> int:
    """So many shadow models up to the next multiple of `parts`; three divisions at least, for two models a side.

    >>> whole_divisions(10, 5), whole_divisions(16, 5), whole_divisions(3, 2)
    (15, 20, 6)
    """
    return max(3, -(-models // parts)) * parts


def likelihood_ratio(said: Floats, member: NDArray[np.bool_], *, parts: int = 2) -> Floats:
    """Log of the likelihood ratio of membership, (k, n), each model attacked with all the others as its shadows.

    `said` (k, n) is what each model says of each record, on a scale where that is near normal (such as the logit of
    the true class); `member` is from `without_parts`. Models of the attacked one's own division are no shadows of it:
    they would tell who is a member by who is not. NaN where a record has no two shadows a side.
    """
    found = np.full(said.shape, np.nan)
    for target in range(len(said)):
        shadow = np.arange(len(said)) // parts != target // parts
        sides = [_normal(said[shadow], member[shadow] == side) for side in (True, False)]
        (mean_in, spread_in), (mean_out, spread_out) = sides
        at = said[target]
        found[target] = _log_density(at, mean_in, spread_in) - _log_density(at, mean_out, spread_out)
    return found


def _normal(said: Floats, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean and spread (n,) of each record over some models."""
    there = chosen & np.isfinite(said)
    number = there.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, said, 0.0).sum(axis=0) / number
        square = (np.where(there, said - mean, 0.0) ** 2).sum(axis=0)
        own = np.sqrt(square / (number - 1))
    usable = number >= 2
    shared = np.sqrt(square[usable].sum() / max(1, int((number[usable] - 1).sum())))
    spread = np.where(number >= OWN_SPREAD, own, shared)
    return np.where(usable, mean, np.nan), np.maximum(spread, 1e-9)


def _log_density(at: Floats, mean: Floats, spread: Floats) -> Floats:
    found: Floats = -0.5 * ((at - mean) / spread) ** 2 - np.log(spread)
    return found
