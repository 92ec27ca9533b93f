"""Which clusters of training molecules move a design's score: each model's kernel ridge refitted without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import ModelError
from pharmakon.core.types import Floats
from pharmakon.explain.influence import LeaveClustersOut, linear_parts
from pharmakon.predict.blend import Blend
from pharmakon.record.passport import Cluster, Influence

from .finished_run import FinishedRun
from .passport_score import moved

if TYPE_CHECKING:
    from pharmakon.design.lineage import Record
    from pharmakon.predict.features import Features
    from pharmakon.predict.model import Model

MOST = 5
"""Clusters that are shown."""
NO_KERNEL = "not available for this model: it is a network that learnt many endpoints at once, and has no kernel"
UNKNOWN_POINTS = "not available for this model: which of its molecules carry the kernel is not on record"
CLOSE = 1e-3
"""How near a value recovered from a kernel is to the measured one, on the model's scale."""


@dataclass(frozen=True, slots=True)
class KernelOf:
    """A model's kernel ridge and its training molecules: `points` (n,) among the model's, in `labels` (n,) clusters."""

    gram: NDArray[np.float32]
    y: Floats
    points: NDArray[np.intp]
    labels: NDArray[np.int64]


def kernel_of(model: Model) -> KernelOf:
    """What a model's ridge learnt from, recovered of what is kept. Raises ModelError where it has none, or not whole.

    The values are (K + alpha I) dual + intercept; that they are those measured for the molecules that are taken for the
    kernel's proves that these are the right ones.
    """
    from pharmakon.chem.clusters import leader
    from pharmakon.core.random import stream
    from pharmakon.predict.scale import forward

    if not isinstance(model.blend, Blend):
        raise ModelError(NO_KERNEL)
    kernel = model.blend.kernel_
    dual = kernel.ridge_.dual_coef_
    n, whole = len(dual), len(model.training.value)
    points = np.arange(n)
    if n < whole:
        points = np.sort(stream(int(model.card.get("seed", 0)), "points").choice(whole, n, replace=False))
    gram = kernel.kept_gram()
    y = gram.astype(np.float64) @ dual + kernel.alpha * dual + float(kernel.ridge_.intercept_)
    measured = forward(model.training.value[points], model.transform)
    if n > whole or not np.allclose(y, measured, atol=CLOSE):
        raise ModelError(UNKNOWN_POINTS)
    return KernelOf(gram, y, points, leader(model.training.packed[points]))


def influences(run: FinishedRun, records: Sequence[Record], model: Model, features: Features) -> list[Influence]:
    """For each molecule the clusters of one model's training molecules that move its score most."""
    what = model.property
    try:
        kept = kernel_of(model)
    except ModelError as error:
        return [Influence(model.name, what.title, problem=str(error)) for _ in records]
    kernel = model.blend.kernel_ if isinstance(model.blend, Blend) else None
    if kernel is None:
        return []
    rows = kernel.gram(features)
    left_out = LeaveClustersOut(kept.gram, kept.y, labels=kept.labels, alpha=kernel.alpha)
    change = left_out.without(rows) - left_out.answers(rows)[:, None]
    sums = linear_parts(rows, kernel.ridge_.dual_coef_, kept.labels)
    # The score is asked of the few clusters whose refit moves the property most.
    likely = np.argsort(-np.abs(np.nan_to_num(change)), axis=1, kind="stable")[:, : 4 * MOST]
    few = np.nan_to_num(np.take_along_axis(change, likely, axis=1))
    shifts = answers(model, features, few) - answers(model, features, np.zeros((len(records), 1)))
    found = []
    for i, record in enumerate(records):
        objective = run.objective(record)
        scores = {
            int(c): moved(objective, record.evaluation, {model.name: float(shift)}) - record.score
            for c, shift in zip(likely[i], shifts[i], strict=True)
        }
        order = sorted(scores, key=lambda c: (-abs(scores[c]), -abs(change[i, c])))[:MOST]
        found.append(
            Influence(
                name=model.name,
                title=what.title,
                weight=ridge_weight(model),
                clusters=int(kept.labels.max()) + 1,
                molecules=len(kept.y),
                most=[_cluster(model, kept, features, i, c, change[i, c], scores[c], sums[i, c]) for c in order],
            )
        )
    return found


def ridge_weight(model: Model) -> float:
    """The ridge's part in a blend."""
    blend = model.blend
    return float(blend.weights_[blend.names_.index("ridge")]) if isinstance(blend, Blend) else 0.0


def answers(model: Model, features: Features, change: Floats) -> Floats:
    """A model's values with its ridge's answer changed by `change` (m, k) and all else as it is; (m, k)."""
    from pharmakon.chem.similarity import nearest
    from pharmakon.predict.scale import backward

    members = model.blend.members(features)
    similarity = nearest(features.packed, model.training.packed, k=1)[0][:, 0].astype(np.float64)
    blended = model.blend.blended(members)
    low, high = model.property.low, model.property.high
    out = np.empty_like(change)
    for j in range(change.shape[1]):
        value = blended + ridge_weight(model) * change[:, j]
        point = backward(model.calibration.answer(members, value, similarity).value, model.transform)
        out[:, j] = np.clip(point, -np.inf if low is None else low, np.inf if high is None else high)
    return out


def _cluster(  # noqa: PLR0917
    model: Model,
    kept: KernelOf,
    features: Features,
    i: int,
    cluster: int,
    change: float,
    score: float,
    kernel_sum: float,
) -> Cluster:
    from pharmakon.chem.similarity import tanimoto

    mine = kept.points[kept.labels == cluster]
    alike = tanimoto(features.packed[i : i + 1], model.training.packed[mine])[0]
    best = int(alike.argmax())
    return Cluster(
        size=len(mine),
        nearest=model.training.ids[mine[best]],
        similarity=float(alike[best]),
        mean=float(model.training.value[mine].mean()),
        refit=float(change),
        score=float(score),
        kernel_sum=float(kernel_sum),
    )
