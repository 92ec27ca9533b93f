"""A tumour's response as a goal of design: molecules to which it, or one group, is sensitive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.core.types import Estimates, Floats, Property

from .predictor import ResponsePredictor
from .profiles import Profiles
from .screen import UNIT

PREFIX = "response."


@dataclass(frozen=True, slots=True)
class ResponseGoal:
    """A `Scorer` of one property, `response.NAME`, in ln uM, better low.

    With one group it is the mean ln IC50 of its profiles; with `against` the mean of the first group less that of the
    second, so that a low value is a molecule to which the first alone is sensitive.
    """

    name: str
    predictor: ResponsePredictor
    profiles: Profiles
    against: Profiles | None = None

    def __post_init__(self) -> None:
        if not len(self.profiles) or (self.against is not None and not len(self.against)):
            raise UsageError("a goal needs at least one profile in each group")

    @property
    def properties(self) -> Mapping[str, Property]:
        """The one quantity that it gives."""
        title = f"ln IC50 in {self.name}" + ("" if self.against is None else ", less that of the others")
        return {PREFIX + self.name: Property(PREFIX + self.name, title, UNIT, better="low")}

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """Estimates for each SMILES. Raises UnknownName for another quantity."""
        properties = self.properties
        for name in names:
            if name not in properties:
                raise UnknownName("property", name, properties)
        return {name: self._estimates(properties[name], list(smiles)) for name in names}

    def _estimates(self, what: Property, smiles: list[str]) -> Estimates:
        model, n = self.predictor.model, len(smiles)
        if not n:
            return Estimates.exact(what, str(self.predictor.card.get("name", "response")), np.empty(0))
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
        blank = np.full(n, np.nan)
        return Estimates(
            what,
            str(self.predictor.card.get("name", "response")),
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
