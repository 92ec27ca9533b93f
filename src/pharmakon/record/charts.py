"""The report's charts as inline SVG, drawn here so that the page needs no script to show them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from pharmakon.core.units import show


class TrajectoryPoint(NamedTuple):
    """After `call` scorer calls: the best score so far, and the mean score of the batch that ended there."""

    call: int
    best: float
    mean: float


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of numbers laid along a stretch of the page."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def ticks(self, about: int) -> list[float]:
        """Round numbers inside the axis, about that many."""
        step = _round_step((self.high - self.low) / max(1, about))
        first = math.ceil(self.low / step - 1e-9)
        return [k * step for k in range(first, math.floor(self.high / step + 1e-9) + 1)]


def trajectory(
    points: Sequence[TrajectoryPoint], *, scores: Sequence[tuple[int, float]] = (), width: int = 960, height: int = 300
) -> str:
    """Best score so far as a line, each batch's mean as a thin one, each call's score as a dot.

    Where scores below 0 occur their ground is shaded and says what that means.
    """
    if not points:
        return ""
    last = points[-1]
    values = [v for p in points for v in (p.best, p.mean)] + [score for _, score in scores]
    low, high = _around([v for v in values if math.isfinite(v)])
    calls = max([p.call for p in points] + [call for call, _ in scores])
    x, y = Axis(0, calls, 56, width - 96), Axis(low, high, height - 50, 14)
    best = steps([(x(p.call), y(p.best)) for p in points if math.isfinite(p.best)])
    mean = "L".join(f"{x(p.call):.1f},{y(p.mean):.1f}" for p in points if math.isfinite(p.mean))
    dots = "".join(f"M{x(call):.1f},{y(score):.1f}h0" for call, score in scores if math.isfinite(score))
    about = f"Best score so far: {show(points[0].best)} at first, {show(last.best)} after {last.call:,} scorer calls."
    labels = _apart([("best so far", y(last.best), "best"), ("batch mean", y(last.mean), "mean")])
    return "".join(
        [
            f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(about)}">',
            _barred(x, y) if low < 0 else "",
            *_grid(x, y, height, narrow=width < 600),
            f'<path class="dots" d="{dots}"/>' if dots else "",
            f'<path class="mean" d="M{mean}"/>' if mean else "",
            f'<path class="best" d="{best}"/>' if best else "",
            *(f'<text class="{css}" x="{x.end + 8:.1f}" y="{at + 4:.1f}">{words}</text>' for words, at, css in labels),
            "</svg>",
        ]
    )


def interval_bar(
    low: float,
    value: float,
    high: float,
    *,
    scale: tuple[float, float],
    threshold: float | None = None,
    better: str = "none",
    called: str = "90 % interval",
) -> str:
    """An interval on a property's scale: the value as a mark, the threshold as a line, the good side tinted."""
    if not math.isfinite(value):
        return ""
    low, high = (low, high) if math.isfinite(low) and math.isfinite(high) else (value, value)
    x = Axis(*scale, 4, 196)
    about = f"{called} {show(low)} to {show(high)}"
    parts = ['<rect class="track" x="4" y="18" width="192" height="3"/>']
    if threshold is not None and math.isfinite(threshold):
        at = x(threshold)
        about += f"; threshold {show(threshold)}"
        if better in ("high", "low"):
            start, end = (at, 196.0) if better == "high" else (4.0, at)
            parts.append(
                f'<rect class="wanted" x="{start:.1f}" y="18" width="{max(0.0, end - start):.1f}" height="3"/>'
            )
    left, right = x(low), x(high)
    parts.append(f'<rect class="span" x="{left:.1f}" y="6" width="{max(1.5, right - left):.1f}" height="8" rx="2"/>')
    if threshold is not None and math.isfinite(threshold):
        parts.append(f'<path class="threshold" d="M{x(threshold):.1f},2v20"/>')
    parts.append(f'<circle class="point" cx="{x(value):.1f}" cy="10" r="4"/>')
    return f'<svg class="bar" viewBox="0 0 200 24" role="img" aria-label="{escape(about)}">{"".join(parts)}</svg>'


def common_scale(
    numbers: Sequence[float], *, threshold: float | None = None, low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    """The scale on which all of a property's intervals are drawn, so that two bars can be compared by eye.

    It stays inside the physical range from `low` to `high`.
    """
    finite = [n for n in numbers if math.isfinite(n)] + ([threshold] if threshold is not None else [])
    start, end = _around(finite)
    start = start if low is None else max(start, low)
    end = end if high is None else min(end, high)
    return (start, end) if start < end else (start - 0.5, end + 0.5)


def _grid(x: Axis, y: Axis, height: int, *, narrow: bool) -> Iterator[str]:
    up = y.ticks(7)
    for tick, text in zip(up, tick_texts(up), strict=True):
        at = y(tick)
        yield f'<path class="rule" d="M{x.start:.1f},{at:.1f}H{x.end:.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{x.start - 8:.1f}" y="{at + 4:.1f}">{text}</text>'
    for tick in x.ticks(4 if narrow else 8):
        yield f'<text class="tick" text-anchor="middle" x="{x(tick):.1f}" y="{height - 28}">{tick:,.0f}</text>'
    middle = (x.start + x.end) / 2
    yield f'<text class="axis" text-anchor="middle" x="{middle:.1f}" y="{height - 4}">scorer calls</text>'
    centre = (y.start + y.end) / 2
    yield f'<text class="axis" text-anchor="middle" transform="translate(12 {centre:.1f}) rotate(-90)">score</text>'


def _barred(x: Axis, y: Axis) -> str:
    """The ground of the molecules that break a constraint."""
    top = y(0.0)
    ground = f'<rect class="barred" x="{x.start:.1f}" y="{top:.1f}" width="{x.end - x.start:.1f}"'
    words = f'<text class="barred" text-anchor="end" x="{x.end - 6:.1f}" y="{top + 17:.1f}">'
    return f'{ground} height="{max(0.0, y.start - top):.1f}"/>{words}below 0: breaks a constraint</text>'


def steps(points: Sequence[tuple[float, float]]) -> str:
    """A best-so-far does not rise between two calls: across, then up."""
    if not points:
        return ""
    return f"M{points[0][0]:.1f},{points[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points[1:])


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """The numbers beside an axis, all with as many decimals as one of them needs."""
    texts = [f"{tick:.6g}" for tick in ticks]
    if not any("e" in text for text in texts):
        places = max((len(text.partition(".")[2]) for text in texts), default=0)
        texts = [f"{tick + 0.0:,.{places}f}" for tick in ticks]
    return [text.replace("-", "−") for text in texts]


def _apart(labels: Sequence[tuple[str, float, str]], *, gap: float = 16) -> list[tuple[str, float, str]]:
    """Labels moved down just enough not to lie on each other."""
    placed: list[tuple[str, float, str]] = []
    for words, at, css in sorted(labels, key=lambda label: label[1]):
        if math.isfinite(at):
            placed.append((words, max(at, placed[-1][1] + gap) if placed else at, css))
    return placed


def _around(values: Sequence[float]) -> tuple[float, float]:
    """A little more than the values span."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
    return low - room, high + room


def _round_step(raw: float) -> float:
    """The nearest of 1, 2, 5, 10 times a power of ten that is not below `raw`."""
    if raw <= 0 or not math.isfinite(raw):
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= raw - 1e-12)
