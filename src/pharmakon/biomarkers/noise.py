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
MOST_PER_PATIENT = 25
"""Features per patient up to which knockoffs are drawn. Far above, a decoy is as near its feature as the few patients
force it to be, and nothing can be told from its decoy; permuted features then let more false discoveries through."""


def noise_kind(X: NDArray[np.floating], wanted: NoiseKind) -> tuple[Literal["permutation", "knockoff"], str]:
    """Which noise serves the columns of X (n, p), and why, in words for a report."""
    if wanted == "permutation":
        return "permutation", "permuted features, as asked for"
    n, p = X.shape
    if p > MOST_PER_PATIENT * n:
        return "permutation", (
            f"permuted features: {p} are too many for knockoffs in {n} patients; where features go together, more than "
            "the stated share of discoveries may be false"
        )
    if _two_values(X):
        return "permutation", "permuted features: a feature with two values has no Gaussian knockoff"
    return "knockoff", "second-order Gaussian knockoffs"


def _two_values(X: NDArray[np.floating]) -> bool:
    """Whether any column has but one value or two."""
    low, high = X.min(axis=0), X.max(axis=0)
    return bool((((low == X) | (high == X)).all(axis=0)).any())


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
    Z: Floats = np.asarray((X - mean) / spread, dtype=np.float64)
    _, first, group = np.unique(np.asarray(groups), return_index=True, return_inverse=True)
    rows = Z if len(first) == len(Z) else _group_means(Z, group)
    V, eigenvalues, rest = _shrunken_correlation(rows)
    # Each feature's own share s: as far from its decoy as the pair's joint covariance stays positive.
    s = 0.999 * min(1.0, 2 * min(float(eigenvalues.min()), rest))
    drawn = stream(random_state, "noise", "knockoff").standard_normal((len(first), Z.shape[1]))[group]
    decoys: Floats = Z - s * _spectral(Z, V, 1 / eigenvalues, 1 / rest)
    decoys += _spectral(drawn, V, np.sqrt(2 * s - s * s / eigenvalues), np.sqrt(2 * s - s * s / rest))
    decoys *= spread
    decoys += mean
    return decoys


def _spectral(A: Floats, V: Floats, inside: Floats, outside: float) -> Floats:
    """A times the symmetric matrix whose eigenvalues are `inside` along V and `outside` across it."""
    product: Floats = outside * A + ((A @ V) * (inside - outside)) @ V.T
    return product


def _shrunken_correlation(Z: Floats) -> tuple[Floats, Floats, float]:
    """Correlations of standardised columns (n, p), drawn to zero as far as their noise asks for.

    As eigenvectors (p, r), r at most the smaller of n and p, their eigenvalues, and the one eigenvalue of all else if
    there is any: with more features than patients the matrix itself is never formed.
    """
    n, p = Z.shape
    wide = p > n
    S = (Z @ Z.T if wide else Z.T @ Z) / n
    off = float(np.sum(S**2)) - p
    # The sampling variance of each entry, from the fourth moments.
    noise = float((np.sum(np.sum(Z**2, axis=1) ** 2) - np.sum(Z**4)) / n - off) / n
    weight = min(1.0, max(1e-3, noise / off)) if off > 0 else 1.0
    values, vectors = np.linalg.eigh(S)
    keep = values > 1e-10 * values[-1]
    values, vectors = values[keep], vectors[:, keep]
    V: Floats = Z.T @ (vectors / np.sqrt(n * values)) if wide else vectors
    inside = (1 - weight) * values + weight
    return V, inside, weight if len(values) < p else float(inside.min())


def _group_means(Z: Floats, group: NDArray[np.intp]) -> Floats:
    """One row a group, in standard units again."""
    means = np.zeros((int(group.max()) + 1, Z.shape[1]))
    np.add.at(means, group, Z)
    means /= np.bincount(group)[:, None]
    means -= means.mean(axis=0)
    spread = means.std(axis=0)
    means /= np.where(spread > 0, spread, 1.0)
    return means
