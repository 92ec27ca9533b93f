"""The charts of the discovery page: each model's score with its interval, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pharmakon.record.charts import Axis, tick_texts
from pharmakon.workflows.study_read import Score

WIDE, ROW, NAME = 640, 34, 230


def forest(scores: Sequence[Score], measure: str) -> str:
    """A point and its 95 % interval for each model; "" where no model has an interval."""
    spans = [one.span for one in scores if one.span is not None]
    if not spans:
        return ""
    low, high = min(span[0] for span in spans), max(span[2] for span in spans)
    margin = (high - low or 1.0) * 0.06
    x = Axis(low - margin, high + margin, NAME, WIDE - 20)
    foot = ROW * len(scores) + 8
    parts = []
    ticks = x.ticks(5)
    for tick, text in zip(ticks, tick_texts(ticks), strict=True):
        parts.append(f'<path class="rule" d="M{x(tick):.1f},4V{foot}"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{x(tick):.1f}" y="{foot + 16}">{text}</text>')
    for n, one in enumerate(scores):
        y = ROW * n + ROW / 2 + 4
        kind = "main" if one.main else "other"
        parts.append(f'<text class="name {kind}" x="0" y="{y + 4:.1f}">{escape(one.model)}</text>')
        if one.span is not None:
            a, b, c = map(x, one.span)
            parts.append(f'<path class="span {kind}" d="M{a:.1f},{y}H{c:.1f}"/>')
            parts.append(f'<circle class="point {kind}" cx="{b:.1f}" cy="{y}" r="5"/>')
    said = "; ".join(f"{one.model} {one.value} ({one.interval})" for one in scores)
    middle = (NAME + WIDE - 20) / 2
    parts.append(f'<text class="axis" text-anchor="middle" x="{middle}" y="{foot + 34}">{escape(measure)}</text>')
    return (
        f'<svg class="chart forest" viewBox="0 0 {WIDE} {foot + 42}" role="img" '
        f'aria-label="{escape(f"{measure} on patients not seen: {said}")}">{"".join(parts)}</svg>'
    )
