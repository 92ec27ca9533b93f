"""Which patients are kept back for judging, and in which fold the others are, by a hash of the patient's identifier.

Whoever knows the plan gets the same parts whatever the order of the rows. Who is kept back depends on nothing but the
identifier; the others are dealt to the folds class by class, in the order of their hashes, so that a small hospital has
patients of each class in every fold. A patient who is kept back has no say in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KEPT_BACK = -1
"""The part of a patient whom nothing is fitted to."""


def parts_of(
    patients: Sequence[str], classes: Sequence[float], *, salt: str, share: float, folds: int
) -> NDArray[np.int64]:
    """The part of each row (n,): KEPT_BACK for about `share` of the patients, a fold from 0 on for the others.

    Rows of one patient are in one part; the patient's class is that of the first of them.
    """
    first = {patient: float(one) for patient, one in reversed(list(zip(patients, classes, strict=True)))}
    marks = {patient: hashlib.sha256(f"{salt}:{patient}".encode()).digest() for patient in first}
    kept = {patient for patient, mark in marks.items() if int.from_bytes(mark[:8], "big") < share * 2**64}
    order = sorted(first.keys() - kept, key=lambda patient: (first[patient], marks[patient][8:]))
    part = {patient: i % folds for i, patient in enumerate(order)}
    return np.array([part.get(patient, KEPT_BACK) for patient in patients], dtype=np.int64)
