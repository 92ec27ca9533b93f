"""The charts of an audit of a cohort: each group's leading metric with its interval, and calibration by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.fairness.classification import TITLES
from pharmakon.record.plot import Curve, Plot
from pharmakon.record.statement import Picture

if TYPE_CHECKING:
    from pharmakon.fairness.performance import Performance

LEAD = ("uno_c", "auc", "mae")
CSS = ("main", "other", "third", "soft", "faint")
POINTS = 40


def forests(performance: Mapping[str, Performance]) -> Iterator[Picture]:
    """One chart a column: a line from end to end of each group's interval, and everybody's value dashed."""
    for name, one in performance.items():
        metric = next((m for m in LEAD if m in one.overall), None)
        if metric is None or not one.assessable:
            continue
        groups = one.assessable
        curves = []
        for i, group in enumerate(groups):
            figure, height = group.metrics[metric], float(len(groups) - i)
            css = "other" if metric in group.worse else "main"
            curves += [
                Curve([(figure.low, height), (figure.high, height)], "", "line", css),
                Curve([(figure.value, height)], "", "discs", css),
            ]
        everybody = one.overall[metric].value
        curves.append(Curve([(everybody, 0.4), (everybody, len(groups) + 0.6)], "everybody", "line", "chance"))
        about = f"{TITLES[metric]} by {name}, with 95 % intervals; everybody {everybody:.3g}."
        names = [group.level for group in reversed(groups)]
        plot = Plot(curves, (TITLES[metric], ""), about, None, (0.4, len(groups) + 0.6), names=names)
        yield Picture(
            f"{TITLES[metric]} by {name}", "In red: worse than everybody at a false discovery rate of 5 %.", plot
        )


def calibrations(performance: Mapping[str, Performance]) -> Iterator[Picture]:
    """One chart a column: the fitted line of each group on the scale of risks."""
    risk = np.linspace(0.02, 0.98, POINTS)
    score = np.log(risk) - np.log1p(-risk)
    for name, one in performance.items():
        curves = [Curve([(0, 0), (1, 1)], "as said", "line", "chance")]
        for group, css in zip(one.assessable, CSS, strict=False):
            slope, shift = group.metrics["slope"].value, group.metrics["line_intercept"].value
            if not np.isfinite(slope) or not np.isfinite(shift):
                continue
            happened = 1 / (1 + np.exp(-(shift + slope * score)))
            curves.append(Curve(list(zip(risk.tolist(), happened.tolist(), strict=True)), group.level, "line", css))
        if len(curves) > 1:
            plot = Plot(curves, ("risk", "fitted share with the outcome"), f"Calibration by {name}.", (0, 1), (0, 1))
            yield Picture(
                f"Calibration by {name}",
                "Each group's line of recalibration. On the dotted line risks mean what they say.",
                plot,
            )
