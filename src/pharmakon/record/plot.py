"""Charts of a cohort as inline SVG: curves, steps, clouds and bands on two axes.

All are drawn equally wide, so that their lettering has one size when they stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from typing import Literal

from pharmakon.core.units import show

from .charts import Axis, tick_texts

Points = Sequence[tuple[float, float]]
Shape = Literal["line", "steps", "dots", "discs", "ticks"]
WIDTH, HEIGHT = 420, 330
_LEFT, _RIGHT, _FOOT, _TOP = 58, 14, 52, 14
_ROW = 19
_LABEL, _LINE = 6.8, 13
"""Width of a letter and height of a line, about."""
_LONGEST = 16
"""Letters of a word beside the axes, beyond which it is cut."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points drawn one way, with a band about them where `low` and `high` are given.

    `css` is one of main, other, third and fourth, which differ by their strokes too, or soft, faint and chance. "ticks"
    are short strokes across a curve.
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
    ends: Sequence[Mark] = ()
    """Words right of the axes, at the height where a curve ends."""
    rug: Sequence[float] = ()
    """Where short strokes stand on the lower axis."""
    square: bool = False
    """Whether both axes are equally long."""
    names: Sequence[str] = ()
    """Names at the heights 1, 2, ... in place of numbers on the upright axis."""


def plot(what: Plot, *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The chart; "" without a finite point."""
    seen = [p for curve in what.curves for p in curve.points if all(map(math.isfinite, p))]
    if not seen:
        return ""
    foot = _FOOT + (_ROW * (len(what.at_risk) + 1) if what.at_risk else 0)
    left = max(_LEFT, *(28 + _LABEL * len(risk.name) for risk in what.at_risk)) if what.at_risk else _LEFT
    left = max([left, *(28 + _LABEL * len(_cut(name)) for name in what.names)])
    right = max((10 + _LABEL * len(_cut(mark.text)) for mark in what.ends), default=_RIGHT)
    x = Axis(*(what.x_ends or _ends([p[0] for p in seen])), left, width - right)
    if what.square:
        height = round(x.end - x.start) + _FOOT + _TOP
    y = Axis(*(what.y_ends or _ends([p[1] for p in seen])), height - _FOOT, _TOP)
    total = height - _FOOT + foot
    parts = [*_grid(x, y, height, what.titles, what.names)]
    parts += [
        f'<path class="chance" d="M{x.start:.1f},{y(r):.1f}H{x.end:.1f}"/>' for r in what.rules if y.low <= r <= y.high
    ]
    parts += [_band(curve, x, y) for curve in what.curves]
    parts += [_drawn(curve, x, y) for curve in what.curves]
    parts += [f'<path class="rug" d="M{x(at):.1f},{y.start:.1f}v-7"/>' for at in what.rug if x.low <= at <= x.high]
    parts += _marks(what.marks, x, y)
    parts += _at_ends(what.ends, x, y)
    parts += _at_risk(what.at_risk, x, height)
    head = f'<svg class="chart plot" viewBox="0 0 {width} {total}" role="img" aria-label="{escape(what.about)}">'
    return f"{head}{''.join(parts)}</svg>"


def legend(what: Plot) -> list[tuple[str, str]]:
    """(a sample of it as SVG, name) of the curves that have a name, for the text under the chart."""
    return [(_sample(curve), curve.name) for curve in what.curves if curve.name]


def _sample(curve: Curve) -> str:
    if curve.shape in ("dots", "discs"):
        inside = _drawn(replace(curve, points=[(14, 5)]), Axis(0, 28, 0, 28), Axis(0, 10, 0, 10))
    else:
        inside = f'<path class="curve {curve.css}" d="M1,5H27"/>'
    return f'<svg class="plot sample" viewBox="0 0 28 10" aria-hidden="true">{inside}</svg>'


def _drawn(curve: Curve, x: Axis, y: Axis) -> str:
    points = [(x(a), y(b)) for a, b in curve.points if math.isfinite(a) and math.isfinite(b)]
    if not points:
        return ""
    if curve.shape == "dots":
        return f'<path class="cloud {curve.css}" d="{"".join(f"M{a:.1f},{b:.1f}h0" for a, b in points)}"/>'
    if curve.shape == "discs":
        return "".join(f'<circle class="disc {curve.css}" cx="{a:.1f}" cy="{b:.1f}" r="4"/>' for a, b in points)
    if curve.shape == "ticks":
        return (
            f'<path class="ticks {curve.css}" d="{"".join(f"M{a:.1f},{max(y.end, b - 4):.1f}v8" for a, b in points)}"/>'
        )
    if curve.shape == "steps":
        rest = "".join(f"H{a:.1f}V{b:.1f}" for a, b in points[1:])
        return f'<path class="curve {curve.css}" d="M{points[0][0]:.1f},{points[0][1]:.1f}{rest}"/>'
    parts = _inside([p for p in curve.points if all(map(math.isfinite, p))], y.low, y.high)
    drawn = "".join(f"M{'L'.join(f'{x(a):.1f},{y(b):.1f}' for a, b in part)}" for part in parts)
    return f'<path class="curve {curve.css}" d="{drawn}"/>' if drawn else ""


def _inside(points: Points, low: float, high: float) -> list[list[tuple[float, float]]]:
    """The parts of a line that lie between two heights, cut where it crosses them."""
    if len(points) == 1:
        return [[points[0]]] if low <= points[0][1] <= high else []
    parts: list[list[tuple[float, float]]] = []
    for (a, b), (c, d) in pairwise(points):
        shares = [0.0, 1.0]
        if b != d:
            shares += [share for end in (low, high) if 0 < (share := (end - b) / (d - b)) < 1]
        for s, t in pairwise(sorted(shares)):
            middle = b + (s + t) / 2 * (d - b)
            if not low <= middle <= high:
                continue
            start, end = ((a + k * (c - a), b + k * (d - b)) for k in (s, t))
            if s == 0 and parts and parts[-1][-1] == (a, b):
                parts[-1].append(end)
            else:
                parts.append([start, end])
    return parts


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
    """Words beside, above or below their points; one that would lie on another word or point is left out."""
    taken = [(x(m.x) - 4, y(m.y) - 4, x(m.x) + 4, y(m.y) + 4) for m in marks]
    for mark in marks:
        a, b, text = x(mark.x), y(mark.y), _cut(mark.text)
        size = _LABEL * len(text)
        places = (
            ("start", a + 7, b + 4, a + 7),
            ("end", a - 7, b + 4, a - 7 - size),
            ("middle", a, b - 7, a - size / 2),
            ("middle", a, b + 15, a - size / 2),
        )
        for anchor, at, down, start in places:
            box = (start, down - _LINE + 3, start + size, down + 1)
            outside = start < x.start or start + size > x.end + _RIGHT or box[1] < y.end - 4 or down > y.start
            if not outside and not any(_meet(box, other) for other in taken):
                taken.append(box)
                yield f'<text class="mark" text-anchor="{anchor}" x="{at:.1f}" y="{down:.1f}">{escape(text)}</text>'
                break


def _at_ends(marks: Sequence[Mark], x: Axis, y: Axis) -> Iterator[str]:
    """Words in the right margin, moved apart so that none lies on another."""
    places = sorted((y(mark.y), _cut(mark.text)) for mark in marks)
    lines: list[float] = []
    for at, _ in places:
        lines.append(max(at, lines[-1] + _LINE) if lines else at)
    over = max(0.0, lines[-1] - y.start) if lines else 0.0
    for k in reversed(range(len(lines))):
        lines[k] = min(lines[k], lines[k + 1] - _LINE) if k + 1 < len(lines) else lines[k] - over
    for down, (_, text) in zip(lines, places, strict=True):
        yield f'<text class="mark" x="{x.end + 6:.1f}" y="{down + 4:.1f}">{escape(text)}</text>'


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _at_risk(rows: Sequence[Risk], x: Axis, height: int) -> Iterator[str]:
    if rows:
        yield f'<text class="axis" x="4" y="{height + 8}">Number at risk</text>'
    for i, row in enumerate(rows, start=1):
        at = height + 8 + _ROW * i
        yield f'<text class="tick" x="4" y="{at}">{escape(row.name)}</text>'
        for place, number in zip(row.at, row.numbers, strict=True):
            yield f'<text class="tick" text-anchor="middle" x="{x(place):.1f}" y="{at}">{number:,}</text>'


def _grid(x: Axis, y: Axis, height: int, titles: tuple[str, str], names: Sequence[str] = ()) -> Iterator[str]:
    across, up = x.ticks(6), y.ticks(6)
    if names:
        up = [float(i + 1) for i in range(len(names))]
    for tick, text in zip(up, [escape(_cut(name)) for name in names] or tick_texts(up), strict=True):
        at = y(tick)
        yield f'<path class="rule" d="M{x.start:.1f},{at:.1f}H{x.end:.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{x.start - 8:.1f}" y="{at + 4:.1f}">{text}</text>'
    for tick, text in zip(across, tick_texts(across), strict=True):
        yield f'<path class="frame" d="M{x(tick):.1f},{y.start:.1f}v4"/>'
        yield f'<text class="tick" text-anchor="middle" x="{x(tick):.1f}" y="{height - 32}">{text}</text>'
    yield f'<path class="frame" d="M{x.start:.1f},{y.end:.1f}V{y.start:.1f}H{x.end:.1f}"/>'
    middle, centre = (x.start + x.end) / 2, (y.start + y.end) / 2
    yield f'<text class="axis" text-anchor="middle" x="{middle:.1f}" y="{height - 10}">{escape(titles[0])}</text>'
    turned = f'transform="translate(14 {centre:.1f}) rotate(-90)"'
    yield f'<text class="axis" text-anchor="middle" {turned}>{escape(titles[1])}</text>'


def _ends(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
    return low - room, high + room


def said(points: Points) -> str:
    """Both ends of a curve in words, for an `about`."""
    return f"from {show(points[0][1])} at {show(points[0][0])} to {show(points[-1][1])} at {show(points[-1][0])}"
