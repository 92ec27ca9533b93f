"""A table with gaps, filled by the fewest directions that explain what is there.

Mazumder, Hastie & Tibshirani, J. Mach. Learn. Res. 2010, 11, 2287: singular values are lowered by a penalty, the gaps
take the result's values, and so on until nothing changes. One core, 580 x 170: 10 ms a round.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError

Floats = NDArray[np.float64]


def soft_impute(table: Floats, *, penalty: float, rounds: int = 100, tolerance: float = 1e-4) -> tuple[Floats, Floats]:
    """The table (n, m) with its gaps (NaN) filled, and the smooth table of low rank behind it, both (n, m).

    Values should be about 0 (column means taken away): a row or column without values gets 0. `penalty` is in units of
    the singular values.
    """
    if penalty < 0:
        raise UsageError(f"a penalty is not negative, as {penalty} is")
    known = np.isfinite(table)
    filled = np.where(known, table, 0.0)
    smooth = np.zeros_like(filled)
    for _ in range(rounds):
        left, size, right = np.linalg.svd(filled, full_matrices=False)
        fresh = (left * np.maximum(size - penalty, 0)) @ right
        change = np.sqrt(np.mean((fresh - smooth) ** 2))
        smooth = fresh
        filled = np.where(known, table, smooth)
        if change < tolerance * max(float(size[0]) / np.sqrt(table.size), 1e-300):
            break
    return filled, smooth
