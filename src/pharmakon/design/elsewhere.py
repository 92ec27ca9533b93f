"""When a search is better off elsewhere: nothing to learn from what it scored, or nothing to gain beside its best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.similarity import tanimoto
from pharmakon.core.types import Floats
from pharmakon.design.diversity import Packed, differing
from pharmakon.design.stopping import BEST

NICHE = 0.45
"""Molecules this similar to a niche's best belong to it."""
PROGRESS = 0.02
"""Rise of the mean of the best ten, in deviations of all scores, below which a search has stalled."""


def lost(score: Floats, batch: int) -> bool:
    """Whether a batch is to be made from nothing: three of four, as long as all molecules are worth the same."""
    return batch % 4 > 0 and float(np.ptp(score)) == 0.0


def avoided(score: Floats, packed: Packed, batch: int, *, stagnation: int) -> Packed:
    """Molecules to stay away from: in every other batch of a stalled search, the best of its first niches.

    `score` and `packed` are those of all molecules in the order of their calls; a search has stalled when its best did
    not rise in the last `stagnation` calls.
    """
    calls = len(score)
    if calls < 2 * stagnation or batch % 2:
        return packed[:0]
    now, before = (float(np.sort(s)[-BEST:].mean()) for s in (score, score[: calls - stagnation]))
    if now - before > PROGRESS * float(score.std()):
        return packed[:0]
    order = np.argsort(-score, kind="stable")[:1000]
    niches = differing(packed[order], 1 + (batch // 2) % 3, max_similarity=NICHE)
    return packed[order[niches]]


def outside(packed: Packed, mask: Packed) -> NDArray[np.bool_]:
    """Which molecules belong to no niche of a mask, of at least one molecule."""
    found: NDArray[np.bool_] = tanimoto(packed, mask).max(axis=1) < NICHE
    return found
