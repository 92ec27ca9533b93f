"""Patients who need warfarin: what a table says of age, size, race, genotypes and other drugs.

VKORC1 is the genotype at -1639 (rs9923231). Where it was not typed it is read off its neighbours, as the consortium did
(N. Engl. J. Med. 2009, 360, 753, supplement): rs9934438 in everybody; rs2359612, and after that rs8050894, in White and
Asian patients only, since in others they do not travel together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pharmakon.core.errors import UnknownName
from pharmakon.store.matrix import read_frame
from pharmakon.store.numbers import MISSING, read_number

Race = Literal["White", "Asian", "Black", "unknown"]
RACES: tuple[Race, ...] = ("White", "Asian", "Black", "unknown")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "patient", "patient id", "pharmgkb subject id"),
    "age": ("age", "age (years)"),
    "height": ("height", "height (cm)"),
    "weight": ("weight", "weight (kg)"),
    "race": ("race",),
    "cyp2c9": ("cyp2c9", "cyp2c9 consensus", "cyp2c9 genotype"),
    "vkorc1": ("vkorc1", "rs9923231", "vkorc1 -1639 consensus", "vkorc1 genotype"),
    "rs9934438": ("rs9934438", "vkorc1 1173 consensus"),
    "rs2359612": ("rs2359612", "vkorc1 2255 consensus"),
    "rs8050894": ("rs8050894", "vkorc1 1542 consensus"),
    "amiodarone": ("amiodarone", "amiodarone (cordarone)"),
    "carbamazepine": ("carbamazepine", "carbamazepine (tegretol)"),
    "phenytoin": ("phenytoin", "phenytoin (dilantin)"),
    "rifampin": ("rifampin", "rifampicin", "rifampin or rifampicin"),
    "inducer": ("inducer", "enzyme inducer"),
    "dose": ("dose", "dose (mg/week)", "therapeutic dose of warfarin"),
    "stable": ("stable", "subject reached stable dose of warfarin"),
}
"""Each fact, and the columns that may hold it: plain names first, then those of the consortium's table.

Case, spaces, signs and a plural s make no difference."""

NEEDED = ("age", "height", "weight")
INDUCERS = ("inducer", "carbamazepine", "phenytoin", "rifampin")
OLDEST = 100
"""Years. The consortium's last band is 90+; what is above this age is no age that it can have seen."""
_WORDS: Mapping[Race, str] = {
    "White": "white|caucasian|european",
    "Asian": "asian|chinese|japanese|korean|taiwanese|vietnamese|thai|malay|filipino",
    "Black": "black|african|afro",
}
_OTHER = re.compile(
    r"\b(other|mixed|multi\w*|biracial|more than one|two or more|hispanics?|latin[oaxe]s?|native|american indians?|"
    r"alaska\w*|pacific|hawaiian|declined|not (said|reported|known|available|specified)|refused)\b"
)
_MIXED = re.compile(r"\b(mixed|multi\w*|biracial|more than one|two or more)\b")
_NO_HISPANIC = re.compile(r"\b(non|not)\b[- ]*(of )?(hispanic|latin[oaxe])( or latin[oaxe])?( origin)?")
_TAKEN = frozenset({"1", "1.0", "yes", "true", "y"})
_NOT_TAKEN = frozenset({"", "0", "0.0", "no", "false", "n"})
_TELLING = re.compile(
    r"cyp ?2c9|vkorc|rs9923231|rs9934438|rs2359612|rs8050894|amiodaron|cordaron|carbamazepin|tegretol|phenytoin|"
    r"dilantin|rifamp|inducer|\brace"
)
_AGE = re.compile(r"([<>=≤≥]*)\s*([0-9]+(?:[.,][0-9]+)?)(?:\s*(?:-|–|to)\s*([0-9]+)|\s*(\+))?")
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
    problem: str = ""
    """What was written and cannot be understood, so that no dose can be told."""
    notes: tuple[str, ...] = ()
    """What was not understood and is taken as not known."""


def read_patients(path: str | Path) -> list[Patient]:
    """The patients of a table, one a row; blank rows are left out. UnknownName without age, height or weight.

    Age is in years, or a band such as "60 - 69" or "90+". Drugs are 1, yes or true where taken; a blank is not taken.
    """
    frame = read_frame(path)
    place = _places(frame.columns)
    for fact in NEEDED:
        if place[fact] is None:
            raise UnknownName("column", fact, map(str, frame.columns), where=str(path))
    found = []
    for number, row in enumerate(frame.to_dict("records"), start=1):
        cells = {fact: row[column] if column is not None else "" for fact, column in place.items()}
        if any(row.values()):
            found.append(_patient(cells, str(number)))
    return found


def unused_columns(path: str | Path) -> list[str]:
    """Columns that look like a genotype, a drug or a race, and are not read."""
    columns = list(map(str, read_frame(path).columns))
    used = set(_places(columns).values())
    return [column for column in columns if column not in used and _TELLING.search(_key(column))]


def _places(columns: Iterable[str]) -> dict[str, str | None]:
    """The column of each fact."""
    named: dict[str, str] = {}
    for column in columns:
        named.setdefault(_key(column), column)
    return {fact: next((named[k] for k in map(_key, names) if k in named), None) for fact, names in COLUMNS.items()}


def _key(column: str) -> str:
    return " ".join(word.removesuffix("s") for word in re.findall(r"[^\W_]+", column.casefold()))


def _patient(cells: Mapping[str, str], number: str) -> Patient:
    race, understood = race_said(cells["race"])
    sizes = {fact: _plain(cells[fact]) for fact in ("height", "weight", "dose")}
    taken = {drug: _yes(cells[drug]) for drug in (*INDUCERS, "amiodarone")}
    age = decade(cells["age"])
    unclear = [fact for fact in NEEDED if not _blank(cells[fact]) and (sizes | {"age": age})[fact] is None]
    unclear += [drug for drug, answer in taken.items() if answer is None]
    stable = _yes(cells["stable"]) if not _blank(cells["stable"]) else True
    notes = [] if understood else [f"race {cells['race']!r} is not understood: taken as mixed or other"]
    if stable is None:
        notes.append(f"stable {cells['stable']!r} is not understood: the dose is taken as not known")
    elif stable and sizes["dose"] is None and not _blank(cells["dose"]):
        notes.append(f"dose {cells['dose']!r} is not understood: taken as not known")
    return Patient(
        cells["id"] or number,
        age,
        sizes["height"],
        sizes["weight"],
        race,
        vkorc1_of(lambda marker: cells["vkorc1" if marker == "rs9923231" else marker], race),
        _genotype(cells["cyp2c9"]),
        any(taken[drug] for drug in INDUCERS),
        bool(taken["amiodarone"]),
        sizes["dose"] if stable else None,
        "; ".join(f"{fact} {cells[fact]!r} is not understood" for fact in unclear),
        tuple(notes),
    )


def decade(text: str) -> int | None:
    """60 to 69 years is 6, 90 to 100 is 9; of a number of years or a band within a decade, None for anything else."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        return None
    years, end = float(found[2].replace(",", ".")), found[3]
    nine = 90 <= years <= OLDEST
    if (found[1].strip("=") or found[4]) and (years < 90 or "<" in found[1] or "≤" in found[1]):
        return None  # 60+ and >60 are many decades, 90+ is the last
    if end and not years <= float(end) <= (OLDEST if nine else years // 10 * 10 + 10):
        return None
    if ">" in found[1] and years >= OLDEST:
        return OLDEST // 10
    return 9 if nine else int(years // 10)


def race_of(text: str) -> Race:
    """The equations know White, Asian and Black; everything else, mixed and not said, is "unknown"."""
    return race_said(text)[0]


def race_said(text: str) -> tuple[Race, bool]:
    """The race, and whether what was written is understood. A person of two races is "unknown"."""
    folded = _NO_HISPANIC.sub(" ", text.casefold().replace("_", " "))
    found = [race for race, words in _WORDS.items() if re.search(rf"\b({words})s?\b", folded)]
    if _MIXED.search(folded) or len(found) > 1:
        return "unknown", True
    if found and not re.search(r"\b(non|not|no)\b", folded):
        return found[0], True
    return "unknown", _blank(folded) or (not found and _OTHER.search(folded) is not None)


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


def _yes(text: str) -> bool | None:
    """Whether a drug is taken; a blank is not taken, None is a word that says neither."""
    folded = text.strip().casefold()
    if folded in _TAKEN:
        return True
    return False if folded in _NOT_TAKEN or _blank(text) else None


def _plain(text: str) -> float | None:
    """A number; None for "> 100", which is no one number."""
    value, qualifier, _ = read_number(text)
    return None if qualifier else value


def _blank(text: str) -> bool:
    return not text.strip() or text.strip().casefold() in MISSING
