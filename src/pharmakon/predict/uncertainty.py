"""How far off a prediction may be: intervals and verdicts learnt from out-of-fold errors.

Errors grow with the distance to the training set, so everything here is binned by the similarity of the nearest
training molecule (Mondrian conformal prediction, Vovk et al. 2005). The out-of-fold errors of all splits are pooled:
the cluster split supplies the distant molecules that a random split never shows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats, Kind
from pharmakon.learn.calibrate import VennAbers
from pharmakon.learn.conformal import ClassConformal, NormalisedConformal
from pharmakon.learn.correction import IDENTITY, LinearMap

CUTS = (0.3, 0.45, 0.6)
"""Similarity bins: below 0.3 nothing alike was measured; above 0.6 it is an analogue."""
LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Answer:
    """Calibrated answers for m molecules."""

    value: Floats
    low: Floats
    high: Floats
    labels: NDArray[np.bool_]
    """(m, 2) the classes that cannot be excluded at 90 %; all True for a regression."""


def bins(similarity: Floats) -> NDArray[np.intp]:
    """The similarity bin of each molecule; NaN falls in the most distant one."""
    return np.digitize(np.nan_to_num(similarity), CUTS)


class Calibration:
    """Turns a blend's output into a value with a 90 % interval.

    Regression: normalised conformal intervals; the scale is a non-negative combination of a constant, the distance
    to the training set and the disagreement of the members (their largest difference). Classification: Venn-Abers
    probabilities with their interval [p0, p1] (Vovk & Petej, UAI 2014) and class-wise conformal label sets.

    `map_` corrects a regression's value, or the log-odds of a probability, to a laboratory's own measurements
    (predict/recalibration.py); a model as it was trained has the identity.
    """

    def __init__(self, *, kind: Kind) -> None:
        self.kind: Kind = kind

    def fit(self, members: Floats, value: Floats, similarity: Floats, y: Floats) -> Self:
        """Learn from n out-of-fold predictions: members (n, k), value, nearest similarity and truth (n,)."""
        bin_ = bins(similarity)
        self.map_ = IDENTITY
        if self.kind == "regression":
            residual = np.abs(y - value)
            self.scale_ = _fit_scale(_signals(members, similarity), residual)
            self.conformal_ = NormalisedConformal(level=LEVEL).fit(residual, self._sigma(members, similarity), bin_)
            return self
        self.venn_ = {}
        for which in range(len(CUTS) + 1):
            mine = bin_ == which
            enough = mine.sum() >= 100 and 10 <= y[mine].sum() <= mine.sum() - 10
            chosen = mine if enough else np.ones(len(y), dtype=bool)
            self.venn_[which] = VennAbers().fit(value[chosen], y[chosen])
        probability = self._probability(value, bin_)[:, 0]
        self.classes_ = ClassConformal(level=LEVEL).fit(probability, y)
        return self

    def _sigma(self, members: Floats, similarity: Floats) -> Floats:
        return np.maximum(_signals(members, similarity) @ self.scale_, 1e-6)

    def point(self, value: Floats) -> Floats:
        """Corrected values on the model's own scale (m,); a class score stays: what is corrected is its probability."""
        return self.map_(value) if self.kind == "regression" else value

    def half_width(self, members: Floats, similarity: Floats) -> Floats:
        """Half of a regression's interval, on the model's own scale (m,)."""
        return self.conformal_.half_width(self._sigma(members, similarity), bins(similarity))

    def _probability(self, value: Floats, bin_: NDArray[np.intp]) -> Floats:
        out = np.full((len(value), 3), np.nan)
        for which, venn in self.venn_.items():
            mine = (bin_ == which) & np.isfinite(value)
            if mine.any():
                out[mine] = np.column_stack(venn.predict(value[mine]))
        return out

    def answer(self, members: Floats, value: Floats, similarity: Floats) -> Answer:
        """Calibrated answers for members (m, k), blended value and nearest similarity (m,)."""
        if self.kind == "regression":
            half, centre = self.half_width(members, similarity), self.point(value)
            return Answer(centre, centre - half, centre + half, np.ones((len(value), 2), dtype=bool))
        probability = self.map_.odds(self._probability(value, bins(similarity)))
        labels = self.classes_.sets(np.nan_to_num(probability[:, 0]))
        return Answer(probability[:, 0], probability[:, 1], probability[:, 2], labels)

    def to_dict(self) -> dict[str, Any]:
        """Everything `answer` needs, as JSON values."""
        facts: dict[str, Any] = {} if self.map_ == IDENTITY else {"map": asdict(self.map_)}
        if self.kind == "regression":
            return facts | {"scale": self.scale_.tolist(), "conformal": self.conformal_.to_dict()}
        return facts | {"classes": self.classes_.to_dict()}

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The parts too long for JSON."""
        if self.kind == "regression":
            return {}
        return {
            f"{which}.{name}": array for which, venn in self.venn_.items() for name, array in venn.to_arrays().items()
        }

    @classmethod
    def from_parts(cls, facts: dict[str, Any], arrays: dict[str, NDArray[Any]], *, kind: Kind) -> Self:
        """The inverse of `to_dict` and `to_arrays`."""
        self = cls(kind=kind)
        self.map_ = LinearMap(**facts.get("map", {}))
        if kind == "regression":
            self.scale_ = np.array(facts["scale"])
            self.conformal_ = NormalisedConformal.from_dict(facts["conformal"])
            return self
        self.classes_ = ClassConformal.from_dict(facts["classes"])
        grouped: dict[int, dict[str, NDArray[Any]]] = {}
        for name, array in arrays.items():
            which, _, part = name.partition(".")
            grouped.setdefault(int(which), {})[part] = array
        self.venn_ = {which: VennAbers.from_arrays(parts) for which, parts in grouped.items()}
        return self


def _signals(members: Floats, similarity: Floats) -> Floats:
    distance = 1.0 - np.nan_to_num(similarity)
    return np.column_stack([np.ones(len(distance)), distance, np.ptp(members, axis=1)])


def _fit_scale(signals: Floats, residual: Floats) -> Floats:
    from scipy.optimize import nnls

    weights: Floats = nnls(signals, residual)[0]
    return weights if weights.any() else np.array([max(float(residual.mean()), 1e-6), 0.0, 0.0])
