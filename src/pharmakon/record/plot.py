"""Charts of a cohort as inline SVG: curves, steps, clouds and bands on two axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from pharmakon.core.units import show

from .charts import Axis, tick_text

Points = Sequence[tuple[float, float]]
Shape = Literal["line", "steps", "dots", "discs"]
_LEFT, _RIGHT, _FOOT, _TOP = 64, 20, 52, 14
_ROW = 20
_LABEL = 7.2
"""Width of a letter, about."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points drawn one way, with a band about them where `low` and `high` are given.

    `css` is one of main, other, third, soft, faint and chance.
    """

    points: Points
    name: str = ""
    shape: Shape = "line"
    css: str = "main"
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside a point."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Risk:
    """A row of numbers under the axis, such as how many are at risk at these times."""

    name: str
    at: Sequence[float]
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn; limits are found where they are not given. `x_ends`/`y_ends` as (low, high)."""

    curves: Sequence[Curve]
    titles: tuple[str, str]
    about: str
    x_ends: tuple[float, float] | None = None
    y_ends: tuple[float, float] | None = None
    marks: Sequence[Mark] = ()
    rules: Sequence[float] = ()
    """Heights of dashed lines across."""
    at_risk: Sequence[Risk] = ()


def plot(what: Plot, *, width: int = 640, height: int = 380) -> str:
    """The chart; "" without a finite point."""
    seen = [p for curve in what.curves for p in curve.points if all(map(math.isfinite, p))]
    if not seen:
        return ""
    foot = _FOOT + (_ROW * (len(what.at_risk) + 1) if what.at_risk else 0)
    left = max(_LEFT, *(16 + _LABEL * len(risk.name) for risk in what.at_risk)) if what.at_risk else _LEFT
    x = Axis(*(what.x_ends or _ends([p[0] for p in seen])), left, width - _RIGHT)
    y = Axis(*(what.y_ends or _ends([p[1] for p in seen])), height - _FOOT, _TOP)
    total = height - _FOOT + foot
    parts = [*_grid(x, y, height, what.titles)]
    parts += [
        f'<path class="chance" d="M{x.start:.1f},{y(r):.1f}H{x.end:.1f}"/>' for r in what.rules if y.low <= r <= y.high
    ]
    parts += [_band(curve, x, y) for curve in what.curves]
    parts += [_drawn(curve, x, y) for curve in what.curves]
    parts += _marks(what.marks, x, y)
    parts += _at_risk(what.at_risk, x, height)
    head = f'<svg class="chart plot" viewBox="0 0 {width} {total}" role="img" aria-label="{escape(what.about)}">'
    return f"{head}{''.join(parts)}</svg>"


def legend(what: Plot) -> list[tuple[str, str]]:
    """(class, name) of the curves that have a name, for the text under the chart."""
    return [(curve.css, curve.name) for curve in what.curves if curve.name]


def _drawn(curve: Curve, x: Axis, y: Axis) -> str:
    points = [(x(a), y(b)) for a, b in curve.points if math.isfinite(a) and math.isfinite(b)]
    if not points:
        return ""
    if curve.shape == "dots":
        return f'<path class="cloud {curve.css}" d="{"".join(f"M{a:.1f},{b:.1f}h0" for a, b in points)}"/>'
    if curve.shape == "discs":
        return "".join(f'<circle class="disc {curve.css}" cx="{a:.1f}" cy="{b:.1f}" r="4"/>' for a, b in points)
    if curve.shape == "steps":
        rest = "".join(f"H{a:.1f}V{b:.1f}" for a, b in points[1:])
        return f'<path class="curve {curve.css}" d="M{points[0][0]:.1f},{points[0][1]:.1f}{rest}"/>'
    return f'<path class="curve {curve.css}" d="M{"L".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>'


def _band(curve: Curve, x: Axis, y: Axis) -> str:
    """The ground between `low` and `high`; along steps for steps."""
    if not curve.low:
        return ""
    rows = [
        (x(a), y(lo), y(hi))
        for (a, _), lo, hi in zip(curve.points, curve.low, curve.high, strict=True)
        if all(map(math.isfinite, (a, lo, hi)))
    ]
    if curve.shape == "steps":
        rows = [
            row
            for i, (a, lo, hi) in enumerate(rows)
            for row in ((a, lo, hi), (rows[i + 1][0] if i + 1 < len(rows) else a, lo, hi))
        ]
    if not rows:
        return ""
    there = "L".join(f"{a:.1f},{lo:.1f}" for a, lo, _ in rows)
    back = "L".join(f"{a:.1f},{hi:.1f}" for a, _, hi in reversed(rows))
    return f'<path class="band {curve.css}" d="M{there}L{back}Z"/>'


def _marks(marks: Sequence[Mark], x: Axis, y: Axis) -> Iterator[str]:
    """Words beside their points, left of those near the right edge; one that would lie on another is left out."""
    taken: list[tuple[float, float, float]] = []
    for mark in marks:
        across, down = x(mark.x), y(mark.y) + 4
        size = _LABEL * len(mark.text)
        before = across + 8 + size > x.end
        start = across - 8 - size if before else across + 8
        if any(start < b and a < start + size and abs(down - at) < 13 for a, b, at in taken):
            continue
        taken.append((start, start + size, down))
        anchor = "end" if before else "start"
        at = across - 8 if before else across + 8
        yield f'<text class="mark" text-anchor="{anchor}" x="{at:.1f}" y="{down:.1f}">{escape(mark.text)}</text>'


def _at_risk(rows: Sequence[Risk], x: Axis, height: int) -> Iterator[str]:
    if rows:
        yield f'<text class="axis" x="4" y="{height + 8}">at risk</text>'
    for i, row in enumerate(rows, start=1):
        at = height + 8 + _ROW * i
        yield f'<text class="tick" x="4" y="{at}">{escape(row.name)}</text>'
        for place, number in zip(row.at, row.numbers, strict=True):
            yield f'<text class="tick" text-anchor="middle" x="{x(place):.1f}" y="{at}">{number:,}</text>'


def _grid(x: Axis, y: Axis, height: int, titles: tuple[str, str]) -> Iterator[str]:
    for tick in y.ticks(6):
        at = y(tick)
        yield f'<path class="rule" d="M{x.start:.1f},{at:.1f}H{x.end:.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{x.start - 8:.1f}" y="{at + 4:.1f}">{tick_text(tick)}</text>'
    for tick in x.ticks(6):
        yield f'<text class="tick" text-anchor="middle" x="{x(tick):.1f}" y="{height - 30}">{tick_text(tick)}</text>'
    middle, centre = (x.start + x.end) / 2, (y.start + y.end) / 2
    yield f'<text class="axis" text-anchor="middle" x="{middle:.1f}" y="{height - 8}">{escape(titles[0])}</text>'
    turned = f'transform="translate(14 {centre:.1f}) rotate(-90)"'
    yield f'<text class="axis" text-anchor="middle" {turned}>{escape(titles[1])}</text>'


def _ends(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
    return low - room, high + room


def said(points: Points) -> str:
    """Both ends of a curve in words, for an `about`."""
    return f"from {show(points[0][1])} at {show(points[0][0])} to {show(points[-1][1])} at {show(points[-1][0])}"
