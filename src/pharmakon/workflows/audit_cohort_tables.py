"""The tables of an audit of a cohort, as text: metrics by group, gaps, rates and remedies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.core.units import show
from pharmakon.fairness.classification import TITLES
from pharmakon.fairness.gaps import COMPOSED
from pharmakon.fairness.groups import CANNOT_TELL
from pharmakon.record.statement import Grid

from .audit_limits import LEFT_OUT

if TYPE_CHECKING:
    from pharmakon.fairness.mitigation import Outcome
    from pharmakon.fairness.performance import Performance
    from pharmakon.fairness.rates import Rate
    from pharmakon.learn.interval import Interval


def scores(name: str, one: Performance, metrics: Sequence[str]) -> Grid:
    """Metrics of each group and of everybody; "worse" beside one that is worse than everybody's."""
    columns = [name, "Patients", "Rarer outcome", *(TITLES[m] for m in metrics)]
    rows = []
    for group in one.groups:
        cells = [f"{ends(group.metrics[m])}{', worse' if m in group.worse else ''}" for m in metrics]
        if group.small:
            cells = [CANNOT_TELL, *["–"] * (len(metrics) - 1)]
        rows.append([group.level, f"{group.n:,}", f"{group.events:,}", *cells])
    total = sum(group.n for group in one.groups)
    rows.append(["everybody", f"{total:,}", "", *(ends(one.overall[m]) for m in metrics)])
    return Grid(columns, rows, columns[1:], f"By {name}")


def gaps(name: str, one: Performance) -> Grid:
    """The largest difference of each metric between two groups."""
    columns = ("Gap", "Largest difference (95 %)", "Ratio", "Worse or lower", "Better or higher", "")
    order = [*COMPOSED, *(m for m in one.gaps if m not in COMPOSED)]
    rows = [
        (
            TITLES[gap.metric],
            f"{show(gap.value)} ({show(gap.low)} to {show(gap.high)})",
            show(gap.ratio),
            gap.worst,
            gap.best,
            "" if gap.shown else "may be none",
        )
        for gap in (one.gaps[m] for m in order if m in one.gaps)
    ]
    return Grid(columns, rows, columns[1:3], f"Gaps by {name}")


def rates(found: Sequence[Rate]) -> Grid:
    """How often something is so in each group, against the others."""
    columns = ("What", "Group", "Patients", "How often (95 %)", "More than the others", "q", "")
    rows = [
        (
            one.of if one.of != LEFT_OUT else "left out of the cohort",
            f"{one.column}: {one.level}",
            f"{one.n:,}",
            f"{percent(one.inside.value)} ({percent(one.inside.low)} to {percent(one.inside.high)})",
            "" if one.small else f"{one.more.value:+.1%} ({one.more.low:+.1%} to {one.more.high:+.1%})",
            "" if math.isnan(one.q) else f"{one.q:.2g}",
            one.small,
        )
        for one in found
    ]
    return Grid(columns, rows, columns[2:6])


def remedy(one: Outcome) -> tuple[str, ...]:
    """A row of one remedy: the gap that is left, and what it cost."""
    f, more = one.figures, one.more
    return (
        one.remedy,
        ends(f["equalised_odds"]),
        _less(more["equalised_odds"]),
        show(f["accuracy"].value),
        _less(more["accuracy"]),
        show(f["auc"].value),
        show(f["brier"].value),
        one.note,
    )


def _less(figure: Interval) -> str:
    return "" if figure.value == 0 else f"{-figure.value:+.3f} ({-figure.high:+.3f} to {-figure.low:+.3f})"


def ends(figure: Interval) -> str:
    """A figure with its interval."""
    if not np.isfinite(figure.value):
        return "–"
    return (
        show(figure.value)
        if not np.isfinite(figure.low)
        else f"{show(figure.value)} ({show(figure.low)} to {show(figure.high)})"
    )


def percent(value: float) -> str:
    """A share, or a dash."""
    return "–" if not np.isfinite(value) else f"{value:.1%}"
