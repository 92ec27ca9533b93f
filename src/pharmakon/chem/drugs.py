"""Approved drugs by their names."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Drug:
    """An approved small molecule of ChEMBL (CC BY-SA 3.0). `approved` is the year it first was, 0 where unknown."""

    name: str
    smiles: str
    chembl: str
    approved: int


def named(text: str) -> Drug | None:
    """The drug of this name, in large or small letters; None where there is none."""
    return _drugs().get(_plain(text))


def beginning(text: str, *, limit: int = 12) -> list[Drug]:
    """Drugs whose name begins with a text, then those that have it inside, each by name."""
    wanted = _plain(text)
    if not wanted:
        return []
    first = [drug for name, drug in _drugs().items() if name.startswith(wanted)]
    inside = [drug for name, drug in _drugs().items() if wanted in name[1:] and not name.startswith(wanted)]
    return [*first, *inside][:limit]


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


@cache
def _drugs() -> dict[str, Drug]:
    with (files("pharmakon.chem") / "tables" / "drug_names.csv").open(encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return {
            row["name"]: Drug(row["name"], row["smiles"], f"CHEMBL{row['chembl']}", int(row["approved"] or 0))
            for row in rows
        }
