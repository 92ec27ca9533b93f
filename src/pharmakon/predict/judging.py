"""How good a model is and how far off it may be, from out-of-fold predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.similarity import nearest, tanimoto
from pharmakon.core.types import Floats, Kind, Property
from pharmakon.core.units import rounded
from pharmakon.learn.domain import Domain
from pharmakon.learn.kernel_ridge import ALPHAS, choose_alphas
from pharmakon.learn.metrics import LOWER_IS_BETTER, REGISTRY, bootstrap

from .blend import OutOfFold
from .endpoints import Transform
from .scale import backward
from .uncertainty import LEVEL, Calibration

POOLED = ("scaffold", "cluster")
"""The splits whose errors calibrate: in the random one every molecule has its analogues."""
METRICS: dict[Kind, tuple[str, ...]] = {
    "regression": ("rmse", "mae", "r2", "spearman"),
    "classification": ("auroc", "auprc", "brier", "mcc"),
}
RIVALS = {
    "tanimoto_kernel": "Tanimoto kernel",
    "nearest_neighbour": "nearest measured molecule",
    "mean": "mean of the training set",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the card says of a model besides its scores."""

    property: Property
    dataset: dict[str, Any]
    transform: Transform = "none"
    what: str = ""
    limits: tuple[str, ...] = ()
    notes: Sequence[str] = field(default_factory=tuple)


def beaten(scores: Mapping[str, Mapping[str, Any]], metric: str) -> list[str]:
    """A sentence for each split on which a baseline does at least as well as the model."""
    sign = -1 if metric in LOWER_IS_BETTER else 1
    return [
        f"it does not beat the {RIVALS[rival]} on the {split} split: {metric} "
        f"{got['model'][metric][0]:.3g} against {got[rival][metric][0]:.3g}"
        for split, got in scores.items()
        for rival in RIVALS
        if rival in got and sign * got[rival][metric][0] >= sign * got["model"][metric][0]
    ]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Out-of-fold predictions with the truth and the similarity to the nearest molecule outside the fold."""

    found: OutOfFold
    y: Floats
    similarity: Floats
    neighbour: Floats
    """The value of that molecule."""

    @classmethod
    def of(cls, found: OutOfFold, packed: NDArray[np.uint8], target: Floats, fold: NDArray[np.intp]) -> Unseen:
        """`packed` (n, 256), `target` and `fold` (n,) are of all molecules, not only of those with a prediction."""
        similarity, neighbour = np.zeros(len(found.rows)), np.zeros(len(found.rows))
        for held in np.unique(found.fold):
            mine, others = found.fold == held, np.flatnonzero(fold != held)
            near, place = nearest(packed[found.rows[mine]], packed[others], k=1)
            similarity[mine], neighbour[mine] = near[:, 0], target[others[place[:, 0]]]
        return cls(found, target[found.rows], similarity, neighbour)

    def take(self, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:
        """Members, value, similarity and truth of some."""
        return self.found.members[chosen], self.found.value[chosen], self.similarity[chosen], self.y[chosen]


def fit_calibration(judged: Sequence[Unseen], kind: Kind, *, without: NDArray[np.intp] | None = None) -> Calibration:
    """Pool every split's errors, leaving out the molecules in `without`."""
    parts = [
        j.take(np.ones(len(j.y), dtype=bool) if without is None else ~np.isin(j.found.rows, without)) for j in judged
    ]
    members, value, similarity, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Calibration(kind=kind).fit(members, value, similarity, y)


def _coverage(split: str, judged: dict[str, Unseen], facts: Facts) -> dict[str, float]:
    """How often the 90 % answer holds the truth, each fold judged by a calibration that never saw its molecules.

    The mean width is that of the interval in the property's unit, or the number of classes that are not excluded.
    """
    mine, kind = judged[split], facts.property.kind
    low, high = (
        x if x is not None else y
        for x, y in zip((facts.property.low, facts.property.high), (-np.inf, np.inf), strict=True)
    )
    hit, width = np.zeros(len(mine.y)), np.zeros(len(mine.y))
    for held in np.unique(mine.found.fold):
        chosen = mine.found.fold == held
        calibration = fit_calibration([judged[s] for s in POOLED], kind, without=mine.found.rows[chosen])
        members, value, similarity, y = mine.take(chosen)
        answer = calibration.answer(members, value, similarity)
        if kind == "regression":
            hit[chosen] = (answer.low <= y) & (y <= answer.high)
            ends = (np.clip(backward(end, facts.transform), low, high) for end in (answer.low, answer.high))
            width[chosen] = -np.subtract(*ends)
        else:
            hit[chosen] = answer.labels[np.arange(len(y)), y.astype(int)]
            width[chosen] = answer.labels.sum(axis=1)
    return {"nominal": LEVEL, "observed": rounded(float(hit.mean())), "mean_width": rounded(float(width.mean()))}


def _scores(judged: Unseen, facts: Facts, rivals: Mapping[str, Floats], *, seed: int) -> dict[str, Any]:
    """The model and its rivals, each metric with a 95 % interval."""
    kind = facts.property.kind
    mean = np.empty(len(judged.y))
    for held in np.unique(judged.found.fold):
        chosen = judged.found.fold == held
        mean[chosen] = judged.y[~chosen].mean()
    truth = backward(judged.y, facts.transform)
    out: dict[str, Any] = {"n": len(truth)}
    for name, value in {"model": judged.found.value, **rivals, "mean": mean}.items():
        shown = np.clip(value, 0, 1) if kind == "classification" else backward(value, facts.transform)
        out[name] = {
            m: [rounded(end) for end in bootstrap(REGISTRY[m], truth, shown, random_state=seed)] for m in METRICS[kind]
        }
    return out


Rival = Callable[[Mapping[str, "Unseen"], NDArray[np.uint8]], Mapping[str, dict[str, Floats]]]
"""rival(judged, packed) -> by split, out-of-fold values by name; `packed` (n, 256) are of all molecules."""


def kernel_rival(judged: Mapping[str, Unseen], packed: NDArray[np.uint8]) -> dict[str, dict[str, Floats]]:
    """Ridge regression on the Tanimoto kernel of ECFP4: the cube of the number of molecules."""
    alike: dict[bytes, list[str]] = {}
    for split, one in judged.items():
        alike.setdefault(one.found.rows.tobytes(), []).append(split)
    found: dict[str, dict[str, Floats]] = {}
    for splits in alike.values():  # splits of the same molecules share a kernel
        one = judged[splits[0]]
        mine = packed[one.found.rows]
        folds = [judged[split].found.fold for split in splits]
        chosen = choose_alphas(tanimoto(mine, mine), one.y, splits=folds, alphas=ALPHAS)
        found |= {split: {"tanimoto_kernel": value} for split, (_, value) in zip(splits, chosen, strict=True)}
    return found


def neighbour_rival(judged: Mapping[str, Unseen], packed: NDArray[np.uint8]) -> dict[str, dict[str, Floats]]:
    """The value of the nearest molecule outside the fold."""
    return {split: {"nearest_neighbour": one.neighbour} for split, one in judged.items()}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What out-of-fold predictions teach: how to answer honestly, and what the card may claim."""

    calibration: Calibration
    domain: Domain
    scores: dict[str, Any]
    coverage: dict[str, Any]


def assess(
    out_of_fold: Mapping[str, OutOfFold],
    packed: NDArray[np.uint8],
    target: Floats,
    folds: Mapping[str, NDArray[np.intp]],
    facts: Facts,
    *,
    rival: Rival = kernel_rival,
    seed: int = 0,
) -> Assessment:
    """Judge predictions by split. `packed` (n, 256), `target` (n,) on the model's scale and `folds` are of all."""
    kind = facts.property.kind
    judged = {split: Unseen.of(found, packed, target, folds[split]) for split, found in out_of_fold.items()}
    pooled = [judged[split] for split in POOLED]
    similarity = np.concatenate([j.similarity for j in pooled])
    errors = np.concatenate([np.abs(j.y - j.found.value) for j in pooled])
    rivals = rival(judged, packed)
    return Assessment(
        calibration=fit_calibration(pooled, kind),
        # The domain ends where errors were no longer measured, or had grown too large: not where a series is less
        # dense.
        domain=Domain().fit(similarity, errors=errors, similarity=similarity),
        scores={s: _scores(j, facts, rivals[s], seed=seed) for s, j in judged.items()},
        coverage={s: _coverage(s, judged, facts) for s in judged},
    )
