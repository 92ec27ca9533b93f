"""Folds in which related rows stay together, sizes balanced and, if asked, values too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError
from pharmakon.core.random import stream

Folds = NDArray[np.int64]


def group_folds(
    groups: Sequence[Any] | NDArray[Any],
    *,
    n_folds: int = 5,
    random_state: int = 0,
    stratify: NDArray[Any] | None = None,
) -> Folds:
    """The fold of each row, 0 ... n_folds - 1; no group is in two folds.

    The largest group first, each into the fold with most room; equal groups in random order. A group larger than a
    fold's share fills one alone. `stratify` (classes, or numbers: their quintiles) evens those out too.
    """
    members = np.unique(np.asarray(groups), return_inverse=True)[1].reshape(-1)
    n_groups = int(members.max()) + 1 if len(members) else 0
    if n_folds < 2 or n_groups < n_folds:
        raise UsageError(f"{n_groups} groups cannot make {n_folds} folds; at least two folds and one group for each")
    strata = np.zeros(len(members), dtype=np.int64) if stratify is None else _strata(np.asarray(stratify))
    counts = np.zeros((n_groups, int(strata.max()) + 1))
    np.add.at(counts, (members, strata), 1)
    # Adding group g to fold f raises the sum of squared stratum shares by 2 f.g + g.g: the least f.g is the fold.
    share = counts / counts.sum(axis=0)
    shuffled = stream(random_state, "group_folds").permutation(n_groups)
    order = shuffled[np.argsort(-counts.sum(axis=1)[shuffled], kind="stable")]
    held = np.zeros((n_folds, counts.shape[1]))
    size = np.zeros(n_folds)
    fold_of = np.empty(n_groups, dtype=np.int64)
    for group in order:
        fold = int(np.lexsort((size, np.round(held @ share[group], 12)))[0])
        fold_of[group] = fold
        held[fold] += share[group]
        size[fold] += counts[group].sum()
    return fold_of[members]


def random_folds(n: int, *, n_folds: int = 5, random_state: int = 0, stratify: NDArray[Any] | None = None) -> Folds:
    """The fold of each of n rows, as even as can be: every row its own group."""
    return group_folds(np.arange(n), n_folds=n_folds, random_state=random_state, stratify=stratify)


def _strata(y: NDArray[Any], n: int = 5) -> Folds:
    """Classes as they are where few; numbers by quantile."""
    values, codes = np.unique(y, return_inverse=True)
    if len(values) > n:
        codes = np.searchsorted(np.quantile(y, np.arange(1, n) / n), y, side="right")
    return np.unique(codes, return_inverse=True)[1].reshape(-1)
