"""How good predictions of survival are: concordance, AUC at a time, Brier score; censoring weighted out.

Weights are the inverse chance to have been still under observation. Take them from the training patients
(`CensoringDistribution.of(time, event)`) or leave them out: then they are of the patients at hand. A metric that is not
defined for its data is NaN.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pharmakon.biomarkers.survival import CensoringDistribution, kaplan_meier
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Floats

CELLS = 2_000_000
"""Pairs that are compared at once."""


def harrell_c(time: Floats, event: Floats, risk: Floats) -> float:
    """Of the pairs in which one had the event first, the share in which it had the higher risk, ties counting half.

    Harrell et al., JAMA 1982, 247, 2543. It depends on how long patients were observed: see `uno_c`. Shapes (n,).
    """
    return _concordance(time, event, risk, np.ones(len(time)))


def uno_c(
    time: Floats,
    event: Floats,
    risk: Floats,
    *,
    tau: float | None = None,
    censoring: CensoringDistribution | None = None,
) -> float:
    """Concordance up to `tau` that does not depend on the censoring (Uno et al., Stat. Med. 2011, 30, 1105).

    A patient censored at the time of an event counts as later. Shapes (n,). Raises DataError where an event came
    later than anybody was observed in the data that the weights come from: choose an earlier tau.
    """
    censoring = censoring or CensoringDistribution.of(time, event)
    counted = (event > 0.5) & (time < tau) if tau is not None else event > 0.5
    weight = np.zeros(len(time))
    weight[counted] = _inverse(censoring.before(time[counted])) ** 2
    return _concordance(time, counted.astype(np.float64), risk, weight, event)


class DynamicAUC(NamedTuple):
    """AUC at each time, shape (m,), and its mean weighted by the events between the times."""

    auc: Floats
    mean: float


def dynamic_auc(
    time: Floats,
    event: Floats,
    risk: Floats,
    times: Floats,
    *,
    censoring: CensoringDistribution | None = None,
) -> DynamicAUC:
    """The chance that a patient with the event by time t has a higher risk than one without it (cumulative/dynamic).

    Uno et al., J. Am. Stat. Assoc. 2007, 102, 527; the mean is Lambert & Chevret's, Stat. Methods Med. Res. 2016, 25,
    2088. `risk` is (n,), or (n, m) where it is another at each time. Raises DataError as `uno_c` does.
    """
    censoring = censoring or CensoringDistribution.of(time, event)
    times = np.atleast_1d(np.asarray(times, np.float64))
    risks = np.broadcast_to(risk[:, None] if risk.ndim == 1 else risk, (len(time), len(times)))
    auc = np.full(len(times), np.nan)
    for m, t in enumerate(times):
        case, control = (event > 0.5) & (time <= t), time > t
        if not case.any() or not control.any():
            continue
        weight = _inverse(censoring.before(time[case]))
        others = np.sort(risks[control, m])
        mine = risks[case, m]
        above = np.searchsorted(others, mine, "left") + np.searchsorted(others, mine, "right")
        auc[m] = weight @ above / (2 * weight.sum() * len(others))
    fall = -np.diff(kaplan_meier(time, event).at(times), prepend=1.0)
    known = np.isfinite(auc) & np.isfinite(fall)
    total = fall[known].sum()
    return DynamicAUC(auc, float(auc[known] @ fall[known] / total) if total > 0 else np.nan)


def brier_scores(
    time: Floats,
    event: Floats,
    survival: Floats,
    times: Floats,
    *,
    censoring: CensoringDistribution | None = None,
) -> Floats:
    """Mean squared error of predicted survival (n, m) at times (m,); shape (m,). 0.25 is what 0.5 for everybody gets.

    Graf et al., Stat. Med. 1999, 18, 2529. Raises DataError as `uno_c` does.
    """
    times = np.asarray(times, np.float64)
    if survival.shape != (len(time), len(times)):
        raise UsageError(f"{len(time)} patients and {len(times)} times, but survival of shape {survival.shape}")
    censoring = censoring or CensoringDistribution.of(time, event)
    gone = (event > 0.5)[:, None] & (time[:, None] <= times)
    there = time[:, None] > times
    weight = np.zeros(survival.shape)
    weight[gone] = _inverse(np.broadcast_to(censoring.before(time)[:, None], gone.shape)[gone])
    weight[there] = _inverse(np.broadcast_to(censoring.at(times), there.shape)[there])
    return np.asarray((weight * (there - survival) ** 2).mean(axis=0), np.float64)


def integrated_brier(
    time: Floats,
    event: Floats,
    survival: Floats,
    times: Floats,
    *,
    censoring: CensoringDistribution | None = None,
) -> float:
    """The mean of `brier_scores` over the stretch from the first to the last of at least two times."""
    if len(times) < 2:
        raise UsageError("an integrated Brier score needs at least two times")
    scores = brier_scores(time, event, survival, times, censoring=censoring)
    return float(np.trapezoid(scores, times) / (times[-1] - times[0]))


def _concordance(time: Floats, event: Floats, risk: Floats, weight: Floats, seen: Floats | None = None) -> float:
    """Pairs weighted by their earlier patient's weight; `event` says who may be that, `seen` whose event is known."""
    order = np.argsort(time, kind="stable")
    time, died, risk, weight = time[order], event[order] > 0.5, risk[order], weight[order]
    had = died if seen is None else seen[order] > 0.5
    first = np.flatnonzero(died)
    above = total = 0.0
    step = max(CELLS // max(len(time), 1), 1)
    for block in (first[i : i + step] for i in range(0, len(first), step)):
        # At one time, the event comes before the censoring, and of two events none is first.
        later = (time > time[block, None]) | ((time == time[block, None]) & ~had)
        mine = risk[block, None]
        ahead = ((mine > risk) & later).sum(axis=1) + 0.5 * ((mine == risk) & later).sum(axis=1)
        above += float(weight[block] @ ahead)
        total += float(weight[block] @ later.sum(axis=1))
    return above / total if total > 0 else np.nan


def _inverse(chance: Floats) -> Floats:
    if (chance <= 0).any():
        raise DataError(
            "an event or a time lies beyond the longest observation of the patients that the censoring weights come "
            "from; choose earlier times (tau)"
        )
    return 1 / chance
