"""The wishes of a goal file: what each may say, and that it says one thing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from pharmakon.chem.parse import to_mol
from pharmakon.core.config import Config
from pharmakon.design.desirability import Points, Shape, Uncertainty, Want
from pharmakon.design.pattern import as_smarts

__all__ = ["Constraint", "Goal", "Term"]

LIKENESS = ("similarity", "pharmacophore", "shape")
"""Properties that need `to`, a molecule to be like."""
Fingerprint = Literal["ecfp4", "ecfp6", "fcfp4", "atom_pair", "torsion"]

MANY = 10
"""Examples from which on single ones no longer set the range."""


class Term(Config):
    """One wish: a property in a range, a substructure kept or avoided, or a similarity to a molecule."""

    property: str = Field(
        "", description="a model's or descriptor's name, 'novelty', or 'similarity', 'pharmacophore' or 'shape' with to"
    )
    over: str = Field("", description="another property that is subtracted: selectivity")
    want: str = Field("", description="'>= 8', '<= 0.3', '2..5' or '= 3'")
    like: tuple[str, ...] = Field(
        (),
        description="instead of want: SMILES that are right; wanted is the range they span, of ten or more without the "
        "outermost tenths",
    )
    keep: str = Field("", description="SMARTS that must be there")
    avoid: str = Field("", description="SMARTS that must not be there")
    to: str = Field("", description="SMILES to be similar to")
    fingerprint: Fingerprint = Field("ecfp4", description="what a similarity compares")
    stage: int = Field(1, ge=1, description="the stage, of those in [[stages]], from which on this counts")
    tolerance: float | None = Field(
        None, gt=0, description="distance from the wanted range at which a value is worth little"
    )
    uncertainty: Uncertainty = Field(
        "mean",
        description="judge by the estimate, its worse end, or how probable the wish is; not of a classification, whose "
        "estimate is a probability",
    )

    @field_validator("want", mode="before")
    @classmethod
    def _signed(cls, wish: Any) -> Any:
        if type(wish) in (int, float):
            raise ValueError(f'a wish has a sign and quotes: write want = ">= {wish:g}", "<= {wish:g}" or "= {wish:g}"')
        return wish

    @field_validator("want")
    @classmethod
    def _readable(cls, text: str) -> str:
        if text:
            Want.parse(text)
        return text

    @field_validator("keep", "avoid")
    @classmethod
    def _smarts(cls, text: str) -> str:
        pattern = as_smarts(text) if text else ""
        if text and not pattern:
            raise ValueError("not a SMARTS pattern")
        return pattern

    @field_validator("to")
    @classmethod
    def _smiles(cls, text: str) -> str:
        if text and to_mol(text) is None:
            raise ValueError("not a SMILES")
        return text

    @field_validator("like")
    @classmethod
    def _all_smiles(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [text for text in texts if to_mol(text) is None]:
            raise ValueError(f"{wrong[0]!r} is not a SMILES")
        return texts

    @model_validator(mode="after")
    def _one_wish(self) -> Self:
        wishes = [name for name in ("keep", "avoid", "to") if getattr(self, name)]
        if self.property and not (self.property in LIKENESS and wishes == ["to"]):
            wishes.append("property")
        if len(wishes) != 1:
            raise ValueError(f"needs exactly one of property, keep, avoid, to; has {' and '.join(wishes) or 'none'}")
        if self.property in LIKENESS and not self.to:
            raise ValueError(f"a {self.property} needs to = a SMILES")
        if "fingerprint" in self.model_fields_set and not (self.to and self.property in ("", "similarity")):
            raise ValueError("fingerprint goes with a similarity")
        ranges = self._ranges()
        if wishes[0] in ("property", "to") and not ranges:
            raise ValueError("needs want, such as '>= 8'")
        if len(ranges) > 1:
            raise ValueError(f"needs one of {' and '.join(ranges)}, not both")
        if wishes[0] in ("keep", "avoid") and ranges:
            raise ValueError(f"{wishes[0]} takes no {ranges[0]}")
        if self.over and wishes[0] != "property":
            raise ValueError("over needs a property that it is subtracted from")
        if self.over and self.over in (self.property, *LIKENESS):
            raise ValueError(f"over is {'the property itself' if self.over == self.property else 'no property'}")
        return self

    def _ranges(self) -> list[str]:
        """The keys that say which values are wanted."""
        return [name for name in ("want", "like") if getattr(self, name)]

    def wanted(self) -> Want:
        """The range, 0 or 1 for a substructure."""
        return Want.parse(self.want or ("= 1" if self.keep else "= 0"))

    def asked(self) -> str:
        """The wanted range, short enough for a sentence: as it was written, or as it would be; "" of a substructure."""
        if self.keep or self.avoid or (self.want and not self.like):
            return self.want
        low, high = self.wanted().low, self.wanted().high
        if math.isinf(low) or math.isinf(high):
            return f"<= {high:.4g}" if math.isinf(low) else f">= {low:.4g}"
        return f"{low:.4g}..{high:.4g}"

    def name(self) -> str:
        """What the term is about."""
        if self.to:
            kind = self.property or "similarity"
            return f"{kind}{'' if self.fingerprint == 'ecfp4' else f' ({self.fingerprint})'} to {self.to}"
        if self.over:
            return f"{self.property} over {self.over}"
        return self.property or (f"keep {self.keep}" if self.keep else f"avoid {self.avoid}")

    def fitted(self, values: Sequence[float], tolerance: float) -> Self:
        """The same term with the range of its examples' values, of ten or more without the outermost tenths.

        `tolerance` is the usual one: the spread of the examples is taken where it is no less than a twentieth of that.
        """
        ends = (0.0, 1.0) if len(values) < MANY else (0.1, 0.9)
        low, high = (float(value) for value in np.quantile(values, ends))
        spread = high - low if high - low >= tolerance / 20 else tolerance
        return self.model_copy(update={"want": f"{low!r}..{high!r}", "tolerance": self.tolerance or spread})


class Goal(Term):
    """A term that earns score."""

    weight: float = Field(1.0, gt=0, description="how much this goal counts beside the others")
    shape: Shape = Field("linear", description="how desirability falls outside the wanted range")
    points: Points = Field(
        (), description="instead of want: [value, desirability] pairs, rising to 1 and falling after it"
    )

    @field_validator("points")
    @classmethod
    def _one_hill(cls, points: Points) -> Points:
        if not points:
            return points
        values, grades = zip(*points, strict=True)
        if not all(math.isfinite(value) for value in values) or any(a >= b for a, b in pairwise(values)):
            raise ValueError("the values of points must rise")
        top = [i for i, grade in enumerate(grades) if grade == 1.0]
        if not top or min(grades) < 0 or max(grades) > 1:
            raise ValueError("the desirabilities of points lie between 0 and 1, and one of them is 1")
        if sorted(grades[: top[0]]) != list(grades[: top[0]]) or any(a < b for a, b in pairwise(grades[top[0] :])):
            raise ValueError("the desirabilities of points rise to 1 and fall after it: one hill")
        if min(grades) == 1.0:
            raise ValueError("the points want every value")
        return points

    @model_validator(mode="after")
    def _points_say_all(self) -> Self:
        if self.points and "shape" in self.model_fields_set:
            raise ValueError("points are a shape of their own; leave shape out")
        if self.points and self.uncertainty == "probability":
            raise ValueError("points are judged by the estimate (mean) or the worse end of its interval (pessimistic)")
        return self

    def _ranges(self) -> list[str]:
        return [*super()._ranges(), *(["points"] if self.points else [])]

    def wanted(self) -> Want:
        """The range, 0 or 1 for a substructure; of points, where they say 1."""
        if not self.points:
            return super().wanted()
        best = [value for value, grade in self.points if grade == 1.0]
        low = -math.inf if best[0] == self.points[0][0] else best[0]
        return Want(low, math.inf if best[-1] == self.points[-1][0] else best[-1])


class Constraint(Term):
    """A term that must hold."""

    @field_validator("uncertainty")
    @classmethod
    def _yes_or_no(cls, value: str) -> str:
        if value == "probability":
            raise ValueError("a constraint holds or not; use 'mean' or 'pessimistic'")
        return value
