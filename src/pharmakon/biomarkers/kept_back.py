"""Which patients are kept back for judging, and in which fold the others are, by a hash of the patient's identifier.

Whoever knows the plan gets the same parts, whatever the order of the rows and whoever else is in the table: hospitals
that never see each other's patients split as one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

KEPT_BACK = -1
"""The part of a patient whom nothing is fitted to."""


def parts_of(patients: Iterable[str], *, salt: str, share: float, folds: int) -> NDArray[np.int64]:
    """The part of each patient (n,): KEPT_BACK for about `share` of them, a fold from 0 to folds - 1 for the others."""
    return np.array([_part(f"{salt}:{patient}", share, folds) for patient in patients], dtype=np.int64)


def _part(text: str, share: float, folds: int) -> int:
    digest = hashlib.sha256(text.encode()).digest()
    if int.from_bytes(digest[:8], "big") < share * 2**64:
        return KEPT_BACK
    return int.from_bytes(digest[8:16], "big") % folds
