"""Features that mean nothing, made to look like real ones: what stability selection measures itself against.

Permuted columns keep a feature's distribution and nothing else. Knockoffs also keep how features go together, so that a
bystander correlated with a marker has a decoy that is too (Candès et al., JRSS B 2018): second-order Gaussian ones, in
the equicorrelated form, with the covariance shrunk as Ledoit & Wolf (2004) do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.random import stream
from pharmakon.core.types import Floats

NoiseKind = Literal["auto", "permutation", "knockoff"]
Groups = Sequence[Any] | NDArray[Any]
MOST_KNOCKOFFS = 2000
"""Features up to which a covariance is worth inverting."""


def noise_kind(X: NDArray[np.floating], wanted: NoiseKind) -> tuple[Literal["permutation", "knockoff"], str]:
    """Which noise serves the columns of X (n, p), and why, in words for a report."""
    if wanted == "permutation":
        return "permutation", "permuted features, as asked for"
    if X.shape[1] > MOST_KNOCKOFFS:
        return "permutation", f"permuted features: {X.shape[1]} are too many for knockoffs (at most {MOST_KNOCKOFFS})"
    if any(len(np.unique(column)) <= 2 for column in X.T):
        return "permutation", "permuted features: a feature with two values has no Gaussian knockoff"
    return "knockoff", "second-order Gaussian knockoffs"


def permuted(X: NDArray[np.floating], groups: Groups, *, random_state: int) -> NDArray[np.floating]:
    """Each column of X (n, p) in an order of its own.

    Rows of one group go together to those of another: were they parted, noise would have more independent rows than
    the features have, look less like anything, and make them look better.
    """
    draw = stream(random_state, "noise", "permutation")
    _, group, size = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    if size.max() == 1:
        return draw.permuted(X, axis=0)
    by_group = np.argsort(group, kind="stable")
    start = np.cumsum(size) - size
    rank = np.empty(len(X), dtype=np.intp)
    rank[by_group] = np.arange(len(X)) - start[group[by_group]]
    source = draw.permuted(np.tile(np.arange(len(size))[:, None], X.shape[1]), axis=0)[group]
    rows = by_group[start[source] + rank[:, None] % size[source]]
    return np.take_along_axis(X, rows, axis=0)


def knockoffs(X: NDArray[np.floating], groups: Groups, *, random_state: int) -> Floats:
    """Equicorrelated second-order Gaussian knockoffs of the columns of X (n, p), on their scale.

    What is drawn is drawn once for each group, for the same reason.
    """
    mean, spread = X.mean(axis=0), X.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    Z = (X - mean) / spread
    p = Z.shape[1]
    _, first, group = np.unique(np.asarray(groups), return_index=True, return_inverse=True)
    R = shrunken_correlation(Z if len(first) == len(Z) else _group_means(Z, group))
    # Each feature's own share s: as far from its decoy as the pair's joint covariance stays positive.
    s = 0.999 * min(1.0, 2 * float(np.linalg.eigvalsh(R)[0]))
    inverse = np.linalg.inv(R)
    spare = 2 * s * np.eye(p) - s * s * inverse
    values, vectors = np.linalg.eigh(spare)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn = stream(random_state, "noise", "knockoff").standard_normal((len(first), p))[group]
    decoys: Floats = (Z - s * (Z @ inverse) + drawn @ root.T) * spread + mean
    return decoys


def _group_means(Z: Floats, group: NDArray[np.intp]) -> Floats:
    """One row a group, in standard units again."""
    means = np.zeros((int(group.max()) + 1, Z.shape[1]))
    np.add.at(means, group, Z)
    means /= np.bincount(group)[:, None]
    means -= means.mean(axis=0)
    spread = means.std(axis=0)
    means /= np.where(spread > 0, spread, 1.0)
    return means


def shrunken_correlation(Z: Floats) -> Floats:
    """Correlations (p, p) of standardised columns (n, p), drawn to zero as far as their noise asks for."""
    n, p = Z.shape
    S = Z.T @ Z / n
    off = float(np.sum(S**2) - np.sum(np.diag(S) ** 2))
    # The sampling variance of each entry, from the fourth moments; summed without forming n matrices.
    noise = float((np.sum(np.sum(Z**2, axis=1) ** 2) - np.sum(Z**4)) / n - off) / n
    weight = min(1.0, max(0.0, noise / off)) if off > 0 else 1.0
    shrunk: Floats = (1 - weight) * S
    shrunk[np.diag_indices(p)] = 1.0
    return shrunk
