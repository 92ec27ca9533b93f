"""The shipped models and their cards, without loading a weight."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pharmakon.core.errors import ModelError
from pharmakon.core.types import Profile
from pharmakon.core.units import show
from pharmakon.predict.panel import card_file, expanded, shipped_names

SPLITS = ("scaffold", "cluster")
FIRST_METRIC = {"regression": "rmse", "classification": "auroc"}


def cards(names: Sequence[str] = (), *, profile: Profile = "full") -> list[dict[str, Any]]:
    """The cards of models by name or folder, all shipped ones when none is named.

    Raises UnknownName with a suggestion, ModelError for a card that cannot be read.
    """
    return [_card(card_file(name, profile)) for name in expanded(names or shipped_names())]


def summary(card: Mapping[str, Any]) -> tuple[str, ...]:
    """One line of the list: name, title, unit, molecules, metric, its value on each split, licence."""
    what = card["property"]
    metric = FIRST_METRIC[what["kind"]]
    scores = [_score(card, split, metric) for split in SPLITS]
    dataset = card.get("dataset", {})
    molecules = dataset.get("used")
    counted = f"{molecules:,}" if isinstance(molecules, int) else "-"
    return (card["name"], what["title"], what["unit"], counted, metric, *scores, str(dataset.get("licence", "-")))


def card_text(card: Mapping[str, Any]) -> str:
    """The card as Markdown."""
    from pharmakon.record.card import markdown

    return markdown(dict(card))


def _score(card: Mapping[str, Any], split: str, metric: str) -> str:
    found = card.get("scores", {}).get(split, {}).get("model", {}).get(metric)
    return show(found[0]) if found else "-"


def _card(file: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file.parent} has no readable {file.name}: {error}") from None
    return card
