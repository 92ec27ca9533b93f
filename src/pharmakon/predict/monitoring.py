"""What a model makes of molecules that came after it was trained: how near they lie, and how it did where it is known.

The reference is the model's own: how near each of its training molecules lies to the next, and the error that
cross-validation over scaffolds measured (its card). Molecules that it was trained on tell nothing, and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.similarity import nearest
from pharmakon.core.random import stream
from pharmakon.core.types import Floats

from .features import Features
from .model import Model
from .scale import backward, forward

SAMPLE = 2_000
"""Training molecules whose nearest neighbour is looked for: a share of so many is known to 2 points."""
SPLIT = "scaffold"


@dataclass(frozen=True, slots=True)
class Observed:
    """n molecules that the model was not trained on. Where nothing was measured, `y`, `loss` and `covered` are NaN."""

    rows: NDArray[np.intp]
    """Which of those given they are."""
    y: Floats
    value: Floats
    loss: Floats
    """Absolute error, of classes the squared one: what the card's MAE and Brier score are means of."""
    covered: Floats
    """1 where the 90 % answer holds the truth, and 0."""
    in_domain: NDArray[np.bool_]
    similarity: Floats
    known: int
    """Molecules that were left out."""
    scaled_error: Floats | None = None
    """What was measured less the value, on the scale that the model learnt; None where that is the property's own."""

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Those that were measured and for which the model claims to be good."""
        return self.in_domain & np.isfinite(self.y)


def observe(model: Model, smiles: list[str], y: Floats) -> Observed:
    """Standardised molecules and what was measured (m,), in the property's unit; NaN where nothing was."""
    features = Features.from_smiles(smiles)
    similarity = nearest(features.packed, model.training.packed, k=1)[0][:, 0].astype(np.float64)
    new = np.flatnonzero(features.known & (similarity < 1))
    features, similarity, truth = features.take(new), similarity[new], np.asarray(y, dtype=np.float64)[new]
    members = model.blend.members(features)
    answer = model.calibration.answer(members, model.blend.blended(members), similarity)
    what = model.property
    bounds = (what.low if what.low is not None else -np.inf, what.high if what.high is not None else np.inf)
    value = np.clip(backward(answer.value, model.transform), *bounds)
    measured = np.isfinite(truth)
    covered = np.full(len(new), np.nan)
    if what.kind == "regression":
        scaled = forward(truth, model.transform)
        covered[measured] = ((answer.low <= scaled) & (scaled <= answer.high))[measured]
        loss = np.abs(truth - value)
    else:
        rows = np.flatnonzero(measured)
        covered[rows] = answer.labels[rows, truth[rows].astype(int)]
        loss = (truth - value) ** 2
    inside = features.organic & model.domain.in_domain(similarity)
    logs = forward(truth, model.transform) - forward(value, model.transform) if model.transform != "none" else None
    return Observed(new, truth, value, loss, covered, inside, similarity, len(smiles) - len(new), logs)


@dataclass(frozen=True, slots=True)
class Reference:
    """What the model was when it was made: the error of its card, how near training molecules lie to each other."""

    loss: float
    measure: str
    """mae or brier."""
    similarity: Floats
    in_domain: float
    """Share of training molecules that would be in the domain had they not been trained on."""
    values: Floats


def reference(model: Model, *, seed: int = 0) -> Reference:
    """The reference of a model; a loss of NaN where its card names none."""
    measure = "mae" if model.property.kind == "regression" else "brier"
    scores = model.card.get("scores", {})
    split: Any = scores.get(SPLIT) or next(iter(scores.values()), {})
    found = split.get("model", {}).get(measure, (np.nan,)) if isinstance(split, dict) else (np.nan,)
    packed = model.training.packed
    chosen = np.arange(len(packed))
    if len(packed) > SAMPLE:
        chosen = np.sort(stream(seed, "monitoring").choice(len(packed), SAMPLE, replace=False))
    near = nearest(packed[chosen], packed, k=min(2, len(packed)))[0][:, -1].astype(np.float64)
    inside = float(np.mean(model.domain.in_domain(near)))
    return Reference(float(found[0]), measure, near, inside, np.asarray(model.training.value, dtype=np.float64))
