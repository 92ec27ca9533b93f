"""A tumour's response as a goal of design: molecules to which it, or one group, is sensitive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.core.types import Estimates, Floats, Property

from .predictor import ResponsePredictor
from .profiles import Profiles
from .screen import UNIT


@dataclass(frozen=True, slots=True, eq=False)  # a scorer is itself and no other
class ResponseGoal:
    """A `Scorer` of `name`, ln IC50 in ln uM, and of `name`_percentile; both better low.

    With one group the first is the mean ln IC50 of its profiles; with `against` the mean of the first group less that
    of the second, so that a low value is a molecule to which the first alone is sensitive. The percentile says how many
    of 100 training lines are more sensitive: what is low in IC50 alone may be a poison for all of them. Its interval
    comes from lines and molecules that were held out together.
    """

    name: str
    predictor: ResponsePredictor
    profiles: Profiles
    against: Profiles | None = None

    def __post_init__(self) -> None:
        if not len(self.profiles) or (self.against is not None and not len(self.against)):
            raise UsageError("a goal needs at least one profile in each group")

    @property
    def percentile(self) -> str:
        """What the second quantity is called."""
        return f"{self.name}_percentile"

    @property
    def properties(self) -> Mapping[str, Property]:
        """The two quantities that it gives."""
        who = ", ".join(self.profiles.ids[:3])
        others = "" if self.against is None else ", less that of the others"
        found = (
            Property(self.name, f"ln IC50 in {who}{others}", UNIT, better="low"),
            Property(self.percentile, f"Lines more sensitive than {who}", "%", better="low", low=0.0, high=100.0),
        )
        return {what.name: what for what in found}

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """Estimates for each SMILES. Raises UnknownName for another quantity."""
        properties = self.properties
        for name in names:
            if name not in properties:
                raise UnknownName("property", name, properties)
        if not smiles or not names:
            return {name: Estimates.exact(properties[name], self._model, np.empty(0)) for name in names}
        response, percentile = properties.values()
        found = dict(zip(properties, self._estimates(response, percentile, list(smiles)), strict=True))
        return {name: found[name] for name in names}

    @property
    def _model(self) -> str:
        return str(self.predictor.card.get("name", "response"))

    def _estimates(self, response: Property, percentile: Property, smiles: list[str]) -> tuple[Estimates, Estimates]:
        model = self.predictor.model
        mine = self.predictor.respond(self.profiles, smiles=smiles)
        value, half = mine.value.mean(axis=0), (mine.high - mine.low).mean(axis=0) / 2
        sure = mine.in_domain.mean(axis=0) > 0.5
        if self.against is not None:
            other = self.predictor.respond(self.against, smiles=smiles)
            value = value - other.value.mean(axis=0)
            # The potency, which is most of the error, is the same in both groups; the errors beyond it are not known
            # to be, so the interval is left as wide.
            sure &= other.in_domain.mean(axis=0) > 0.5
        likeness = model.structures_.cross(smiles)
        nearest = likeness.argmax(axis=1)
        similarity: Floats = likeness.max(axis=1)
        readable = np.isfinite(value)
        blank = np.full(len(smiles), np.nan)
        whole = Estimates(
            response,
            self._model,
            value,
            value - half,
            value + half,
            sure & readable,
            ["" if ok else "don't know" for ok in sure],
            blank,
            np.where(readable, similarity, np.nan),
            [model.drugs_[j] if ok else "" for j, ok in zip(nearest, readable, strict=True)],
            np.where(readable, model.drug_mean_[nearest], np.nan),
            ["" if ok else "the structure cannot be read or shares nothing with any drug" for ok in readable],
        )
        rank = np.where(readable, mine.percentile.mean(axis=0), np.nan)
        low, high = (np.clip(rank + side * self.predictor.rank_error_, 0.0, 100.0) for side in (-1, 1))
        return whole, replace(whole, property=percentile, value=rank, low=low, high=high, nearest_value=blank)
