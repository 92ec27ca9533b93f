"""Scorers of a user's own: what a goal file says of them, and how they are joined with the models."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.files import sha256
from pharmakon.core.types import Better, Estimates, Property, Scorer

__all__ = ["ScorerConfig", "Scorers"]

SECRET = re.compile(r"(?i)(^|&)[^=&]*(token|key|secret|password)[^=&]*=")
"""What a url's query must not hold: it would be recorded."""
TOGETHER = 20
"""Molecules that a function or a server gets at a time, unless the goal file says otherwise."""


class ScorerConfig(Config):
    """One scorer of your own: how it is asked, and what its number means."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", description="what goals call it")
    python: str = Field(
        "",
        pattern=r"^$|^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$",
        description="'module:function', in the working directory or installed: SMILES in a list, as many numbers out",
    )
    command: tuple[str, ...] = Field((), description="a program and its arguments, kept running: JSON lines in and out")
    url: str = Field("", description="a server's address: POST {smiles: [...]}, answered with {values: [...]}")
    title: str = Field("", description="what the number is, for reports; the name otherwise")
    unit: str = Field("", description="of the number")
    better: Better = Field("none", description="which end is good")
    low: float | None = Field(None, description="least number there can be; an answer below it is a failure")
    high: float | None = Field(None, description="largest number there can be; an answer above it is a failure")
    threshold: float | None = Field(None, description="what divides good from poor")
    hazard: bool = Field(False, description="whether it estimates a harm, which can only be wanted less")
    version: str = Field(
        "",
        description="your word for what its numbers depend on: kept answers of another version are not used. Without "
        "one, an edit of the function's file, or of a file among the command's words, counts as another",
    )
    timeout: float = Field(
        60.0, gt=0, description="seconds for a molecule; those handed over together (at_once) have the sum of theirs"
    )
    startup: float = Field(
        60.0, ge=0, description="seconds more for what a program or function is asked first each time it was started"
    )
    workers: int = Field(1, ge=1, le=256, description="programs kept running, or requests made, side by side")
    at_once: int = Field(
        0,
        ge=0,
        le=1000,
        description=f"molecules handed over at a time; 0 means 1 to a program and {TOGETHER} to a function or a server",
    )
    cache: bool = Field(True, description="whether answers are kept for other runs")
    authorization_env: str = Field(
        "", description="environment variable with the Authorization header for a url; its value is never recorded"
    )
    on_error: Literal["stop", "infeasible"] = Field(
        "stop",
        description="when a molecule fails: the run stops, to be resumed, or the molecule counts as breaking the "
        "constraints, with the reason in failed.csv",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [key for key in ("python", "command", "url") if getattr(self, key)]
        if len(ways) > 1:
            raise ValueError(f"scorer {self.name!r} needs one of python, command and url; has {' and '.join(ways)}")
        if self.command and not self.command[0]:
            raise ValueError(f"the command of scorer {self.name!r} begins with an empty word")
        if self.url:
            parts = urlsplit(self.url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(f"the url of scorer {self.name!r} begins with http:// or https:// and names a host")
            if parts.username or parts.password or SECRET.search(parts.query):
                raise ValueError(
                    f"the url of scorer {self.name!r} holds a password, which would be recorded; put the Authorization "
                    "header into an environment variable and name that as authorization_env"
                )
        if self.authorization_env and not self.url:
            raise ValueError(f"authorization_env of scorer {self.name!r} needs a url")
        ends = [end for end in (self.low, self.high) if end is not None]
        if len(ends) == 2 and ends[0] >= ends[1]:
            raise ValueError(f"low of scorer {self.name!r} is not below high")
        return self

    @property
    def meaning(self) -> Property:
        """What its number means."""
        return Property(
            self.name,
            self.title or self.name,
            self.unit,
            better=self.better,
            low=self.low,
            high=self.high,
            threshold=self.threshold,
            hazard=self.hazard,
        )

    @property
    def together(self) -> int:
        """Molecules handed over at a time."""
        return self.at_once or (1 if self.command else TOGETHER)

    def files(self) -> dict[str, str]:
        """SHA-256 of the files it is known to consist of: the function's, and those among the command's words."""
        from pharmakon.engine.function import source

        if self.python:
            place = source(self.python)
            return {place.name: sha256(place)} if place is not None else {}
        words = (word.rpartition("=")[2] for word in self.command)
        return {word: sha256(word) for word in words if os.path.isfile(word)}  # noqa: PTH113 - Path raises on some words

    def definition(self) -> dict[str, Any]:
        """What a record says of it: how it is asked, its version and its files."""
        ways = {"python": self.python, "command": list(self.command), "url": self.url}
        return {
            **{key: way for key, way in ways.items() if way},
            **({"version": self.version} if self.version else {}),
            **({"files": files} if (files := self.files()) else {}),
        }

    def identity(self) -> str:
        """A hash of what its numbers depend on, as far as can be seen; of a version, its user's word is taken."""
        seen = self.definition()
        if self.version:
            seen.pop("files", None)
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


class Scorers:
    """Several scorers as one: each is asked for what it has."""

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        self._owner = {name: scorer for scorer in scorers for name in scorer.properties}
        self.properties: Mapping[str, Property] = {
            name: what for scorer in scorers for name, what in scorer.properties.items()
        }

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """See core.types.Scorer."""
        found: dict[str, Estimates] = {}
        for scorer in dict.fromkeys(self._owner[name] for name in names):
            found |= scorer.estimate(smiles, [name for name in names if self._owner[name] is scorer])
        return found
