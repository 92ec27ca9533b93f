"""The charts of the design pages: how desirability falls, and two terms of all designs against each other."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pharmakon.core.units import show
from pharmakon.record.charts import Axis, tick_texts

WIDE, HIGH = 300, 96


def curve(points: Sequence[tuple[float, float]], *, title: str, unit: str, role: str) -> str:
    """The desirability of each value as a filled curve; the wanted range is where it stands at the top."""
    if len(points) < 2:
        return ""
    x, y = Axis(points[0][0], points[-1][0], 10, WIDE - 10), Axis(0.0, 1.0, HIGH - 24, 8)
    line = "L".join(f"{x(value):.1f},{y(grade):.1f}" for value, grade in points)
    foot = f"{y(0):.1f}"
    ticks = x.ticks(5)
    texts = "".join(
        _text("tick", min(max(x(tick), 18), WIDE - 18), HIGH - 8, text)
        for tick, text in zip(ticks, tick_texts(ticks), strict=True)
    )
    full = [value for value, grade in points if grade == 1.0]
    said = f"full marks from {show(min(full))} to {show(max(full))}" if full else "no value here is what is wanted"
    about = (
        f"{'Allowed values' if role == 'constraint' else 'Desirability'} of {title}: {said}{f' {unit}' if unit else ''}"
    )
    return (
        f'<svg class="chart curve {role}" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{escape(about)}">'
        f'<path class="rule" d="M{x.start},{y(1):.1f}H{x.end}M{x.start},{foot}H{x.end}"/>'
        f'<path class="under" d="M{x.start},{foot}L{line}L{x.end},{foot}Z"/>'
        f'<path class="line" d="M{line}"/>{texts}</svg>'
    )


def scatter(
    points: Sequence[tuple[str, float, float, bool]], *, titles: tuple[str, str], width: int = 560, height: int = 380
) -> str:
    """(name, x, y, on the front) of each design as a link to its card in the page; "" where there is none."""
    if not points:
        return ""
    x = _axis([one[1] for one in points], 64, width - 18)
    y = _axis([one[2] for one in points], height - 52, 16)
    parts = []
    across, up = x.ticks(6), y.ticks(6)
    for tick, text in zip(up, tick_texts(up), strict=True):
        parts.append(f'<path class="rule" d="M{x.start:.1f},{y(tick):.1f}H{x.end:.1f}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{x.start - 8:.1f}" y="{y(tick) + 4:.1f}">{text}</text>')
    for tick, text in zip(across, tick_texts(across), strict=True):
        parts.append(_text("tick", x(tick), height - 30, text))
    middle, centre = (x.start + x.end) / 2, (y.start + y.end) / 2
    parts.append(_text("axis", middle, height - 8, titles[0]))
    parts.append(_text("axis", 14, centre, titles[1], f' transform="rotate(-90 14 {centre:.1f})"'))
    for name, a, b, front in sorted(points, key=lambda one: one[3]):
        said = f"{name}{', on the front' if front else ''}: {titles[0]} {show(a)}, {titles[1]} {show(b)}"
        parts.append(
            f'<a href="#{escape(name)}" aria-label="{escape(said)}"><circle class="{"front" if front else "other"}" '
            f'cx="{x(a):.1f}" cy="{y(b):.1f}" r="{6 if front else 5}"><title>{escape(said)}</title></circle></a>'
        )
    about = f"{len(points)} designs: {titles[1]} against {titles[0]}; those of the front are filled"
    return (
        f'<svg class="chart pareto" viewBox="0 0 {width} {height}" role="group" aria-label="{escape(about)}">'
        f"{''.join(parts)}</svg>"
    )


def _text(css: str, x: float, y: float, text: str, more: str = "") -> str:
    return f'<text class="{css}" text-anchor="middle" x="{x:.1f}" y="{y:.1f}"{more}>{escape(text)}</text>'


def _axis(values: Sequence[float], start: float, end: float) -> Axis:
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or max(abs(high) * 0.05, 0.5)
    return Axis(low - room, high + room, start, end)
