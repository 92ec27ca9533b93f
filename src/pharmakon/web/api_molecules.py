"""Molecules over the API: a few at once, answered at once. Many are a job of the verb `predict`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from pharmakon.core.types import Profile
from pharmakon.team.roles import Caller
from pharmakon.workflows.molecule import MoleculeCard, Row

from .answers import Answer
from .estimates import card, meant
from .guard import allowed, state

router = APIRouter(prefix="/api/v1", tags=["molecules"])


class Asked(BaseModel):
    """Structures to estimate the properties of."""

    model_config = ConfigDict(extra="forbid")

    smiles: list[str] = Field(min_length=1, max_length=100, description="SMILES, or names of approved drugs")
    profile: Profile | None = None


class Estimate(BaseModel):
    """One property of one molecule; null where there is no answer."""

    name: str
    title: str
    unit: str
    group: str
    model: str
    value: float | None
    low: float | None = Field(description="lower end of the 90 % interval")
    high: float | None
    in_domain: bool
    verdict: str
    percentile: float | None = Field(description="among approved drugs, 0-100")
    nearest_id: str = Field(description="the most similar measured molecule")
    nearest_value: float | None
    nearest_similarity: float | None = Field(description="Tanimoto, ECFP4")


class Card(Answer):
    """Everything about one structure; where it could not be read, `problem` says why."""

    asked: str
    smiles: str
    problem: str
    changes: list[str]
    properties: list[Estimate]
    computed: dict[str, float]
    alerts: list[dict[str, Any]]


@router.post("/molecules")
def estimate(request: Request, asked: Asked, caller: Caller = allowed("molecule.read")) -> list[Card]:
    """The card of each structure, in the order asked."""
    profile = asked.profile or state(request).settings.profile
    return [_told(text, profile) for text in asked.smiles]


def _told(text: str, profile: Profile) -> Card:
    """The card of what was asked; the name of a medicine without a structure, such as an antibody, is told as one."""
    from pharmakon.chem.biologics import why_none

    found = plain(card(meant(text)[0], profile))
    problem = found.problem and (why_none(text) or found.problem)
    return found.model_copy(update={"asked": text.strip(), "problem": problem})


def plain(found: MoleculeCard) -> Card:
    """A card as JSON."""
    return Card(
        asked=found.asked,
        smiles=found.smiles,
        problem=found.problem,
        changes=list(found.changes),
        properties=[_estimate(group, row) for group, rows in found.groups.items() for row in rows],
        computed={name: value for name, (_, value) in found.computed.items()},
        alerts=[{"name": alarm.name, "set": alarm.source, "atoms": list(alarm.atoms)} for alarm in found.alarms],
    )


def _estimate(group: str, row: Row) -> Estimate:
    what = row.property
    return Estimate(
        name=what.name,
        title=what.title,
        unit=what.unit,
        group=group,
        model=row.model,
        value=_known(row.value),
        low=_known(row.low),
        high=_known(row.high),
        in_domain=row.in_domain,
        verdict=row.verdict,
        percentile=_known(row.percentile),
        nearest_id=row.nearest_id,
        nearest_value=_known(row.nearest_value),
        nearest_similarity=_known(row.nearest_similarity),
    )


def _known(value: float) -> float | None:
    return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124 - NaN alone is not itself
