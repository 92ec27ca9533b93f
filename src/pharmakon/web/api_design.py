"""Designs over the API: what can be asked for, whether it is well asked, how a run goes, what it found.

A run is started as a job of the verb `design`; paused, stopped and gone on with as a job.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from pharmakon.core.config import build, parse_toml
from pharmakon.core.errors import UsageError
from pharmakon.team.roles import Caller
from pharmakon.workflows.design_check import mistakes
from pharmakon.workflows.design_choices import choices, meanings
from pharmakon.workflows.design_curve import CurveConfig
from pharmakon.workflows.design_curve import run as curve_points
from pharmakon.workflows.design_toml import goal_file
from pharmakon.workflows.slice import SliceConfig
from pharmakon.workflows.slice import run as cuts_of

from .api_jobs import JobOut
from .design_draft import own_properties
from .design_runs import design_job, progress_of, results_of, start_passport
from .guard import allowed

router = APIRouter(prefix="/api/v1/design", tags=["design"])


class ChoiceOut(BaseModel):
    """A quantity that a goal may name, with a wish to begin with."""

    name: str
    title: str
    unit: str
    group: str
    better: str
    hazard: bool = Field(description="a harm: it can be a penalty or a constraint, and never a reward")
    low: float = Field(description="where a slider begins")
    high: float
    want: str
    tolerance: float


class Goal(BaseModel):
    """A goal file as data, or as its text."""

    model_config = ConfigDict(extra="forbid")

    config: dict[str, Any] | None = None
    toml: str = Field("", max_length=1 << 20)


class MistakeOut(BaseModel):
    """What is wrong, and where: the keys that lead there."""

    place: list[str | int]
    message: str


class Checked(BaseModel):
    """A goal that was looked at: it can be started where there are no mistakes."""

    config: dict[str, Any]
    toml: str
    mistakes: list[MistakeOut]


class Curve(BaseModel):
    """How desirability (0 to 1) goes with a value."""

    values: list[float]
    desirability: list[float]


class Cut(BaseModel):
    """A molecule cut for a mode of design."""

    mode: dict[str, Any]
    pieces: list[str]
    score: float
    reasons: list[str]


class Cuts(BaseModel):
    """The ways to cut a molecule, best first of each kind; `problem` says why there are none."""

    problem: str
    proposals: list[Cut]


class Slice(BaseModel):
    """A molecule to cut."""

    model_config = ConfigDict(extra="forbid")

    smiles: str = Field(max_length=2000)
    best: int = Field(2, ge=1, le=10)


class Scored(BaseModel):
    """A molecule that was scored in a run that goes on."""

    smiles: str
    call: int
    score: float
    feasible: bool


class PointOut(BaseModel):
    """After a batch."""

    call: int
    best: float
    mean: float
    feasible: float = Field(description="share of the batch that holds every constraint")


class ProgressOut(BaseModel):
    """How far a run is."""

    state: str
    calls: int
    of: int
    feasible: int
    score: float | None
    diversity: float | None
    seconds_left: float | None
    points: list[PointOut]
    best: list[Scored]


class Term(BaseModel):
    """What a run was asked for, one wish."""

    key: str
    title: str
    unit: str
    want: str
    constraint: bool
    hazard: bool


class Reached(BaseModel):
    """What a design is in one term."""

    value: float | None
    low: float | None
    high: float | None
    desirability: float
    in_domain: bool
    met: bool


class DesignOut(BaseModel):
    """One design; `front`: no other is at least as good in every goal and better in one."""

    name: str
    smiles: str
    score: float
    call: int
    front: bool
    terms: dict[str, Reached]


class Designs(BaseModel):
    """The designs of a finished run, best first."""

    name: str
    terms: list[Term]
    designs: list[DesignOut]


@router.get("/choices")
def list_choices(request: Request, caller: Caller = allowed("model.read")) -> list[ChoiceOut]:
    """Everything that a goal may name: own models first, then endpoints, computed properties and targets."""
    found = choices(own_properties(request, caller)).values()
    return [
        ChoiceOut(
            name=one.name,
            title=one.what.title,
            unit=one.what.unit,
            group=one.group,
            better=one.what.better,
            hazard=one.what.hazard,
            low=one.ends[0],
            high=one.ends[1],
            want=one.want,
            tolerance=one.tolerance,
        )
        for one in found
    ]


@router.post("/check")
def check_goal(request: Request, asked: Goal, caller: Caller = allowed("model.read")) -> Checked:
    """What is wrong with a goal, and its goal file. What takes a file or a model to find out is left to the run."""
    if (asked.config is None) == (not asked.toml.strip()):
        raise UsageError("give one of config and toml")
    config = asked.config if asked.config is not None else parse_toml(asked.toml, where="the goal")
    found = mistakes(config, meanings(own_properties(request, caller)))
    said = [MistakeOut(place=list(one.place), message=one.message) for one in found]
    return Checked(config=config, toml=goal_file(config), mistakes=said)


@router.post("/curve")
def draw_curve(asked: dict[str, Any], caller: Caller = allowed("model.read")) -> Curve:
    """How the worth of a value falls outside of a wished range."""
    config = build(CurveConfig, asked)
    if not (math.isfinite(config.low) and config.low < config.high):
        raise UsageError("low must lie below high")
    try:
        points = curve_points(config)
    except ValueError as error:
        raise UsageError(f"want: {error}") from None
    return Curve(values=[value for value, _ in points], desirability=[grade for _, grade in points])


@router.post("/slice")
def slice_molecule(asked: Slice, caller: Caller = allowed("molecule.read")) -> Cuts:
    """Propose where to cut a molecule for a mode of design."""
    found = cuts_of(SliceConfig(smiles=(asked.smiles,), best=asked.best)).molecules[0].plain()
    return Cuts(
        problem=found["problem"],
        proposals=[Cut(**{key: one[key] for key in Cut.model_fields}) for one in found["proposals"]],
    )


@router.get("/{id}/progress")
def get_progress(request: Request, id: str, caller: Caller = allowed("job.read")) -> ProgressOut:
    """How far a run is, and its best molecules so far. The job's events say when there is something new."""
    job = design_job(request, caller, id)
    found = progress_of(request, job)
    return ProgressOut(
        state=job.state,
        calls=found.calls,
        of=found.of,
        feasible=found.feasible,
        score=found.score,
        diversity=found.diversity,
        seconds_left=found.seconds_left if job.state == "running" else None,
        points=[PointOut(call=one.call, best=one.best, mean=one.mean, feasible=one.feasible) for one in found.points],
        best=[Scored(smiles=one.smiles, call=one.call, score=one.score, feasible=one.feasible) for one in found.best],
    )


@router.get("/{id}/designs")
def get_designs(request: Request, id: str, caller: Caller = allowed("job.read")) -> Designs:
    """The designs of a finished run, each with its terms."""
    found = results_of(request, caller, design_job(request, caller, id))
    return Designs.model_validate(found, from_attributes=True)


@router.post("/{id}/passports/{design}", status_code=201)
def make_passport(
    request: Request,
    id: str,
    design: Annotated[str, InPath(pattern=r"^D\d{3,4}$")],
    caller: Caller = allowed("job.start"),
) -> JobOut:
    """Have the passport of a design made, once: the job writes passport.html."""
    return JobOut.of(start_passport(request, caller, design_job(request, caller, id), design))
