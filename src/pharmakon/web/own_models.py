"""The models that a project's jobs made: found by their jobs, with their cards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request

from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Property
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.workflows.design_choices import own_property

from .guard import state

MAKERS = ("train", "recalibrate")
"""The verbs that make a model of molecules."""


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A model of the project."""

    job: Job
    card: dict[str, Any]
    folder: Path

    @property
    def reference(self) -> str:
        """How another job names it."""
        return f"job:{self.job.id}/model"

    @property
    def what(self) -> Property:
        """What its number means."""
        return own_property(self.card)


def own_models(request: Request, caller: Caller, *, limit: int = 200) -> list[OwnModel]:
    """The project's models that the caller may see, the newest first."""
    held = state(request)
    jobs = held.jobs.list(caller, limit=limit, verbs=MAKERS, states=["done"])
    places = ((job, held.made(job) / "model") for job in jobs)
    return [OwnModel(job, _card(str(folder)), folder) for job, folder in places if (folder / "card.json").is_file()]


def own_model(request: Request, caller: Caller, id: str) -> OwnModel:
    """One of them by its job. Raises UnknownName, Denied, UsageError where it is not made yet."""
    held = state(request)
    job = held.job_of(caller, id, MAKERS, "model")
    if job.state != "done":
        raise UsageError(f"the model is not there: its job is {job.state}")
    folder = held.made(job) / "model"
    if not (folder / "card.json").is_file():
        raise DataError("the model is gone from the server")
    return OwnModel(job, _card(str(folder)), folder)


def by_name(models: list[OwnModel]) -> dict[str, OwnModel]:
    """Of each name the newest."""
    return {one.what.name: one for one in reversed(models)}


@lru_cache(maxsize=512)
def _card(folder: str) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(Path(folder, "card.json").read_bytes())
    return card
