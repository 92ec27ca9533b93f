"""How values are spread, as inline SVG: one row of bars for each part of a split, on one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pharmakon.core.units import show

from .charts import Axis

BINS = 48
_LEFT, _RIGHT, _FOOT, _GAP = 14, 14, 46, 26


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one part."""

    name: str
    values: Sequence[float]


def histogram(series: Sequence[Series], *, axis: str = "", width: int = 960, height: int = 240) -> str:
    """Bars of the share of values in each bin, so that parts of different size compare; "" without any value."""
    kept = [Series(one.name, [v for v in one.values if math.isfinite(v)]) for one in series]
    kept = [one for one in kept if one.values]
    if not kept:
        return ""
    low, high = min(min(one.values) for one in kept), max(max(one.values) for one in kept)
    if low == high:
        low, high = low - 0.5, high + 0.5
    x = Axis(low, high, _LEFT, width - _RIGHT)
    room = (height - _FOOT) / len(kept)
    drawn = "".join(_row(one, x, top=i * room, room=room) for i, one in enumerate(kept))
    foot = height - _FOOT
    ticks = "".join(
        f'<path class="rule" d="M{x(t):.1f},{foot}v5"/>'
        f'<text x="{x(t):.1f}" y="{foot + 19}" text-anchor="middle">{show(t)}</text>'
        for t in x.ticks(8 if width > 600 else 4)
    )
    about = "; ".join(
        f"{one.name or 'values'}: {len(one.values):,} from {show(min(one.values))} to {show(max(one.values))}"
        for one in kept
    )
    return (
        f'<svg class="chart histogram" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(about)}">{drawn}'
        f'<path class="rule" d="M{_LEFT},{foot}H{width - _RIGHT}"/>{ticks}'
        f'<text x="{width / 2:g}" y="{height - 6}" text-anchor="middle">{escape(axis)}</text></svg>'
    )


def counts(values: Sequence[float], low: float, high: float, bins: int = BINS) -> list[int]:
    """How many values fall in each of the equal bins from low to high, both ends included."""
    found = [0] * bins
    for value in values:
        found[min(bins - 1, int((value - low) / (high - low) * bins))] += 1
    return found


def _row(one: Series, x: Axis, *, top: float, room: float) -> str:
    found = counts(one.values, x.low, x.high)
    most = max(found)
    step = (x.end - x.start) / BINS
    tall = room - _GAP
    base = top + room
    bars = "".join(
        f"M{x.start + i * step + 0.8:.1f},{base:.1f}v{-max(1.0, tall * n / most):.1f}h{step - 1.6:.1f}V{base:.1f}z"
        for i, n in enumerate(found)
        if n
    )
    words = f"{one.name}, {len(one.values):,}" if one.name else f"{len(one.values):,} values"
    rule = f'<path class="rule" d="M{x.start},{base:.1f}H{x.end}"/>'
    return f'<path class="bars" d="{bars}"/>{rule}<text x="{x.start}" y="{top + 15:.1f}">{escape(words)}</text>'
