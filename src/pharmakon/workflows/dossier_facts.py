"""What a model's folder says of it, as the forms of a dossier ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pharmakon.core.access import access_of
from pharmakon.core.errors import DataError, ModelError
from pharmakon.core.files import sha256
from pharmakon.core.types import Profile
from pharmakon.core.units import show, show_interval
from pharmakon.core.words import sentence
from pharmakon.predict.endpoints import Endpoint, endpoints
from pharmakon.predict.mutagenicity import NAME as RULES
from pharmakon.record.beside import record_beside
from pharmakon.record.card import METRICS, RIVALS
from pharmakon.record.filling import Said
from pharmakon.store.models import CARD
from pharmakon.store.runs import RUN, RunFolder

LICENCE = "Apache-2.0"
REGISTERED = {"laboratory": "laboratory", "laboratory_before": "laboratory before recalibration"}
SPLITS = {
    "scaffold": "no Murcko scaffold is in training and in test",
    "cluster": "a cluster of look-alikes (ECFP4 Tanimoto 0.35 or more to its leader) is never divided",
    "random": "molecules are dealt at random",
}
UNITS = ("rmse", "mae")
"""Scores in the unit of the property."""


@dataclass(frozen=True)
class ModelFacts:
    """A model's card with what stands beside it. `shipped` is whether it came with the package.

    `featuriser` may be of the folder that a network's endpoint lies in; `digest` is the card's SHA-256.
    """

    card: Mapping[str, Any]
    place: Path
    shipped: bool
    featuriser: Mapping[str, Any]
    digest: str
    today: date

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.card["name"])

    @property
    def title(self) -> str:
        """What it is about, in words."""
        return str(self.part("property").get("title") or self.card.get("what") or self.name).partition(";")[0]

    @property
    def rules(self) -> bool:
        """Whether it is a set of rules and not a trained model."""
        return "alerts" in self.card

    @property
    def classes(self) -> bool:
        """Whether it gives the probability of a class."""
        return self.rules or self.part("property").get("kind") == "classification"

    @property
    def endpoint(self) -> Endpoint | None:
        """The facts of endpoints.toml; None for a target or a user's own."""
        return endpoints().get(self.name) if self.shipped else None

    @property
    def version(self) -> str:
        """The version of this package that made it."""
        from pharmakon import __version__

        return str(self.part("versions").get("pharmakon", __version__))

    @property
    def made(self) -> str:
        """When it was trained, in ISO 8601: by its card, or the record that lies beside it; "" where neither says."""
        if said := self.card.get("created"):
            return str(said)
        record = record_beside(self.place)
        return str(RunFolder.open(record).run.get("started", "")) if (record / RUN).is_file() else ""

    @property
    def used(self) -> int:
        """Molecules that it learnt from."""
        return int(self.part("dataset").get("used", 0))

    @property
    def access(self) -> str:
        """Who may have the data it was made of, in a sentence; "" where the card does not say."""
        return said_access(self.card)

    def part(self, key: str) -> Mapping[str, Any]:
        """A table of the card; empty where it has none."""
        found = self.card.get(key)
        return found if isinstance(found, Mapping) else {}

    def listed(self, key: str) -> tuple[str, ...]:
        """A list of the card as sentences."""
        return tuple(sentence(str(item)) for item in self.card.get(key) or ())


def load_facts(model: str, *, profile: Profile = "full", today: date) -> ModelFacts:
    """The facts of a shipped model by name, or of a model folder.

    Raises UnknownName with a suggestion, ModelError for a card that cannot be read.
    """
    from pharmakon.predict.panel import card_file, shipped_folder

    file = card_file(model, profile)
    try:
        card: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file.parent} has no readable {file.name}: {error}") from None
    if "endpoints" in card:
        some = ", ".join([*card["endpoints"]][:3])
        raise ModelError(f"{model} answers for many endpoints; ask for one of them by name ({some} ...)")
    whole = {} if file.name == CARD else json.loads((file.parent / CARD).read_text(encoding="utf-8"))
    shipped = shipped_folder() in file.parents
    featuriser = card.get("featuriser") or whole.get("featuriser") or {}
    return ModelFacts(card, file.parent, shipped, featuriser, sha256(file), today)


def is_qsar(card: Mapping[str, Any]) -> bool:
    """Whether a card is of a model that says a property of a structure."""
    return "property" in card or card.get("name") == RULES


def require_qsar(facts: ModelFacts, form: str) -> None:
    """Raise DataError for a model that says no property of a structure: a tagger, or a language model."""
    if not is_qsar(facts.card):
        raise DataError(f"{facts.name} says no property of a structure, so it has no {form}; it has a model card")


def said_access(card: Mapping[str, Any]) -> str:
    """The access class and terms that a card or a declaration states, in a sentence; "" without any."""
    access, terms = access_of(card)
    return f"Access to the data: {access}{f'; {terms}' if terms else ''}." if access else ""


def score(found: Any) -> str:
    """A score with its 95 % interval."""
    if not isinstance(found, Sequence) or len(found) != 3:
        return "-"
    value, low, high = (float("nan") if x is None else float(x) for x in found)
    return f"{show(value)} ({show_interval(low, high)})"


def scores_table(facts: ModelFacts, splits: Sequence[str]) -> Said | None:
    """The model beside its baselines on some splits, each score with its interval; None where the card has none."""
    rows = []
    metrics: list[str] = []
    for split in splits:
        table = facts.part("scores").get(split) or {}
        rivals = [name for name in table if isinstance(table[name], Mapping)]
        metrics = metrics or list(dict.fromkeys(metric for name in rivals for metric in table[name]))
        for name in rivals:
            who = RIVALS.get(name, name.replace("_", " "))
            rows.append((split, f"{table.get('n', 0):,}", who, *(score(table[name].get(m)) for m in metrics)))
    if not rows:
        return None
    unit = facts.part("property").get("unit")
    said = "In brackets the 95 % bootstrap interval."
    if set(UNITS) & set(metrics) and unit:
        said += f" RMSE and MAE in {unit}."
    return Said((said,), ("split", "molecules", "who", *(METRICS.get(m, m) for m in metrics)), tuple(rows))


def coverage_table(facts: ModelFacts) -> Said | None:
    """How often the intervals held what was measured; None where the card does not say."""
    rows = tuple(
        (
            REGISTERED.get(split, split),
            f"{100 * found['nominal']:.0f} %",
            f"{100 * found['observed']:.1f} %",
            show(found["mean_width"]),
        )
        for split, found in facts.part("coverage").items()
    )
    width = "mean number of classes given" if facts.classes else "mean width"
    return Said((), ("split", "promised", "observed", width), rows) if rows else None
