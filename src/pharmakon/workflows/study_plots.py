"""The charts of a biomarker study, from arrays: volcano, ROC, survival, calibration, net benefit, stability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.core.types import Floats
from pharmakon.record.discovery import Panel
from pharmakon.record.plot import Curve, Mark, Plot, Risk, said

if TYPE_CHECKING:
    from pharmakon.biomarkers.outcome import Outcome

CSS = ("main", "other", "third", "fourth", "soft")
NAMED = 12
"""Markers that are named in a volcano."""
SMALLEST = 1e-300


def volcano(
    features: Sequence[str], effect: Floats, p: Floats, q: Floats, *, meaning: str, level: float, name: str = "volcano"
) -> Panel:
    """Effect against -log10 p, those below a false discovery rate as discs, the clearest named."""
    height = -np.log10(np.maximum(p, SMALLEST))
    known = np.isfinite(effect) & np.isfinite(height)
    found = known & (q <= level)
    order = np.argsort(np.where(known, p, np.inf), kind="stable")[:NAMED]
    marks = [Mark(float(effect[j]), float(height[j]), features[j]) for j in order if known[j]]
    line = (float(height[found].min()),) if found.any() else ()
    curves = [
        Curve(_points(effect[known & ~found], height[known & ~found]), "not found", "dots", "faint"),
        Curve(_points(effect[found], height[found]), f"q up to {level:g}", "discs", "main"),
    ]
    about = f"{int(found.sum())} of {int(known.sum())} features are found at a false discovery rate of {level:g}."
    below = f" Those from the dashed line up are found at a false discovery rate of {level:g}." if line else ""
    caption = f"Each dot is a feature; the higher, the less likely by chance.{below} Named: the clearest."
    return Panel(name, "Volcano", caption, Plot(curves, (meaning, "−log₁₀ p"), about, marks=marks, rules=line))


def roc(outcome: Outcome, risks: Mapping[str, Floats]) -> Panel:
    """Sensitivity against 1 - specificity of each model out of its folds."""
    curves = [Curve([(0, 0), (1, 1)], "", "line", "chance")]
    for (model, risk), css in zip(risks.items(), CSS, strict=False):
        known = np.isfinite(risk)
        y, r = outcome.value[known], risk[known]
        order = np.argsort(-r, kind="stable")
        last = np.append(np.diff(r[order]) != 0, True)
        hits = np.append(0, np.cumsum(y[order])[last]) / max(y.sum(), 1)
        false = np.append(0, np.cumsum(1 - y[order])[last]) / max((1 - y).sum(), 1)
        curves.append(Curve(_points(false, hits), model, "line", css))
    who = f"whose {outcome.name} is {outcome.positive}" if outcome.positive else "with the event"
    caption = f"Of patients {who}, the share that is found, against the share of false alarms among the others."
    about = f"ROC curves of {', '.join(risks)}."
    plot = Plot(curves, ("1 − specificity", "sensitivity"), about, (0, 1), (0, 1), square=True)
    return Panel("roc", "ROC", caption, plot)


def calibration(predicted: Floats, observed: Floats, *, slope: str) -> Panel:
    """Smoothed observed share against predicted risk; both (m,), at quantiles of the risk, which the rug shows."""
    curves = [
        Curve([(0, 0), (1, 1)], "as predicted", "line", "chance"),
        Curve(_points(predicted, observed), "observed, smoothed", "line", "main"),
    ]
    about = f"Observed share of events over predicted risk, {said(curves[1].points)}."
    caption = f"On the dotted line risks mean what they say. {slope} Strokes below: quantiles of the predicted risk."
    rug = np.asarray(predicted, float).tolist()
    plot = Plot(curves, ("predicted risk", "observed share"), about, (0, 1), (0, 1), rug=rug, square=True)
    return Panel("calibration", "Calibration", caption, plot)


def net_benefit(thresholds: Floats, models: Mapping[str, Floats], everybody: Floats) -> Panel:
    """Net benefit over thresholds of each model, of treating everybody, and of nobody."""
    curves = [
        Curve(_points(thresholds, benefit), model, "line", css)
        for (model, benefit), css in zip(models.items(), CSS, strict=False)
    ]
    ends = (float(thresholds[0]), float(thresholds[-1]))
    curves += [
        Curve(_points(thresholds, everybody), "treat all", "line", "soft"),
        Curve([(ends[0], 0.0), (ends[1], 0.0)], "treat none", "line", "chance"),
    ]
    top = max([0.01, *(float(np.nanmax(benefit)) for benefit in models.values())])
    about = "Net benefit of each model over thresholds of risk."
    caption = (
        "Where a model's line is the highest it is worth using at that threshold: the risk from which you would treat."
    )
    titles = ("threshold of risk", "net benefit per patient")
    plot = Plot(curves, titles, about, ends, (-0.2 * top, 1.15 * top))
    return Panel("benefit", "Net benefit", caption, plot)


NO_HALVES = "The risks do not part the patients into halves of higher and lower risk, or no event came: everybody."
"""What a chart of survival says where there is nothing to compare."""


def survival(outcome: Outcome, groups: Mapping[str, Floats], *, test: str) -> Panel:
    """Kaplan-Meier curves of groups (masks of patients) with numbers at risk."""
    from pharmakon.biomarkers.survival import kaplan_meier

    event = outcome.event if outcome.event is not None else np.zeros(len(outcome))
    last = float(np.nanmax(outcome.value))
    ticks = _round_times(last)
    curves, ended, rows = [], [], []
    colours = ("other", "main") if len(groups) == 2 else CSS  # the higher risk in red
    for (name, mask), css in zip(groups.items(), colours, strict=False):
        rows_of = mask.astype(bool)
        if not rows_of.any():
            continue
        fit = kaplan_meier(outcome.value[rows_of], event[rows_of])
        time, alive = np.append(0.0, fit.time), np.append(1.0, fit.survival)
        low, high = np.append(1.0, fit.low), np.append(1.0, fit.high)
        curves.append(Curve(_points(time, alive), name, "steps", css, low.tolist(), high.tolist()))
        censored = np.unique(outcome.value[rows_of & (event < 0.5)])
        at = alive[np.searchsorted(time, censored, side="right") - 1]
        ended.append(Curve(_points(censored, at), "", "ticks", css))
        rows.append(Risk(name, ticks, [int(n) for n in fit.number_at_risk(np.array(ticks))]))
    about = f"Survival curves of {', '.join(groups)}."
    titles = (_with_unit("time", outcome), "share without event")
    plot = Plot([*curves, *ended], titles, about, (0, last), (0, 1), at_risk=rows)
    caption = f"{test} Bands: 95 % intervals; strokes: follow-up ended without event."
    return Panel("survival", "Kaplan–Meier", caption, plot)


def scatter(outcome: Outcome, predicted: Floats) -> Panel:
    """Measured against predicted numbers."""
    known = np.isfinite(predicted)
    ends = [float(f(np.concatenate([predicted[known], outcome.value[known]]))) for f in (np.min, np.max)]
    curves = [
        Curve([(ends[0], ends[0]), (ends[1], ends[1])], "", "line", "chance"),
        Curve(_points(predicted[known], outcome.value[known]), "", "dots", "main"),
    ]
    about = f"{int(known.sum())} patients, measured against predicted."
    room = 0.04 * (ends[1] - ends[0]) or 0.5
    both = (ends[0] - room, ends[1] + room)
    titles = (_with_unit(f"{outcome.name}, predicted", outcome), _with_unit(f"{outcome.name}, measured", outcome))
    plot = Plot(curves, titles, about, both, both, square=True)
    caption = "Each dot is a patient whom the model had not seen; on the dotted line the prediction is right."
    return Panel("scatter", "Measured against predicted", caption, plot)


def stability(
    lambdas: Floats,
    real: Floats,
    noise: Floats,
    *,
    chosen: Sequence[int],
    features: Sequence[str],
    threshold: float,
) -> Panel:
    """How often each feature is selected along the penalty path: chosen ones named, noise for comparison.

    `real` and `noise` have shape (features, lambdas); of those not chosen only the most frequent are drawn.
    """
    x = -np.log10(lambdas)
    often = np.argsort(-real.max(axis=1), kind="stable")
    others = [int(j) for j in often if int(j) not in {*chosen}][:25]
    loud = np.argsort(-noise.max(axis=1), kind="stable")[:40].tolist()
    curves = [
        Curve(_points(x, paths[j]), name if i == 0 else "", "line", css)
        for paths, rows, name, css in (
            (noise, loud, "noise", "faint"),
            (real, others, "not chosen", "soft"),
            (real, chosen, "chosen", "main"),
        )
        for i, j in enumerate(rows)
    ]
    named = sorted(chosen, key=lambda j: -real[j, x.argmax()])[:NAMED]
    marks = [Mark(float(x.max()), float(real[j, x.argmax()]), features[j]) for j in named]
    about = f"{len(chosen)} features are selected more often than the threshold of {threshold:.2f}."
    caption = (
        "Share of half samples in which a feature is selected as the penalty falls. What noise reaches is no finding; "
        "the dashed line is the threshold."
    )
    rules = (threshold,) if np.isfinite(threshold) else ()
    titles = ("−log₁₀ penalty", "share of half samples")
    plot = Plot(curves, titles, about, (float(x.min()), float(x.max())), (0, 1), (), rules, ends=marks)
    return Panel("stability", "Stability paths", caption, plot)


def false_discoveries(thresholds: Floats, fdp: Floats, chosen: float) -> Panel:
    """The estimated share of false discoveries over thresholds of the selection frequency."""
    curves = [Curve(_points(thresholds, fdp), "", "line", "main")]
    about = "No threshold is low enough in false ones, so none was taken."
    if chosen <= thresholds.max():
        at = float(np.interp(chosen, thresholds, fdp))
        curves.append(Curve([(chosen, at)], f"threshold taken, {chosen:.2f}", "discs", "other"))
        about = f"A threshold of {chosen:.2f} was taken."
    caption = "How many of the selected features would be false, judged by the noise features among them (FDP+)."
    if len(curves) == 1:
        caption = f"{caption} {about}"
    titles = ("share of half samples from which a feature is selected", "false among selected (FDP+)")
    plot = Plot(curves, titles, about, (0, 1), (0, 1.1))
    return Panel("threshold", "Where the line is drawn", caption, plot)


def _points(x: Floats, y: Floats) -> list[tuple[float, float]]:
    return list(zip(np.asarray(x, float).tolist(), np.asarray(y, float).tolist(), strict=True))


def _with_unit(words: str, outcome: Outcome) -> str:
    return f"{words} ({outcome.unit})" if outcome.unit else words


def _round_times(last: float) -> list[float]:
    """Five to seven round times from 0."""
    step = 10.0 ** np.floor(np.log10(max(last, 1e-9)))
    step = next(step * f for f in (0.2, 0.25, 0.5, 1.0) if last / (step * f) <= 7) if last / step < 7 else 2 * step
    return [float(t) for t in np.arange(0, last + 1e-9, step)]
