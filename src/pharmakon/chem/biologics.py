"""Medicines that have no structure to judge: proteins, polymers, mixtures, metals, told from their names."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Kind:
    """What such a medicine is, and why that is no structure; the names and the stems by which it is known."""

    what: str
    why: str
    ends: tuple[str, ...]
    names: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Whether a name, in small letters, is one of this kind."""
        words = name.split()
        named = any(f" {known} " in f" {name} " for known in self.names)
        return named or any(word.endswith(self.ends) and word not in self.ends for word in words)


def why_none(text: str) -> str:
    """Such as "adalimumab is an antibody, a protein of some 20,000 atoms"; an empty string for any other name."""
    name = " ".join(text.lower().split())
    found = next((kind for kind in kinds() if kind.has(name)), None)
    return f"{name} is {found.what}, {found.why}" if found else ""


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which they are looked through."""
    table = files("pharmakon.chem") / "tables" / "biologics.toml"
    rows = tomllib.loads(table.read_text(encoding="utf-8"))["kinds"]
    return tuple(Kind(row["what"], row["why"], tuple(row["ends"]), tuple(row["names"])) for row in rows)
