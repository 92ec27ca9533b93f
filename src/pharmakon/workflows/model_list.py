"""The models as a list: what each says, how well it does on molecules unlike those it saw, how honest it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .models import FIRST_METRIC, SPLITS, cards

METRICS = {"rmse": "RMSE", "auroc": "AUROC"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One model. `score` is the first metric's with its 95 % interval on `split`; `rival` the best baseline's there.

    None where the card has no such number. `coverage` is the share of measured values inside the 90 % interval.
    """

    name: str
    title: str
    unit: str
    kind: str
    hazard: bool
    molecules: int | None
    metric: str
    split: str
    score: tuple[float, float, float] | None
    rival: float | None
    coverage: float | None
    licence: str


def listed(card: Mapping[str, Any]) -> Listed:
    """What a list says of a card."""
    what = card["property"]
    metric = FIRST_METRIC[what["kind"]]
    split = next((one for one in SPLITS if one in card.get("scores", {})), "")
    scores = card.get("scores", {}).get(split, {})
    used = card.get("dataset", {}).get("used")
    return Listed(
        name=card["name"],
        title=what["title"],
        unit=what.get("unit", ""),
        kind=what["kind"],
        hazard=bool(what.get("hazard")),
        molecules=used if isinstance(used, int) else None,
        metric=METRICS[metric],
        split=split,
        score=_score(scores.get("model", {}), metric),
        rival=_rival(scores, metric),
        coverage=card.get("coverage", {}).get(split, {}).get("observed"),
        licence=str(card.get("dataset", {}).get("licence", "")),
    )


def shipped() -> dict[str, Sequence[Listed]]:
    """The shipped models by group: endpoints, then protein targets."""
    from pharmakon.predict.panel import groups

    return {group: [listed(card) for card in cards(names)] for group, names in groups().items()}


def _score(found: Mapping[str, Any], metric: str) -> tuple[float, float, float] | None:
    held = found.get(metric)
    if not isinstance(held, Sequence) or len(held) != 3 or any(number is None for number in held):
        return None
    value, low, high = map(float, held)
    return value, low, high


def _rival(scores: Mapping[str, Any], metric: str) -> float | None:
    """The best of the baselines: the least error, or the highest area."""
    rivals = [_score(found, metric) for name, found in scores.items() if name != "model" and isinstance(found, Mapping)]
    held = [score[0] for score in rivals if score is not None]
    return (min if metric == "rmse" else max)(held) if held else None
