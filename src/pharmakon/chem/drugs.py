"""Approved drugs by their names."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pharmakon.core.errors import did_you_mean

ALIKE = 0.8
"""How alike a misspelt name and a drug's must be: "ciclosporin" and "cycloserine", 0.73, are two drugs."""


@dataclass(frozen=True, slots=True)
class Drug:
    """A medicine. `approved` is the year it first was, 0 where unknown; `chembl` its number there, "" where unknown.

    `source` says whose structure it is; tables/drug_names.md, under which terms.
    """

    name: str
    smiles: str
    chembl: str
    approved: int
    source: str = "ChEMBL"


def named(text: str) -> Drug | None:
    """The drug of this name or synonym, in large or small letters; None where there is none."""
    name = _plain(text)
    return _drugs().get(name) or _drugs().get(_usual(name))


def nearly(text: str) -> str:
    """'did you mean 'aspirin'?' for a name that is almost a drug's or a synonym; else an empty string."""
    return did_you_mean(_plain(text), [*_drugs(), *_synonyms()], alike=ALIKE)


def beginning(text: str, *, limit: int = 12) -> list[Drug]:
    """Drugs whose name or synonym begins with a text, then those that have it inside, each by name."""
    wanted = _plain(text)
    if not wanted:
        return []
    first = [drug for name, drug in _drugs().items() if name.startswith(wanted)]
    meant = [named(name) for name in _synonyms() if name.startswith(wanted)]
    first += [drug for drug in meant if drug is not None and drug not in first]
    inside = [drug for name, drug in _drugs().items() if wanted in name[1:] and not name.startswith(wanted)]
    return list(dict.fromkeys([*first, *inside]))[:limit]


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _usual(name: str) -> str:
    """A name as the table has it, the words of a salt one by one: "salbutamol sulphate" is albuterol sulfate."""
    return _synonyms().get(name) or " ".join(_synonyms().get(word, word) for word in name.split())


@cache
def _synonyms() -> dict[str, str]:
    with (files("pharmakon.chem") / "tables" / "drug_synonyms.csv").open(encoding="utf-8") as stream:
        return {row["synonym"]: row["name"] for row in csv.DictReader(stream)}


@cache
def _drugs() -> dict[str, Drug]:
    with (files("pharmakon.chem") / "tables" / "drug_names.csv").open(encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return {
            row["name"]: Drug(
                row["name"],
                row["smiles"],
                f"CHEMBL{row['chembl']}" if row["chembl"] else "",
                int(row["approved"] or 0),
                row["source"] or "ChEMBL",
            )
            for row in rows
        }
