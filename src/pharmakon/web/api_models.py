"""Models over the API: the shipped ones and the project's own, with their cards; and what an uploaded table holds.

A model is trained, recalibrated and monitored by jobs of these verbs.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from pharmakon.team.roles import Caller
from pharmakon.workflows.model_list import Listed, listed, shipped
from pharmakon.workflows.models import cards

from .guard import allowed
from .own_models import own_model, own_models
from .peeked import peek_of

router = APIRouter(prefix="/api/v1", tags=["models"])


class ModelOut(BaseModel):
    """A model in a list. Its own score and the best baseline's are of molecules unlike those it was trained on."""

    name: str
    title: str
    group: str
    unit: str
    kind: str
    hazard: bool
    molecules: int | None
    metric: str
    split: str
    score: tuple[float, float, float] | None = Field(description="with its 95 % interval")
    rival: float | None = Field(description="of the best baseline")
    coverage: float | None = Field(description="share of measured values inside the 90 % interval")
    licence: str
    job: str = Field(description="of a model of the project, the job that made it: job:ID/model names it elsewhere")


class CardOut(BaseModel):
    """A model's card, whole."""

    name: str
    job: str
    card: dict[str, Any]


class Asked(BaseModel):
    """An uploaded file."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(max_length=40, description="its id")


class PeekOut(BaseModel):
    """What a table seems to hold; "" where nothing looks like it."""

    columns: list[str]
    structure: str
    id: str
    value: str
    numbers: list[str] = Field(description="columns that may be the measured value")
    rows: list[list[str]]
    more: bool
    notes: list[str]


@cache
def shipped_models() -> dict[str, list[Listed]]:
    """The shipped models by group, read once."""
    return {group: list(models) for group, models in shipped().items()}


@router.get("/models")
def list_models(request: Request, caller: Caller = allowed("model.read")) -> list[ModelOut]:
    """The project's own models, the newest first, then the shipped ones by group."""
    own = [_out(listed(one.card), "own models", one.job.id) for one in own_models(request, caller)]
    return own + [_out(one, group, "") for group, models in shipped_models().items() for one in models]


@router.get("/models/{name}")
def get_model(name: str, caller: Caller = allowed("model.read")) -> CardOut:
    """The card of a shipped model."""
    return CardOut(name=name, job="", card=shipped_card(name))


@router.get("/models/job/{id}")
def get_own_model(request: Request, id: str, caller: Caller = allowed("model.read")) -> CardOut:
    """The card of a model of the project."""
    found = own_model(request, caller, id)
    return CardOut(name=found.card["name"], job=id, card=found.card)


@router.post("/peek")
def peek(request: Request, asked: Asked, caller: Caller = allowed("file.read")) -> PeekOut:
    """The first rows of an uploaded table, and which of its columns are which, as far as can be seen."""
    return PeekOut(**asdict(peek_of(request, caller, asked.file)))


def shipped_card(name: str) -> dict[str, Any]:
    """The card of a shipped model by its name. Raises UnknownName, also for what would be a folder."""
    from pharmakon.core.errors import UnknownName

    known = [one.name for models in shipped_models().values() for one in models]
    if name not in known:
        raise UnknownName("model", name, known)
    return cards([name])[0]


def _out(one: Listed, group: str, job: str) -> ModelOut:
    return ModelOut(**asdict(one), group=group, job=job)
