"""What hospitals agree on before any of them looks at a patient (the plan), and the two files that travel after it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, model_validator

from pharmakon.core.access import AccessClass
from pharmakon.core.config import Config, explain
from pharmakon.core.errors import DataError

Stage = Literal["meet", "screen", "fit", "score", "done"]
M = TypeVar("M", bound=BaseModel)


class Plan(Config):
    """A federated study. Every hospital has the same file, and answers only for it."""

    name: str = Field(min_length=1, description="what the study is called")
    sites: tuple[str, ...] = Field((), description="the hospitals, by name; all must answer every round")
    outcome: Literal["binary", "continuous"] = Field(description="a class or a number")
    positive: str = Field("", description="the class that is a 1 (binary)")
    blocks: tuple[str, ...] = Field((), description="blocks of the cohort files that are used")
    features: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="by block, its features; those that all hospitals have when not given"
    )
    covariates: tuple[str, ...] = Field((), description="clinical columns that are in every model")
    levels: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="by clinical column of words, its words, the one compared with first"
    )
    kept: int = Field(30, ge=0, description="features that the screen keeps, by p value; 0 keeps all")
    penalties: tuple[float, ...] = Field(
        (3.0, 1.0, 0.3, 0.1, 0.03, 0.01), min_length=1, description="ridge penalties to choose among"
    )
    folds: int = Field(3, ge=2, description="folds of the inner cross-validation that chooses the penalty")
    fewest: int = Field(
        5, ge=1, description="patients of each class, and values of each feature, that a hospital must have in a fold"
    )
    kept_back: float = Field(0.3, gt=0, lt=1, description="share of each hospital's patients who only judge the model")
    method: Literal["newton", "averaging"] = Field(
        "newton", description="Newton steps on summed Hessians (the pooled fit), or federated averaging (near it)"
    )
    rounds: int = Field(30, ge=2, description="most rounds of fitting")
    epochs: int = Field(5, ge=1, description="averaging: local epochs a round")
    proximal: float = Field(0.01, ge=0, description="averaging: how strongly a hospital is held to the common model")
    masked: bool = Field(False, description="sums behind pairwise masks: no hospital's own can be read")
    seed: int = Field(0, ge=0, description="another seed keeps back other patients")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.blocks and not self.covariates:
            raise ValueError("a plan names blocks or covariates, or both")
        if (self.outcome == "binary") != bool(self.positive):
            raise ValueError("a binary outcome names its positive class, and no other outcome does")
        for key in ("sites", "blocks", "covariates"):
            if len(set(getattr(self, key))) < len(getattr(self, key)):
                raise ValueError(f"{key} names one twice")
        if any(penalty <= 0 for penalty in self.penalties):
            raise ValueError("a penalty is above 0")
        if self.masked and len(self.sites) in (1, 2):
            raise ValueError("masked sums need three sites or more: of two, each would see the other's")
        if unknown := set(self.features) - set(self.blocks):
            raise ValueError(f"features of {', '.join(sorted(unknown))}, which is not among the blocks")
        return self

    @property
    def hash(self) -> str:
        """SHA-256 of what it says, however it is written down."""
        return hashlib.sha256(packed(self).encode()).hexdigest()


class Fit(Config):
    """Models of one set of patients (all but one fold, or all), one a penalty, in standard units."""

    columns: tuple[int, ...]
    mean: tuple[float, ...]
    per_unit: tuple[float, ...]
    at: tuple[tuple[float, ...], ...]
    base: tuple[tuple[float, ...], ...] = ()
    step: tuple[tuple[float, ...], ...] = ()
    best: tuple[float, ...] = ()
    open: tuple[bool, ...] = ()
    left: tuple[float, ...] = ()
    """Loss of the patients of the left-out fold, by penalty."""


class Step(Config):
    """A round that is over: whose answers, by SHA-256."""

    stage: Stage
    state: str
    answers: dict[str, str]


class State(Config):
    """What the coordinator sends: where the study is, and where the next sums are wanted."""

    plan: str
    round: int = Field(ge=1)
    stage: Stage
    keys: dict[str, str] = Field(default_factory=dict)
    columns: tuple[tuple[str, str], ...] = ()
    kinds: dict[str, str] = Field(default_factory=dict)
    access: AccessClass | None = None
    """The strictest class of the sites' data."""
    terms: str = ""
    patients: int = 0
    events: int = 0
    fits: tuple[Fit, ...] = ()
    screened: tuple[tuple[int, float, float], ...] = ()
    """Of the features kept for all patients: column, effect, p value."""
    chosen: int | None = None
    """Which penalty."""
    scores: dict[str, dict[str, Any]] = Field(default_factory=dict)
    history: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Somebody else wrote it: every number of a fit has its place."""
        for fit in self.fits:
            width = len(fit.columns)
            if not width or min(fit.columns) < 0 or max(fit.columns) >= len(self.columns):
                raise ValueError("a fit has columns that are not among the study's")
            if {len(fit.mean), len(fit.per_unit)} != {width} or {len(row) for row in fit.at} != {width + 1}:
                raise ValueError("a fit has other numbers of means and coefficients than of columns")
            if self.stage == "fit" and len(fit.open) != len(fit.at):
                raise ValueError("a fit does not say which of its models are open")
        if self.chosen is not None and not (self.fits and 0 <= self.chosen < len(self.fits[-1].at)):
            raise ValueError("the chosen penalty is none of the fit's")
        return self


class Answer(Config):
    """What a hospital sends: sums, behind masks or not; at the end its scores."""

    plan: str
    state: str
    """SHA-256 of the state that it answers; "" in the first round."""
    stage: Stage
    site: str
    key: str = ""
    names: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    kinds: dict[str, str] = Field(default_factory=dict)
    access: AccessClass | None = None
    """Who may have the site's data, and what is made of them; said in the first round."""
    terms: str = ""
    sums: dict[str, Any] = Field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    masked: str = ""
    scores: dict[str, Any] = Field(default_factory=dict)


def packed(value: BaseModel) -> str:
    """A file's text: always the same for the same value."""
    data = value.model_dump(mode="json", exclude_defaults=not isinstance(value, Plan))
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n"


def digest(value: BaseModel) -> str:
    """SHA-256 of `packed`, as of the file's bytes."""
    return hashlib.sha256(packed(value).encode()).hexdigest()


def read(path: Path, model: type[M]) -> M:
    """A state or an answer from its file. DataError where it is none, whatever is in it, or is beyond a limit."""
    from pharmakon.store.hierarchical import read_json

    return _built(read_json(path), model, where=str(path))


def unpacked(text: bytes | str, model: type[M], *, where: str) -> M:
    """The value of `packed`; DataError where the text is none."""
    from pharmakon.store.hierarchical import parse_json

    return _built(parse_json(text, where), model, where=where)


def _built(data: Any, model: type[M], *, where: str) -> M:
    from pydantic import ValidationError

    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise DataError(
            f"{where} is no {model.__name__.lower()} of a federated study: {explain(error, model)}"
        ) from None
