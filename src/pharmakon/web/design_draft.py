"""A draft of a design as the builder shows it: each wish with its curve, each mistake by its field, the goal file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.core.types import Property
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.workflows.design_check import Mistake, mistakes
from pharmakon.workflows.design_choices import LIKE, OWN, STRUCTURE, Choice, choices, meanings
from pharmakon.workflows.design_curve import CurveConfig
from pharmakon.workflows.design_curve import run as curve_points
from pharmakon.workflows.design_toml import goal_file

from .api_jobs import NewJob, start
from .design_drawing import curve
from .design_form import FILES, SENSES, Draft, Wish
from .guard import state
from .own_models import by_name, own_models
from .pages import copies

PATIENT = ("patient", "against")
"""Fields whose file holds patients' data."""


@dataclass(frozen=True, slots=True)
class Row:
    """One wish with what its row of the form shows."""

    number: int
    wish: Wish
    choice: Choice | None
    title: str
    unit: str
    roles: Sequence[tuple[str, str]]
    senses: Sequence[tuple[str, str]]
    curve: str
    mistakes: Mapping[str, str]
    more: str

    @property
    def hazard(self) -> bool:
        """Whether it is a harm."""
        return self.choice is not None and self.choice.what.hazard


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole draft, judged."""

    rows: Sequence[Row]
    config: Mapping[str, Any]
    toml: str
    mistakes: Sequence[Mistake]
    by_field: Mapping[str, str]
    """The first mistake of each plain field."""
    others: Sequence[str]
    """Mistakes that have no field."""
    copies: Mapping[str, str]


def own_properties(request: Request, caller: Caller) -> dict[str, Property]:
    """What the project's own models estimate, by name."""
    return {name: one.what for name, one in by_name(own_models(request, caller)).items()}


def judged(request: Request, caller: Caller, draft: Draft) -> Shown:
    """Everything that the builder shows of a draft."""
    mine = by_name(own_models(request, caller))
    own = {name: one.what for name, one in mine.items()}
    config = draft.config({name: one.reference for name, one in mine.items()})
    found = mistakes(config, meanings(own)) if draft.wishes else [Mistake(("goals",), "add at least one goal")]
    places = {"goal": "goals", "constraint": "constraints"}
    counted = {"goal": 0, "constraint": 0}
    rows = []
    told: set[Mistake] = set()
    for number, wish in enumerate(draft.wishes):
        here = (places[wish.role], counted[wish.role])
        counted[wish.role] += 1
        mine_too = [one for one in found if one.place[:2] == here]
        told.update(mine_too)
        rows.append(_row(number, wish, own, mine_too))
    fields: dict[str, str] = {}
    for one in found:
        if one not in told and one.place and one.place[0] not in places.values():
            fields.setdefault(str(one.place[0]), one.message)
            told.add(one)
    toml = goal_file(config)
    return Shown(rows, config, toml, found, fields, [one.message for one in found if one not in told], _copies(toml))


def _row(number: int, wish: Wish, own: Mapping[str, Property], found: Sequence[Mistake]) -> Row:
    choice = wish.choice(own)
    hazard = choice is not None and choice.what.hazard
    title = STRUCTURE.get(wish.kind) or LIKE.get(wish.kind) or (choice.what.title if choice else wish.kind)
    roles = [("goal", "Penalty" if hazard else "Objective"), ("constraint", "Constraint")]
    senses = list(SENSES.items())
    if hazard and choice is not None:
        senses = [(key, words) for key, words in senses if key != ("high" if choice.what.better == "low" else "low")]
    said: dict[str, str] = {}
    for one in found:
        said.setdefault(str(one.place[2]) if len(one.place) > 2 else "", one.message)
    unit = choice.what.unit if choice is not None and choice.what.unit not in ("count", "score") else ""
    drawn = _curve(wish, choice, title, unit)
    return Row(number, wish, choice, title, unit, roles, senses, drawn, said, json.dumps(dict(wish.more)))


def _curve(wish: Wish, choice: Choice | None, title: str, unit: str) -> str:
    if choice is None or not (wish.want or wish.more.get("points")):
        return ""
    low, high = choice.ends
    try:
        config = CurveConfig.model_validate(
            {
                "want": wish.want or ">= 0",
                "low": low,
                "high": high,
                "tolerance": float(wish.tolerance) if wish.tolerance.strip() else None,
                "shape": wish.shape,
                "points": wish.more.get("points", ()),
                "role": wish.role,
            }
        )
        return curve(curve_points(config), title=title, unit=unit, role=wish.role)
    except (ValueError, PharmakonError):
        return ""  # the mistake stands beside the field


def menu(own: Mapping[str, Property]) -> dict[str, list[tuple[str, str]]]:
    """(name, title) of everything that can be asked for, by group."""
    found: dict[str, list[tuple[str, str]]] = {OWN: []} if own else {}
    for name, one in choices(own).items():
        hazard = " (hazard)" if one.what.hazard else ""
        found.setdefault(one.group, []).append((name, f"{one.what.title}{hazard}"))
    found["structure"] = list(STRUCTURE.items())
    return found


def start_design(request: Request, caller: Caller, config: Mapping[str, Any]) -> Job:
    """Put a design into the queue. The tables that it names are the project's newest of these names.

    Raises ConfigError, UnknownName, Denied.
    """
    held = state(request)
    named = {str(config[key]) for key in FILES if config.get(key) and not str(config[key]).startswith("job:")}
    if any(config.get(key) for key in PATIENT):
        caller.check("patient.read")
        if not config.get("response"):
            raise UsageError("choose the response model that says how the patient would respond; train one if need be")
    known = {file.name: file for file in reversed(held.files.list(caller, limit=200))}
    for key in PATIENT:
        if (name := str(config.get(key, ""))) in known and not known[name].patient:
            raise UsageError(f"{name} was not uploaded as patients' data: upload it again, and say that it is")
    ids = [known[name].id for name in sorted(named) if name in known]
    asked = NewJob(verb="design", config=dict(config), files=ids, title=str(config.get("name") or "Design"))
    return start(request, caller, asked)


def _copies(toml: str) -> dict[str, str]:
    return copies(
        cli="pharmakon design goal.toml -o run",
        python='import pharmakon\n\npharmakon.design_molecules("goal.toml", output="run")',
        toml=toml,
    )
