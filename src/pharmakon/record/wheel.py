"""A wheel of percentiles as SVG: a spoke for each property, grouped, with the middle of approved drugs as a ring."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

SIZE = 720
HUB, RIM = 46.0, 190.0
"""Radii of the percentiles 0 and 100."""
GAP = 5.0
"""Degrees between two groups."""
LETTERS = 26
STYLE = """
text{font:11px system-ui,Helvetica,Arial,sans-serif;fill:#575a5f}.g{font-weight:600;fill:#1c1e21}
.r{fill:none;stroke:#e2e0d8}.m{stroke:#8c8a82;stroke-dasharray:3 3}
.good{fill:#2b8a5c}.poor{fill:#c2453c}.unsure{fill:#b9912a}.none{fill:#5f8ea3}
@media(prefers-color-scheme:dark){text{fill:#a7adb4}.g{fill:#e9eaec}.r{stroke:#30353a}.m{stroke:#7b828a}
.good{fill:#5cc191}.poor{fill:#e2837b}.unsure{fill:#d3b25c}.none{fill:#7cabbf}}
"""


@dataclass(frozen=True, slots=True)
class Spoke:
    """A property: its percentile among approved drugs, 0-100, and its verdict, one of good, poor, unsure and none."""

    title: str
    group: str
    percentile: float
    verdict: str = "none"


def wheel(spokes: Sequence[Spoke], *, label: str) -> str:
    """The SVG, `SIZE` wide and high. Spokes of a group must stand together; those without a percentile are left out."""
    known = [spoke for spoke in spokes if math.isfinite(spoke.percentile)]
    groups = [(name, list(some)) for name, some in groupby(known, key=lambda spoke: spoke.group)]
    step = (360.0 - GAP * len(groups)) / max(1, len(known))
    body = [_ring(percent) for percent in (0, 25, 50, 75, 100)]
    angle = -90.0 + GAP / 2
    for _, some in groups:
        for spoke in some:
            body += _drawn(spoke, angle, step)
            angle += step
        angle += GAP
    centre = SIZE / 2
    body.append(f'<text class="g" x="{centre}" y="{centre - 4}" text-anchor="middle">percentile</text>')
    body.append(f'<text x="{centre}" y="{centre + 10}" text-anchor="middle">among drugs</text>')
    size = f'viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(label)}">'
        f"<style>{STYLE}</style>{''.join(body)}</svg>"
    )


def _ring(percent: float) -> str:
    kind = "r m" if percent == 50 else "r"
    return f'<circle class="{kind}" cx="{SIZE / 2}" cy="{SIZE / 2}" r="{_radius(percent):.1f}"/>'


def _drawn(spoke: Spoke, angle: float, step: float) -> Iterator[str]:
    """A wedge from the hub to the percentile, and the title beyond the rim, never upside down."""
    start, end = angle + step * 0.1, angle + step * 0.9
    reach = max(_radius(spoke.percentile), HUB + 2.0)
    corners = [_place(HUB, start), _place(reach, start), _place(reach, end), _place(HUB, end)]
    shown = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    said = escape(f"{spoke.title}: {spoke.percentile:.0f}")
    yield f'<polygon class="{spoke.verdict}" points="{shown}"><title>{said}</title></polygon>'
    middle = angle + step / 2
    x, y = _place(RIM + 8.0, middle)
    left = 90.0 < (middle % 360.0) < 270.0
    turned = middle + 180.0 if left else middle
    title = spoke.title if len(spoke.title) <= LETTERS else spoke.title[: LETTERS - 1].rstrip() + "…"
    anchor = "end" if left else "start"
    yield (
        f'<text x="{x:.1f}" y="{y:.1f}" dy="3.5" text-anchor="{anchor}" '
        f'transform="rotate({turned:.1f} {x:.1f} {y:.1f})">{escape(title)}</text>'
    )


def _radius(percent: float) -> float:
    return HUB + (RIM - HUB) * min(100.0, max(0.0, percent)) / 100.0


def _place(radius: float, angle: float) -> tuple[float, float]:
    turn = math.radians(angle)
    return SIZE / 2 + radius * math.cos(turn), SIZE / 2 + radius * math.sin(turn)
