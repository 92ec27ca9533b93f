"""A number with the ends of its 95 % interval."""

from __future__ import annotations

from math import nan
from typing import NamedTuple

NORMAL = 1.959963984540054
"""Standard errors to either side of a 95 % interval."""


class Interval(NamedTuple):
    """A number with the ends of its 95 % interval; NaN where the data do not tell."""

    value: float
    low: float = nan
    high: float = nan
