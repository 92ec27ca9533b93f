"""How well an attacker tells the people a model was made with from others: area, and catches at few false alarms.

An average says little of a leak: a test that is sure about ten patients and guesses at the rest has an area near 0.5
(Carlini et al., Membership inference attacks from first principles, IEEE S&P 2022, arXiv:2112.03570). So the share of
members caught at 1 % and 0.1 % of false alarms stands beside it, and where others are too few to measure that, nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.interval import NORMAL, Interval
from pharmakon.store.plain import plain

RATES = (0.01, 0.001)
"""Shares of others that are taken for members, at which catches are counted."""
ALARMS = 10
"""False alarms to expect at a rate, below which a threshold there is a guess."""
LEAKS_AUC, LEAKS_CAUGHT = 0.55, 0.02
"""What the lower end of the area, or of the catches at 1 %, must not pass for a model to be given away."""


@dataclass(frozen=True, slots=True)
class Caught:
    """Share of the members that are named where `rate` of the others are; NaN, with the reason, where nothing tells."""

    rate: float
    share: Interval
    problem: str = ""

    def plain(self) -> dict[str, Any]:
        """Plain data."""
        return {"rate": self.rate, "share": self.share._asdict(), "problem": self.problem}


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: its area under the curve, its catches, and how many scores it was measured on."""

    name: str
    auc: Interval
    caught: tuple[Caught, ...]
    members: int
    others: int
    models: int = 1
    """Models that were attacked in turn; each person is a member of some and a stranger to the rest."""

    @property
    def leaks(self) -> bool:
        """Whether members are told from others for certain: by the lower ends, of the area or of catches at 1 %."""
        sure = self.auc.low if np.isfinite(self.auc.low) else self.auc.value
        at_one = self.caught[0].share.low
        return bool(sure > LEAKS_AUC or (np.isfinite(at_one) and at_one > LEAKS_CAUGHT))

    def plain(self) -> dict[str, Any]:
        """Plain data with None for what is not there."""
        said = {"name": self.name, "auc": self.auc._asdict(), "members": self.members, "others": self.others}
        said |= {"models": self.models, "leaks": self.leaks, "caught": [one.plain() for one in self.caught]}
        found: dict[str, Any] = plain(said)
        return found


def measure(
    name: str,
    scores: ArrayLike,
    member: ArrayLike,
    *,
    person: NDArray[Any] | None = None,
    model: NDArray[Any] | None = None,
) -> Attack:
    """An attack from scores (m,), the higher the more like a member, and who is one (m,); rows without a score go.

    Rows may be of one `person` or about one `model` (m,): intervals then count each once, by a variance clustered both
    ways (Cameron, Gelbach & Miller, J. Bus. Econ. Stat. 2011, 29, 238). Equal scores are told apart by a coin, which
    is the best that an attacker can do: a tie neither hides a leak nor makes one.
    Raises DataError where there are no members or no others.
    """
    score, inside = _known(scores, member)
    known = ~np.isnan(np.asarray(scores, np.float64))
    labels = [
        (np.arange(len(known)) if person is None else person)[known],
        (np.zeros(len(known)) if model is None else model)[known],
    ]
    if not inside.any() or inside.all():
        raise DataError("an attack is measured on members and on others; there are none of one of them")
    clusters = [np.unique(one, return_inverse=True)[1].reshape(-1) for one in labels]
    return Attack(
        name,
        _area(score, inside, clusters),
        tuple(_caught(score, inside, rate, clusters) for rate in RATES),
        int(inside.sum()),
        int((~inside).sum()),
        int(clusters[1].max()) + 1,
    )


def curve(scores: ArrayLike, member: ArrayLike, *, points: int = 200) -> list[tuple[float, float]]:
    """The share of members caught at some rates of false alarms, (rate, share), from none of the others to all."""
    score, is_member = _known(scores, member)
    inside, outside = score[is_member], np.sort(score[~is_member])[::-1]
    return [(float(rate), _share(inside, outside, float(rate))[0]) for rate in np.linspace(0, 1, points + 1)]


def _known(scores: ArrayLike, member: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """The rows with a score."""
    score, inside = np.asarray(scores, np.float64), np.asarray(member, np.bool_)
    known = ~np.isnan(score)
    return score[known], inside[known]


def _area(scores: Floats, member: NDArray[np.bool_], clusters: Sequence[NDArray[np.intp]]) -> Interval:
    """The area with its interval from the structural components of DeLong et al. (Biometrics 1988, 44, 837)."""
    from scipy.stats import rankdata

    m, n = int(member.sum()), int((~member).sum())
    every = rankdata(scores)
    part = np.empty(len(scores))
    part[member] = (every[member] - rankdata(scores[member])) / n
    part[~member] = 1 - (every[~member] - rankdata(scores[~member])) / m
    area = float(part[member].mean())
    half = NORMAL * _error(np.where(member, (part - area) / m, (part - area) / n), clusters)
    if half < 1e-12:  # parted without error, or all alike: nothing varies
        return Interval(area)
    return Interval(area, max(area - half, 0.0), min(area + half, 1.0))


def _caught(scores: Floats, member: NDArray[np.bool_], rate: float, clusters: Sequence[NDArray[np.intp]]) -> Caught:
    m, n = int(member.sum()), int((~member).sum())
    if n * rate < ALARMS:
        wanted = round(ALARMS / rate)
        problem = f"cannot tell: {n:,} scores of others; {wanted:,} make {ALARMS} false alarms at {rate:.1%}"
        return Caught(rate, Interval(np.nan), problem)
    share, threshold, tied = _share(scores[member], np.sort(scores[~member])[::-1], rate)
    named = (scores > threshold) + tied * (scores == threshold)
    # A threshold a little off moves the share by the slope of the curve, here that of its chord.
    influence = np.where(member, (named - share) / m, -(share / rate) * (named - rate) / n)
    variance = _error(influence, clusters) ** 2
    number = min(share * (1 - share) / variance, m) if variance > 0 else m
    return Caught(rate, Interval(share, *clopper_pearson(share * number, number)))


def clopper_pearson(k: float, n: float) -> tuple[float, float]:
    """The exact 95 % interval of k of n (Biometrika 1934, 26, 404); either may be a fraction, of rows that depend."""
    from scipy.stats import beta

    low = 0.0 if k <= 0 else float(beta.ppf(0.025, k, n - k + 1))
    high = 1.0 if k >= n else float(beta.ppf(0.975, k + 1, n - k))
    return low, high


def _share(inside: Floats, outside: Floats, rate: float) -> tuple[float, float, float]:
    """(share of `inside` caught, threshold, share of those at it that are named) at a rate of `outside`, falling."""
    allowed = rate * len(outside)
    if allowed >= len(outside):
        return 1.0, -np.inf, 1.0
    threshold = float(outside[int(allowed)])
    above, at = int((outside > threshold).sum()), int((outside == threshold).sum())
    tied = (allowed - above) / at
    return float(((inside > threshold) + tied * (inside == threshold)).mean()), threshold, tied


def _error(influence: Floats, clusters: Sequence[NDArray[np.intp]]) -> float:
    """Standard error of a sum of `influence` (m,), its rows clustered by persons and by models."""
    ways = []
    for labels in clusters:
        number = int(labels.max()) + 1
        if number > 1:
            ways.append(float((np.bincount(labels, influence) ** 2).sum()) * number / (number - 1))
    alone = float((influence**2).sum())
    both = sum(ways) - alone if len(ways) > 1 else ways[0] if ways else alone
    return float(np.sqrt(max([both, *ways])))
