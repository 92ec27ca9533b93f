"""The facts about each shipped endpoint, read from endpoints.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from pharmakon.core.config import Config, build
from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Better, Kind, Property
from pharmakon.store.catalogue import DataFile, data_set
from pharmakon.store.places import path_of, root_of

Transform = Literal["none", "log10", "log10p1", "logit"]
"""The scale a model works on; "log10p1" is log10(x + 1), for quantities that reach 0."""


class Source(Config):
    """Where an endpoint's measurements come from."""

    sets: tuple[str, ...]
    """Names of the data catalogue; "name/file" is one file of a set that has several."""
    structure: str
    value: str
    id: str | None = None
    positive: str | None = None
    """The text that stands for class 1; None when the column holds 0 and 1."""
    minimum: float | None = None
    maximum: float | None = None
    """Measurements outside are set aside: censored or wrong."""
    licence: str
    citation: str
    limits: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[DataFile, ...]:
        """The files of the sets, in the order they are read. Raises UnknownName."""
        return tuple(file for part in self.sets for file in _files(part))

    @property
    def paths(self) -> list[Path]:
        """Where these files lie. Raises DataError saying how to get one that is absent."""
        return [path_of(part.partition("/")[0], file.name) for part in self.sets for file in _files(part)]

    @property
    def is_there(self) -> bool:
        """Whether every file is on this machine."""
        return all(root_of(file.path) for file in self.files)


def _files(part: str) -> tuple[DataFile, ...]:
    name, _, file = part.partition("/")
    return (data_set(name).file(file),) if file else data_set(name).files


class Endpoint(Config):
    """One measurable thing: how it is called, read, bounded and judged."""

    name: str
    title: str
    group: str
    what: str
    unit: str
    kind: Kind
    low: float
    high: float
    better: Better = "none"
    threshold: float | None = None
    meaning: str = ""
    hazard: bool = False
    transform: Transform = "none"
    views: tuple[str, ...] = ("ecfp6", "fcfp4", "atom_pair", "torsion")
    """Fingerprint views of the kernel."""
    data: Source

    @model_validator(mode="after")
    def _threshold_in_range(self) -> Endpoint:
        if self.threshold is not None and not self.low <= self.threshold <= self.high:
            raise ValueError(f"threshold {self.threshold} is outside [{self.low}, {self.high}]")
        if self.hazard and self.better != "low":
            raise ValueError("a hazard is better low")
        return self

    def property(self) -> Property:
        """The part of the facts that travels with every number."""
        return Property(
            self.name,
            self.title,
            self.unit,
            self.kind,
            self.better,
            self.low,
            self.high,
            self.threshold,
            self.meaning,
            self.hazard,
        )


@cache
def endpoints() -> dict[str, Endpoint]:
    """Every endpoint by name, in the order of the file."""
    text = files("pharmakon.predict").joinpath("endpoints.toml").read_text(encoding="utf-8")
    return {
        name: build(Endpoint, {"name": name, **facts}, where=f"endpoints.toml [{name}]")
        for name, facts in tomllib.loads(text).items()
    }


def endpoint(name: str) -> Endpoint:
    """One endpoint. Raises UnknownName with a suggestion."""
    try:
        return endpoints()[name]
    except KeyError:
        raise UnknownName("endpoint", name, endpoints()) from None
