"""What a screen is asked, and what it says when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from pharmakon.core.config import Config
from pharmakon.core.types import Profile
from pharmakon.record.notebook import Shown
from pharmakon.store.remote import path_in

from .engines import Address, OnEngine, Workers, address_is_of_a_cluster

SHARDS, LEDGER, REPORT = "shards", "ledger.jsonl", "report.html"


class ScreenConfig(Config):
    """Which molecules, what is wanted of them, where to."""

    inputs: tuple[str, ...] = Field(
        min_length=1,
        description="tables of structures, or patterns of their names: CSV, TSV, SMI, SDF, Parquet; also at an "
        "address, such as s3://bucket/library/*.parquet",
    )
    output: str = Field(description="folder to write; or an address, such as s3://bucket/run")
    objective: Path | None = Field(
        None, description="goal file, as pharmakon design takes it: its goals, constraints, aggregate, models and known"
    )
    models: tuple[str, ...] = Field(
        (),
        description="shipped models, groups of them or model folders that answer beside the objective's; without an "
        "objective, those of all estimates",
    )
    profile: Profile = Field("fast", description="fast: one network for every endpoint; full: each its own model")
    top: int = Field(10_000, ge=1, le=1_000_000, description="how many of the best rows to list")
    keep: Literal["top", "all"] = Field(
        "top", description="top: the best rows and sketches; all: also every row's estimates, as Parquet files"
    )
    rows: int = Field(20_000, ge=100, le=1_000_000, description="rows a shard holds")
    seconds_per_molecule: float = Field(
        20.0, gt=0, description="seconds that a step of one molecule may take; one that takes longer is set aside"
    )
    megabytes_per_molecule: float = Field(
        1_000.0,
        ge=50,
        description="memory that one molecule may take, beside the models'; one that takes more is set aside",
    )
    workers: Workers = None
    engine: OnEngine = "local"
    address: Address = None
    smiles_column: str | None = Field(None, description="structure column; guessed when not given")
    id_column: str | None = Field(None, description="identifier column; guessed when not given")
    seed: int = Field(0, ge=0, description="which scaffolds are sampled")
    resume: bool = Field(False, description="go on with an interrupted run of the same inputs")

    @field_validator("inputs", "output", mode="before")
    @classmethod
    def _paths_are_texts(cls, value: object) -> object:
        if isinstance(value, list | tuple):
            return tuple(path_in(str(one)) for one in value)
        return path_in(str(value)) if isinstance(value, str | Path) else value

    @model_validator(mode="after")
    def _something_is_asked(self) -> Self:
        if self.objective is None and not self.models:
            raise ValueError("say what is wanted, with an objective, or which models to ask, with models")
        return self

    _address = model_validator(mode="after")(address_is_of_a_cluster)

    @property
    def whole(self) -> bool:
        """Whether every row's estimates are kept: without an objective there is nothing else to keep."""
        return self.keep == "all" or self.objective is None


@dataclass(frozen=True, slots=True)
class ScreenResult(Shown):
    """A finished screen: its folder, how many rows there were and what became of them, and the ledger's head.

    Where `url` is not empty the folder is there, and nothing is left at `folder`.
    """

    folder: Path
    rows: int
    unreadable: int
    feasible: int
    listed: int
    set_aside: int
    best: float | None
    head: str
    notes: list[str] = field(default_factory=list)
    url: str = ""
