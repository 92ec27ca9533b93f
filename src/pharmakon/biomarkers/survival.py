"""How long without the event: Kaplan-Meier curves, medians, restricted means, and the log-rank test of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.interval import Interval


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """A survival curve (J. Am. Stat. Assoc. 1958, 53, 457), one entry for each time that somebody left at; shape (T,).

    The interval is that of log(-log S) with Greenwood's variance: it stays within 0 and 1, and is NaN once S is 0.
    """

    time: Floats
    at_risk: NDArray[np.int64]
    """Just before that time."""
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    survival: Floats
    standard_error: Floats
    """Greenwood's, of the survival itself."""
    low: Floats
    high: Floats

    def at(self, times: Floats) -> Floats:
        """Survival at some times; (m,) to (m,). NaN behind the last time, unless nobody was left then."""
        survival = np.append(1.0, self.survival)[np.searchsorted(self.time, times, side="right")]
        unknown = (np.asarray(times) > self.time[-1]) & (self.survival[-1] > 0)
        return np.where(unknown, np.nan, survival)

    def number_at_risk(self, times: Floats) -> NDArray[np.int64]:
        """Patients under observation just before some times; (m,) to (m,)."""
        return np.append(self.at_risk, 0)[np.searchsorted(self.time, times, side="left")]

    def quantile(self, share: float = 0.5) -> Interval:
        """The time by which a share of the patients had the event, the median as it stands.

        The interval is Brookmeyer & Crowley's (Biometrics 1982, 38, 29): where the curve's own interval crosses.
        """
        return Interval(*(self._crossing(curve, 1 - share) for curve in (self.survival, self.low, self.high)))

    def restricted_mean(self, tau: float) -> tuple[float, float]:
        """Mean time without the event up to `tau`, and its standard error (Irwin 1949; Royston & Parmar 2013).

        Raises DataError where nobody was observed as long as that and the curve has not come to 0.
        """
        if tau > self.time[-1] and self.survival[-1] > 0:
            raise DataError(
                f"nobody was observed until {tau:g}; the last time is {self.time[-1]:g}: choose tau below it"
            )
        inside = (self.time < tau) & (self.events > 0)
        edges = np.concatenate(([0.0], self.time[inside], [tau]))
        areas = np.append(1.0, self.survival[inside]) * np.diff(edges)
        behind = areas[::-1].cumsum()[::-1][1:]  # the area from each event to tau
        n, d = self.at_risk[inside], self.events[inside]
        terms = np.divide(d, n * (n - d), out=np.zeros(len(n)), where=n > d)
        return float(areas.sum()), float(np.sqrt((behind**2 * terms).sum()))

    def _crossing(self, curve: Floats, level: float) -> float:
        below = np.flatnonzero(curve <= level + 1e-12)
        if not len(below):
            return np.nan
        first = below[0]
        later = np.flatnonzero(curve < level - 1e-12)
        # A curve that runs along the level has every time of that stretch as its quantile: the middle, as R has it.
        flat = abs(curve[first] - level) <= 1e-12 and len(later)
        return float((self.time[first] + self.time[later[0]]) / 2 if flat else self.time[first])


def kaplan_meier(time: Floats, event: Floats) -> KaplanMeier:
    """The curve of n patients with times and events (1 or 0), each of shape (n,). Raises DataError for none."""
    from scipy.special import ndtri

    times, at_risk, events, censored = _table(time, event)
    left = at_risk - events
    survival = np.cumprod(left / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * left))  # of log S; infinite once nobody is left
        half = ndtri(0.975) * np.sqrt(variance) / np.abs(np.log(survival))
        low, high = survival ** np.exp(half), survival ** np.exp(-half)
        error = survival * np.sqrt(variance)
    ends = (np.where(survival == 1, 1.0, end).astype(np.float64) for end in (low, high))
    return KaplanMeier(times, at_risk, events, censored, survival, error, *ends)


class LogRank(NamedTuple):
    """Chi-squared, its degrees of freedom and p; events seen and expected of each group, in sorted order."""

    chi2: float
    df: int
    p: float
    observed: Floats
    expected: Floats


def log_rank(time: Floats, event: Floats, group: NDArray[Any], *, strata: NDArray[Any] | None = None) -> LogRank:
    """Whether k groups differ in hazard (Mantel 1966; Peto & Peto 1972), within strata if given; all of shape (n,).

    Raises DataError for fewer than two groups or no event.
    """
    from scipy.special import chdtrc

    names, code = np.unique(group, return_inverse=True)
    if len(names) < 2 or not (event > 0.5).any():
        raise DataError("a log-rank test needs two groups at least, and an event")
    stratum = np.zeros(len(time), np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    k = len(names)
    observed, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for s in range(int(stratum.max()) + 1):
        mine = stratum == s
        times, n, d, _ = _table(time[mine], event[mine])
        # Of each group at each time: how many are at risk. A table of (T, k) from counts of who has left.
        place = np.searchsorted(times, time[mine])
        left = np.zeros((len(times), k))
        np.add.at(left, (place, code[mine]), 1)
        at_risk = left[::-1].cumsum(axis=0)[::-1]
        share = at_risk / n[:, None]
        observed += np.bincount(code[mine], event[mine], minlength=k)
        expected += d @ share
        scale = d * np.divide(n - d, n - 1, out=np.zeros(len(n)), where=n > 1)
        covariance += np.diag(scale @ share) - (share * scale[:, None]).T @ share
    off = (observed - expected)[:-1]  # the last follows from the others
    chi2 = float(off @ np.linalg.pinv(covariance[:-1, :-1], hermitian=True) @ off)
    df = int(np.sum(expected > 0)) - 1
    return LogRank(chi2, df, float(chdtrc(df, chi2)) if df else np.nan, observed, expected)


@dataclass(frozen=True, slots=True)
class CensoringDistribution:
    """The chance to be still under observation: Kaplan-Meier of the censoring, events before it at one time."""

    time: Floats
    survival: Floats

    @classmethod
    def of(cls, time: Floats, event: Floats) -> CensoringDistribution:
        """From the patients' times and events (1 or 0), each of shape (n,)."""
        times, at_risk, events, censored = _table(time, event)
        left = at_risk - events  # a patient with the event at a time can no longer be censored at it
        return cls(times, np.cumprod(1 - np.divide(censored, left, out=np.zeros(len(left)), where=left > 0)))

    def at(self, times: Floats) -> Floats:
        """P(C > t); same shape as the times."""
        return np.append(1.0, self.survival)[np.searchsorted(self.time, times, side="right")]

    def before(self, times: Floats) -> Floats:
        """P(C >= t), which is what an event at t needed in order to be seen; same shape as the times."""
        return np.append(1.0, self.survival)[np.searchsorted(self.time, times, side="left")]


def _table(time: Floats, event: Floats) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct times, patients at risk, events and censored at each; shape (T,)."""
    if not len(time) or not (np.isfinite(time).all() and np.isfinite(event).all()):
        raise DataError("a survival curve needs patients, each with a time and an event that is 1 or 0")
    times, place = np.unique(time, return_inverse=True)
    left = np.bincount(place)
    events = np.bincount(place, event > 0.5).astype(np.int64)
    return times, left[::-1].cumsum()[::-1], events, left - events
