"""Spread: picking molecules that differ, and saying how different a set is. Similarity is Tanimoto on ECFP4 bits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto

Packed = NDArray[np.uint8]


def packed(smiles: Sequence[str]) -> Packed:
    """Packed ECFP4 bits of readable SMILES, shape (n, 256)."""
    return bits([Chem.MolFromSmiles(s) for s in smiles])


def differing(
    fingerprints: Packed,
    n: int,
    *,
    max_similarity: float = 0.7,
    taken: Packed | None = None,
    groups: Sequence[str] | None = None,
    per_group: int = 0,
) -> list[int]:
    """The first `n` rows in order, leaving out any more similar than allowed to one already chosen or to `taken`.

    With `groups`, one name a row, no more than `per_group` of a group are chosen.
    """
    chosen: list[int] = []
    members: Counter[str] = Counter()
    nearest = np.zeros(len(fingerprints), np.float32)
    if taken is not None and len(taken):
        nearest = tanimoto(fingerprints, taken).max(axis=1)
    for row in range(len(fingerprints)):
        if len(chosen) == n:
            break
        full = groups is not None and members[groups[row]] >= per_group
        if nearest[row] <= max_similarity and not full:
            chosen.append(row)
            members[groups[row] if groups is not None else ""] += 1
            np.maximum(nearest, tanimoto(fingerprints[row : row + 1], fingerprints)[0], out=nearest)
    return chosen


def spread(smiles: Sequence[str], n: int) -> list[int]:
    """`n` molecules as far apart as possible, beginning with the first (MaxMin: Ashton et al. 2002)."""
    fingerprints = packed(smiles)
    chosen: list[int] = [0] if len(smiles) and n else []
    nearest = np.zeros(len(fingerprints), np.float32)
    while chosen and len(chosen) < min(n, len(smiles)):
        np.maximum(nearest, tanimoto(fingerprints[chosen[-1] :][:1], fingerprints)[0], out=nearest)
        nearest[chosen[-1]] = 2.0
        chosen.append(int(np.argmin(nearest)))
    return chosen


def circles(smiles: Sequence[str], *, distance: float = 0.7) -> int:
    """#circles: how many of the molecules are pairwise at least `distance` apart, picked greedily in order.

    Renz et al. 2024 ("diverse hits"), Xie et al. 2023: unlike a mean, it grows only with new chemistry.
    """
    return len(differing(packed(smiles), len(smiles), max_similarity=1 - distance))


def internal_diversity(smiles: Sequence[str]) -> float:
    """1 - mean pairwise similarity; NaN for fewer than two molecules."""
    n = len(smiles)
    if n < 2:
        return float("nan")
    similarities = tanimoto(packed(smiles), packed(smiles)).astype(np.float64)
    return float(1 - (similarities.sum() - np.trace(similarities)) / (n * (n - 1)))
