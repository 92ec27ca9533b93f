"""What a cohort is said to be, in a TOML file: its tables, its outcome, its design, and what is claimed of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from pharmakon.biomarkers.block import BlockKind
from pharmakon.biomarkers.outcome import OutcomeKind
from pharmakon.core.access import SAID, TERMS, AccessClass
from pharmakon.core.config import Config

ContextOfUse = Literal[
    "susceptibility/risk", "diagnostic", "monitoring", "prognostic", "predictive", "response", "safety"
]
"""The seven categories of BEST (FDA-NIH Biomarker Working Group, NBK326791)."""


class Clinical(Config):
    """The table of patients: one row a sample."""

    file: Path = Field(description="CSV, TSV, Parquet or h5ad (its obs)")
    id: str | None = Field(None, description="column of the sample's id; the first when not given")
    patient: str | None = Field(
        None, description="column of the patient; samples of one patient stay on one side of every split"
    )
    keep: dict[str, str | list[str]] = Field(
        default_factory=dict, description="column = value (or values): only these samples belong to the cohort"
    )


class OutcomeTable(Config):
    """What happened."""

    kind: OutcomeKind = Field(description="a class, a number, or a time with an event")
    column: str | None = Field(None, description="column of the class or the number")
    positive: str | None = Field(None, description="the class, or the event, that is a 1")
    negative: str | None = Field(None, description="the other class; rows of neither are left out")
    time: str | None = Field(None, description="column of the time under observation (survival)")
    event: str | None = Field(None, description="column that says whether the event came (survival)")
    unit: str = Field("", description="of the number or the time")
    name: str = Field("", description="what to call it; its column when not given")

    @model_validator(mode="after")
    def _columns(self) -> Self:
        if self.kind == "survival":
            if not (self.time and self.event) or self.column:
                raise ValueError("a survival outcome has the keys time and event, and no column")
        elif not self.column or self.time or self.event:
            raise ValueError(f"a {self.kind} outcome has the key column, and neither time nor event")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is read from."""
        return tuple(c for c in (self.column, self.time, self.event) if c)

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or self.column or f"time to {self.event}"


class Design(Config):
    """How the samples came about. What is named here is looked at before anything is fitted."""

    covariates: tuple[str, ...] = Field((), description="clinical columns that effects are adjusted for")
    batch: str | None = Field(None, description="column of the plate, run or series")
    site: str | None = Field(None, description="column of the hospital")
    arm: str | None = Field(None, description="column of the treatment")
    randomised: bool = Field(False, description="whether the arm was drawn by lot")
    subgroups: tuple[str, ...] = Field((), description="columns by which performance is shown apart")


class FairnessLimits(Config):
    """What is demanded of an audit, written down before it runs. Each limit is met, missed, or cannot be told."""

    gap: dict[str, float] = Field(
        default_factory=dict, description="metric = largest gap between two groups, such as { equalised_odds = 0.1 }"
    )
    worst: dict[str, float] = Field(
        default_factory=dict, description="metric = what the worst group must reach, such as { auc = 0.7 }"
    )
    participation: float | None = Field(
        None, gt=0, le=1, description="lowest ratio of a group's share in the data to its share in the population"
    )
    missing: float | None = Field(
        None, gt=0, le=1, description="by how much more often a group may lack a value than the others"
    )


class Fairness(Config):
    """For whom the cohort has to do, and what an audit may not guess."""

    groups: tuple[str, ...] = Field((), description="columns of the clinical table whose groups are looked at")
    reference: str | None = Field(
        None, description="the population it is compared with: a shipped one by name, or a CSV of column, level, share"
    )
    roles: dict[str, str] = Field(
        default_factory=dict, description="column = what the reference calls it, where its name does not say"
    )
    levels: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="by column: word = what it means, such as { 1 = 'male', 2 = 'female' }"
    )
    bands: dict[str, tuple[float, ...]] = Field(
        default_factory=dict, description="by column of numbers: where its bands begin, such as [18, 45, 65]"
    )
    threshold: float = Field(0.5, gt=0, lt=1, description="risk from which a patient is called positive")
    limits: FairnessLimits = Field(FairnessLimits(), description="what is demanded, as a [fairness.limits] table")
    label: str = Field("", description="who recorded the outcome, and why it may be recorded otherwise in some groups")
    source: str = Field("", description="where the data come from")
    date: str = Field("", description="when they were collected")
    licence: str = Field("", description="under which terms they are used")
    signed: str = Field("", description="who answers for the audit")


class FeatureLabels(Config):
    """A table that gives features their names."""

    file: Path = Field(description="CSV, TSV or Parquet, one row a feature")
    id: str = Field(description="column of what the block's columns are called")
    label: str = Field(description="column of what people call them, such as a gene's symbol")


class BlockTable(Config):
    """One kind of measurements."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+$", description="what the block is called")
    file: Path | None = Field(None, description="CSV, TSV, Parquet or h5ad; the clinical table when not given")
    id: str | None = Field(None, description="column of the sample's id; the first when not given")
    kind: BlockKind = Field("continuous", description="numbers such as log expression, yes and no, or raw counts")
    layer: str | None = Field(None, description="layer of an h5ad file")
    features: tuple[str, ...] = Field((), description="columns to use; all numeric ones when not given")
    leave_out: tuple[str, ...] = Field((), description="columns that are none")
    labels: FeatureLabels | None = Field(None, description="how features are called in results")
    missing: float | None = Field(None, description="a value that means not measured")
    floor: float | None = Field(None, description="smaller values are raised to this, before any logarithm")
    transform: Literal["none", "log2", "log2p1", "cpm"] = Field(
        "none", description="of each sample alone: log2(x), log2(x + 1), or log2 of counts per million + 1"
    )
    join: Literal["id", "order"] = Field("id", description="rows meet by id, or as they stand")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.file is None and not self.features:
            raise ValueError("a block without a file names its features, columns of the clinical table")
        return self


class Declaration(Config):
    """A cohort file."""

    name: str = Field(min_length=1, description="what the cohort is called in reports")
    context_of_use: ContextOfUse = Field(description="what the marker is to be used for (BEST)")
    description: str = Field("", description="anything else, for people")
    access: AccessClass | None = Field(None, description=SAID)
    terms: str = Field("", description=TERMS)
    clinical: Clinical = Field(description="the table of patients, as a [clinical] table")
    outcome: OutcomeTable = Field(description="what happened, as an [outcome] table")
    design: Design = Field(Design(), description="how the samples came about, as a [design] table")
    blocks: tuple[BlockTable, ...] = Field(min_length=1, description="what was measured, as [[blocks]] tables")
    fairness: Fairness | None = Field(None, description="for whom it has to do, as a [fairness] table")

    @field_validator("blocks")
    @classmethod
    def _apart(cls, blocks: tuple[BlockTable, ...]) -> tuple[BlockTable, ...]:
        names = [block.name for block in blocks]
        if len(set(names)) < len(names):
            raise ValueError("two blocks have one name")
        if CLINICAL in names:
            raise ValueError(f"{CLINICAL!r} is the block of the covariates; call this one otherwise")
        return blocks

    @model_validator(mode="after")
    def _not_the_answer(self) -> Self:
        """The outcome as a covariate would be the answer itself."""
        taken = {*self.outcome.columns}
        groups = self.fairness.groups if self.fairness else ()
        roles = (("covariates", self.design.covariates), ("subgroups", self.design.subgroups), ("groups", groups))
        for role, names in roles:
            if both := taken.intersection(names):
                raise ValueError(f"{', '.join(sorted(both))}: the outcome cannot be among the {role}")
        for block in self.blocks:
            if both := taken.intersection(block.features):
                raise ValueError(f"{', '.join(sorted(both))}: the outcome cannot be a feature of block {block.name!r}")
        return self

    @property
    def taken(self) -> frozenset[str]:
        """Columns that already have a role and so are no features."""
        design = self.design
        roles = (self.clinical.id, self.clinical.patient, design.batch, design.site, design.arm)
        named = (*self.outcome.columns, *design.covariates, *design.subgroups, *self.clinical.keep)
        return frozenset({*named, *(r for r in roles if r)})


CLINICAL = "clinical"
"""The block of the covariates."""
