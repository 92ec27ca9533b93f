"""What a recalibrated model's card says: of which model, on whose molecules, what it found, and what it is worth."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from pharmakon.core.types import Floats, Property
from pharmakon.core.units import show
from pharmakon.learn.correction import Form
from pharmakon.learn.metrics import REGISTRY, bootstrap

from .judging import METRICS
from .model import Model
from .recalibration import Seen, judge, recalibrate
from .scale import backward, forward
from .uncertainty import LEVEL, Answer, Calibration

RECALIBRATED = ", recalibrated"
BEFORE, AFTER = "laboratory_before", "laboratory"
"""How the card calls the molecules that judged: by the model as it was, and as it is now."""


def recalibrated(
    model: Model, seen: Seen, *, dataset: dict[str, Any], name: str, form: Form | None = None, seed: int = 0
) -> Model:
    """The same weights with a calibration fitted to the laboratory's molecules, and a card that says so.

    `dataset` names the laboratory's table; `form` is the correction's, chosen by cross-validation unless given.
    """
    lab = seen.lab
    calibration, chosen = recalibrate(model.calibration, lab, form=form)
    before, after = judge(model.calibration, lab, form=form)
    what = replace(model.property, name=name, title=f"{model.property.title.removesuffix(RECALIBRATED)}{RECALIBRATED}")
    scores: dict[str, dict[str, Any]] = {
        AFTER: {
            "n": len(lab),
            "model": _scores(after, lab.y, model, seed=seed),
            "before": _scores(before, lab.y, model, seed=seed),
        }
    }
    coverage = {BEFORE: _coverage(before, lab.y, model), AFTER: _coverage(after, lab.y, model)}
    found = {
        "model": model.name,
        "molecules": len(lab),
        **dataset,
        "left_out_as_training_molecules": int((~seen.kept).sum()),
        "correction": chosen,
        "shift": calibration.map_.shift,
        "slope": calibration.map_.slope,
        "scale": _scale_words(model),
    }
    limit = (
        f"scores on other splits than {AFTER} are those of {model.name}, before its recalibration; its coverage on "
        "them does not hold here and is left out"
    )
    notes = [*seen.notes, *_warnings(before, after, scores[AFTER]["model"], model)]
    card = model.card | {
        "name": name,
        "property": asdict(what),
        "recalibration": found,
        "scores": {**model.card.get("scores", {}), **scores},
        "coverage": coverage,
        "limits": [*model.card.get("limits", []), limit],
        "notes": [*model.card.get("notes", []), *notes],
    }
    card.pop("created", None)  # of the weights, not of this model
    if card.get("reference"):
        moved = _moved(np.array(card["reference"]["quantiles"]), model, calibration)
        card["reference"] = card["reference"] | {"quantiles": [float(f"{q:.6g}") for q in moved]}
    return Model(card, model.blend, calibration, model.domain, model.training)


def _scores(answer: Answer, y: Floats, model: Model, *, seed: int) -> dict[str, list[float]]:
    """Each metric in the property's unit, with its 95 % interval."""
    truth, value = (backward(x, model.transform) for x in (y, answer.value))
    metrics = METRICS[model.property.kind]
    return {m: list(bootstrap(REGISTRY[m], truth, value, random_state=seed)) for m in metrics}


def _coverage(answer: Answer, y: Floats, model: Model) -> dict[str, float]:
    """How often the 90 % answer holds the truth, and the mean width: of the interval, or in classes."""
    if model.property.kind == "classification":
        hit, width = answer.labels[np.arange(len(y)), y.astype(int)], answer.labels.sum(axis=1)
    else:
        hit = (answer.low <= y) & (y <= answer.high)
        low, high = (
            np.clip(backward(end, model.transform), *_bounds(model.property)) for end in (answer.low, answer.high)
        )
        width = high - low
    return {"nominal": LEVEL, "observed": float(hit.mean()), "mean_width": float(width.mean())}


def _bounds(what: Property) -> tuple[float, float]:
    return (-np.inf if what.low is None else what.low, np.inf if what.high is None else what.high)


def _scale_words(model: Model) -> str:
    if model.property.kind == "classification":
        return "log-odds of the probability"
    return {
        "none": "the value",
        "log10": "log10 of the value",
        "log10p1": "log10 of the value + 1",
        "logit": "log-odds of the fraction",
    }[model.transform]


def _warnings(before: Answer, after: Answer, scores: dict[str, Any], model: Model) -> list[str]:
    """What a reader must not miss: values in another unit, or a model that says nothing of these molecules."""
    if model.property.kind == "classification":
        least = scores["auroc"][1]
        return ["it does not surely rank these molecules better than chance"] if least <= 0.5 else []
    notes = []
    moved = abs(float(np.median(after.value) - np.median(before.value)))
    if moved > 2 * float(np.std(forward(model.training.value, model.transform))):
        notes.append(
            f"the correction moves a typical value by {show(moved)}, more than twice the spread of the model's own "
            f"data: are the laboratory's values in the model's unit ({model.property.unit or 'none'})?"
        )
    if scores["r2"][0] <= 0:
        notes.append("of these molecules it says no more than their mean does: R² is not above 0")
    return notes


def _moved(quantiles: Floats, model: Model, calibration: Calibration) -> Floats:
    """Quantiles of the model's answers for reference molecules, after the correction, which keeps their order."""
    change = calibration.map_.after(model.calibration.map_.inverse())
    if model.property.kind == "classification":
        return change.odds(quantiles)
    return np.clip(backward(change(forward(quantiles, model.transform)), model.transform), *_bounds(model.property))
