"""Patients who need warfarin: what a table says of age, size, race, genotypes and other drugs.

VKORC1 is the genotype at -1639 (rs9923231). Where it was not typed it is read off its neighbours, as the consortium did
(N. Engl. J. Med. 2009, 360, 753, supplement): rs9934438 in everybody; rs2359612, and after that rs8050894, in White and
Asian patients only, since in others they do not travel together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pharmakon.core.errors import UnknownName
from pharmakon.store.matrix import read_frame
from pharmakon.store.numbers import read_number

Race = Literal["White", "Asian", "Black", "unknown"]
RACES: tuple[Race, ...] = ("White", "Asian", "Black", "unknown")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "patient", "pharmgkb subject id"),
    "age": ("age",),
    "height": ("height", "height (cm)"),
    "weight": ("weight", "weight (kg)"),
    "race": ("race",),
    "cyp2c9": ("cyp2c9", "cyp2c9 consensus"),
    "vkorc1": ("vkorc1", "rs9923231", "vkorc1 -1639 consensus"),
    "rs9934438": ("rs9934438", "vkorc1 1173 consensus"),
    "rs2359612": ("rs2359612", "vkorc1 2255 consensus"),
    "rs8050894": ("rs8050894", "vkorc1 1542 consensus"),
    "amiodarone": ("amiodarone", "amiodarone (cordarone)"),
    "carbamazepine": ("carbamazepine", "carbamazepine (tegretol)"),
    "phenytoin": ("phenytoin", "phenytoin (dilantin)"),
    "rifampin": ("rifampin", "rifampicin", "rifampin or rifampicin"),
    "inducer": ("inducer", "enzyme inducer", "enzyme_inducer"),
    "dose": ("dose", "dose (mg/week)", "therapeutic dose of warfarin"),
    "stable": ("stable", "subject reached stable dose of warfarin"),
}
"""Each fact, and the columns that may hold it: plain names first, then those of the consortium's table."""

NEEDED = ("age", "height", "weight")
_FROM_1173 = {"C/C": "G/G", "C/T": "A/G", "T/T": "A/A"}
_FROM_1542 = {"G/G": "G/G", "C/G": "A/G", "C/C": "A/A"}


@dataclass(frozen=True, slots=True)
class Patient:
    """What the equations ask. None or "" where it is not known."""

    id: str = ""
    age: int | None = None
    """In decades: 6 for 60 to 69 years."""
    height: float | None = None
    """In cm."""
    weight: float | None = None
    """In kg."""
    race: Race = "unknown"
    vkorc1: str = ""
    """Genotype at -1639: G/G, A/G or A/A."""
    cyp2c9: str = ""
    """Two alleles, such as *1/*2."""
    inducer: bool = False
    """Takes carbamazepine, phenytoin or rifampicin."""
    amiodarone: bool = False
    dose: float | None = None
    """The weekly dose in mg that was found to be right, where it is known and stable."""


def read_patients(path: str | Path) -> list[Patient]:
    """The patients of a table, one a row; blank rows are left out. UnknownName without age, height or weight.

    Age is in years, or a band such as "60 - 69" or "90+". Drugs are 1, yes or true where taken; a blank is not taken.
    """
    frame = read_frame(path)
    named = {column.strip().casefold(): column for column in frame.columns}
    place = {fact: next((named[c] for c in names if c in named), None) for fact, names in COLUMNS.items()}
    for fact in NEEDED:
        if place[fact] is None:
            raise UnknownName("column", fact, map(str, frame.columns), where=str(path))
    found = []
    for number, row in enumerate(frame.to_dict("records"), start=1):
        cells = {fact: row[column] if column is not None else "" for fact, column in place.items()}
        if any(row.values()):
            found.append(_patient(cells, str(number)))
    return found


def _patient(cells: Mapping[str, str], number: str) -> Patient:
    race = race_of(cells["race"])
    stable = not cells["stable"] or _yes(cells["stable"])
    return Patient(
        cells["id"] or number,
        decade(cells["age"]),
        read_number(cells["height"])[0],
        read_number(cells["weight"])[0],
        race,
        vkorc1_of(lambda marker: cells["vkorc1" if marker == "rs9923231" else marker], race),
        _genotype(cells["cyp2c9"]),
        any(_yes(cells[drug]) for drug in ("inducer", "carbamazepine", "phenytoin", "rifampin")),
        _yes(cells["amiodarone"]),
        read_number(cells["dose"])[0] if stable else None,
    )


def decade(text: str) -> int | None:
    """60 to 69 years is 6, 90 and more is 9; of a number of years or a band."""
    first = text.replace("+", " ").replace("-", " ").replace("–", " ").split()
    years = read_number(first[0])[0] if first else None
    return None if years is None else min(int(years // 10), 9)


def race_of(text: str) -> Race:
    """The equations know White, Asian and Black; everything else, mixed and not said, is "unknown"."""
    folded = text.casefold()
    return next((race for race in RACES[:3] if folded.startswith(race.casefold())), "unknown")


def vkorc1_of(genotype: Callable[[str], str], race: Race) -> str:
    """The genotype at -1639, typed or read off a neighbour; "" where neither is possible."""
    if own := _genotype(genotype("rs9923231")):
        return own
    closely = race in ("White", "Asian")
    if closely and (found := _FROM_1173.get(_genotype(genotype("rs2359612")))):
        return found
    if found := _FROM_1173.get(_genotype(genotype("rs9934438"))):
        return found
    return _FROM_1542.get(_genotype(genotype("rs8050894")), "") if closely else ""


def _genotype(text: str) -> str:
    """Two alleles in alphabetical order, with a stroke between them."""
    parts = text.replace("|", "/").replace(" ", "").split("/")
    return "/".join(sorted(parts)) if len(parts) == 2 and all(parts) else text.strip()


def _yes(text: str) -> bool:
    return text.strip().casefold() in {"1", "1.0", "yes", "true", "y"}
