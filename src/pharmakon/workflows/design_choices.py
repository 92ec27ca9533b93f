"""What a design may be asked for: each quantity by group, what its number means, and a wish to begin with.

No weight is loaded: the meanings stand in tables and on cards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pharmakon.core.types import Property
from pharmakon.design.novelty import NOVELTY
from pharmakon.design.quantities import measured_aspects

STRUCTURE = {"keep": "Keep a substructure", "avoid": "Avoid a substructure"}
"""Wishes that are no quantity: a pattern that must, or must not, be there."""
LIKE = {
    "similarity": "Similarity to a molecule (Tanimoto)",
    "pharmacophore": "Pharmacophore similarity to a molecule",
    "shape": "Shape similarity to a molecule",
}
OWN, TARGETS = "own models", "protein targets"
WHY_NO_REWARD = (
    "A hazard can lower the score (a penalty) or bar a molecule (a constraint). It can never be rewarded: what is "
    "designed here are remedies, and a search for harm is refused."
)
_FEW = 0.01, 0.99
"""Share of approved drugs below the ends of a slider whose quantity has no range of its own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A quantity that can be asked for. `ends` are those of a slider; `want` and `tolerance` a wish to begin with."""

    what: Property
    group: str
    ends: tuple[float, float]
    step: float
    want: str
    tolerance: float

    @property
    def name(self) -> str:
        """What a goal file calls it."""
        return self.what.name


def choices(own: Mapping[str, Property] | None = None) -> dict[str, Choice]:
    """Everything that can be asked for, by name in the order of a menu; `own` are the properties of own models."""
    mine = {name: choice(what, OWN) for name, what in (own or {}).items()}
    return {**mine, **_shipped()}


def meanings(own: Mapping[str, Property] | None = None) -> dict[str, Property]:
    """What the scorers of a run know, by name: models, whether a molecule is in their domain, routes, the patient."""
    from .design_patient import PERCENTILE, RESPONSE
    from .design_routes import ROUTE, ROUTE_STEPS

    found = {name: one.what for name, one in choices(own).items() if one.group not in _COMPUTED}
    aspects = {what.name: what for one in found.values() for what in measured_aspects(one.name, one)}
    others = (
        Property(ROUTE, "Route found", "", better="high", low=0, high=1),
        Property(ROUTE_STEPS, "Reactions of the route", "count", better="low", low=0),
        Property(RESPONSE, "Response of the patient", "ln uM", better="low"),
        Property(PERCENTILE, "Lines more sensitive than the patient", "%", better="low", low=0, high=100),
    )
    return found | aspects | {one.name: one for one in others}


def resolved(name: str, own: Mapping[str, Property] | None = None) -> Choice | None:
    """The choice of a name, also of a model's domain or similarity, a route or a patient; None for no name."""
    from pharmakon.chem.descriptors import descriptor

    known = choices(own)
    if name in known:
        return known[name]
    what = meanings(own).get(name) or descriptor(name)
    return choice(what, "computed") if what is not None else None


def own_property(card: Mapping[str, Any]) -> Property:
    """What the number of a model means, as its card has it."""
    return Property(**card["property"])


def choice(what: Property, group: str, drugs: tuple[float, float] | None = None) -> Choice:
    """A quantity with what a form needs of it; `drugs` is where approved drugs lie."""
    low, high = _ends(what, drugs)
    middle = what.threshold if what.threshold is not None else (low + high) / 2
    wish = {"high": f">= {middle:g}", "low": f"<= {middle:g}"}.get(what.better, "")
    quarter = (high - low) / 4
    step = _step(high - low) if what.unit != "count" else 1.0
    wish = wish or f"{_round(low + quarter, step):g}..{_round(high - quarter, step):g}"
    return Choice(what, group, (low, high), step, wish, _round(quarter, step) or step)


def _ends(what: Property, drugs: tuple[float, float] | None) -> tuple[float, float]:
    low = what.low if what.low is not None else (drugs[0] if drugs else -10.0)
    usual = 10.0 if what.threshold is None else max(2.0 * abs(what.threshold), 1.0)
    high = what.high if what.high is not None else max(drugs[1] if drugs else 0.0, usual)
    step = _step(high - low)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def _step(extent: float) -> float:
    """A hundredth of an extent or so, as 1, 2 or 5 times a power of ten."""
    raw = max(extent, 1e-6) / 100
    power = 10.0 ** math.floor(math.log10(raw))
    return next(one * power for one in (1, 2, 5, 10) if one * power >= raw * 0.999)


def _round(value: float, step: float) -> float:
    return float(f"{round(value / step) * step:.6g}")


_DESCRIPTORS = "computed properties"
_COMPUTED = frozenset({_DESCRIPTORS, "synthesis and alerts", "likeness and novelty"})
_EASE = ("sa_score", "alerts", "unprecedented_rings")


@cache
def _shipped() -> dict[str, Choice]:
    from pharmakon.chem.descriptors import NAMED
    from pharmakon.chem.properties import UNRANKED
    from pharmakon.chem.reference import quantiles
    from pharmakon.predict.endpoints import endpoints
    from pharmakon.predict.panel import shipped_names, target_names

    from .models import cards

    found = {name: choice(endpoints()[name].property(), endpoints()[name].group) for name in shipped_names()}
    computed = {**NAMED, **UNRANKED}
    for name, what in computed.items():
        group = "synthesis and alerts" if name in _EASE else _DESCRIPTORS
        found[name] = choice(what, group, quantiles(name, _FEW))
    new = replace(NOVELTY, better="high", threshold=0.4)
    likeness = (Property(name, title, "Tanimoto", better="high", low=0, high=1) for name, title in LIKE.items())
    for what in (new, *likeness):
        found[what.name] = choice(what, "likeness and novelty")
    targets = map(own_property, cards(target_names()))
    return found | {what.name: choice(what, TARGETS) for what in sorted(targets, key=lambda one: one.title)}
