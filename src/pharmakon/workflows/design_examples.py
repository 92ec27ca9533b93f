"""Goals to start from: small ones that show what can be asked, and that run as they are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """A goal with what it shows; `goal` is what a goal file would hold."""

    name: str
    title: str
    what: str
    goal: Mapping[str, Any]


@cache
def examples() -> Mapping[str, Example]:
    """Every example by its name, the quickest first."""
    text = files("pharmakon.workflows").joinpath("design_examples.toml").read_text(encoding="utf-8")
    return {name: Example(name, **facts) for name, facts in tomllib.loads(text).items()}
