"""A front of molecules as inline SVG: two goals against each other, and the volume it commands against calls."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from pharmakon.core.units import show

from .charts import Axis, steps, tick_texts


def scatter(
    points: Sequence[tuple[float, float]],
    front: Sequence[tuple[float, float]],
    *,
    titles: tuple[str, str],
    width: int = 960,
    height: int = 380,
) -> str:
    """Every molecule as a dot and those of the front as discs, in the values of two goals; "" without a front."""
    seen = [p for p in (*points, *front) if all(map(math.isfinite, p))]
    marked = [p for p in front if all(map(math.isfinite, p))]
    if not marked:
        return ""
    x, y = (_axis([p[i] for p in seen], *ends) for i, ends in enumerate(((64, width - 20), (height - 52, 14))))
    dots = "".join(f"M{x(a):.1f},{y(b):.1f}h0" for a, b in points if math.isfinite(a) and math.isfinite(b))
    discs = "".join(f'<circle class="front" cx="{x(a):.1f}" cy="{y(b):.1f}" r="4.5"/>' for a, b in marked)
    about = f"{len(marked)} molecules of the front among {len(points):,}: {titles[1]} against {titles[0]}."
    return _svg(about, width, height, [*_grid(x, y, height, titles), f'<path class="dots" d="{dots}"/>', discs])


def volume_line(points: Sequence[tuple[int, float]], *, width: int = 960, height: int = 220) -> str:
    """The volume after so many scorer calls; "" without a point."""
    if not points:
        return ""
    x, y = Axis(0, points[-1][0], 64, width - 20), _axis([0.0, *(v for _, v in points)], height - 52, 14)
    line = steps([(x(call), y(volume)) for call, volume in points])
    about = f"Hypervolume: {show(points[-1][1])} after {points[-1][0]:,} scorer calls."
    grid = _grid(x, y, height, ("scorer calls", "hypervolume"))
    return _svg(about, width, height, [*grid, f'<path class="best" d="{line}"/>'])


def _svg(about: str, width: int, height: int, parts: Sequence[str]) -> str:
    head = f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(about)}">'
    return f"{head}{''.join(parts)}</svg>"


def _axis(values: Sequence[float], start: float, end: float) -> Axis:
    low, high = min(values), max(values)
    room = 0.04 * (high - low) or 0.5
    return Axis(low - room, high + room, start, end)


def _grid(x: Axis, y: Axis, height: int, titles: tuple[str, str]) -> Iterator[str]:
    up, across = y.ticks(6), x.ticks(8 if x.end > 600 else 4)
    for tick, text in zip(up, tick_texts(up), strict=True):
        yield f'<path class="rule" d="M{x.start:.1f},{y(tick):.1f}H{x.end:.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{x.start - 8:.1f}" y="{y(tick) + 4:.1f}">{text}</text>'
    for tick, text in zip(across, tick_texts(across), strict=True):
        yield f'<text class="tick" text-anchor="middle" x="{x(tick):.1f}" y="{height - 30}">{text}</text>'
    middle, centre = (x.start + x.end) / 2, (y.start + y.end) / 2
    yield f'<text class="axis" text-anchor="middle" x="{middle:.1f}" y="{height - 6}">{escape(titles[0])}</text>'
    yield (
        f'<text class="axis" text-anchor="middle" transform="translate(12 {centre:.1f}) rotate(-90)">'
        f"{escape(titles[1])}</text>"
    )
