"""Where a computed property lies among approved drugs."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UnknownName

Floats = NDArray[np.float64]


def percentile(values: Floats, name: str) -> Floats:
    """The percentile, 0 to 100, of each value of the named property among approved small-molecule drugs (ChEMBL).

    Where many drugs share a value, as with counts, it is the middle of their percentiles. NaN stays NaN.
    """
    table = _quantiles()
    if name not in table:
        raise UnknownName("descriptor", name, table)
    quantiles = table[name]
    below, upto = (np.searchsorted(quantiles, values, side=side) for side in ("left", "right"))
    inside = np.interp(values, quantiles, np.arange(101.0))
    rank = np.where(upto - below > 1, (below + upto - 1) / 2, inside)
    return np.where(np.isfinite(values), np.clip(rank, 0, 100), np.nan)


def quantiles(name: str, shares: tuple[float, float]) -> tuple[float, float] | None:
    """The values of a property that these shares (0 to 1) of approved drugs lie below; None for an unknown name."""
    held = _quantiles().get(name)
    if held is None:
        return None
    low, high = (float(np.interp(100 * share, np.arange(101.0), held)) for share in shares)
    return low, high


@cache
def _quantiles() -> dict[str, Floats]:
    with (files("pharmakon.chem") / "tables" / "drug_quantiles.csv").open(encoding="utf-8") as stream:
        return {row[0]: np.array(row[1:], dtype=np.float64) for row in list(csv.reader(stream))[1:]}
