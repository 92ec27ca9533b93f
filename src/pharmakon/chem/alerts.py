"""Structural alerts: published sets with the atoms they hit, and a filter for molecules no chemist would draw."""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from rdkit import Chem
from rdkit.Chem import FilterCatalog, Mol, rdqueries

from pharmakon.core.errors import UnknownName

from .strain import ring_problems

_RADICAL = Chem.RWMol()
_RADICAL.AddAtom(rdqueries.NumRadicalElectronsGreaterQueryAtom(0))

SETS: dict[str, tuple[str, ...]] = {
    "pains": ("PAINS_A", "PAINS_B", "PAINS_C"),
    "brenk": ("BRENK",),
    "nih": ("NIH",),
    "glaxo": ("CHEMBL_Glaxo",),
    "surechembl": ("CHEMBL_SureChEMBL",),
    "mlsmr": ("CHEMBL_MLSMR",),
    "inpharmatica": ("CHEMBL_Inpharmatica",),
    "lint": ("CHEMBL_LINT",),
}
"""The sets by name. RDKit's CHEMBL_BMS repeats NIH and its CHEMBL_Dundee repeats BRENK, so neither is here."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that matched: `atoms` are all atoms it hit, in ascending order."""

    name: str
    set: str
    atoms: tuple[int, ...]


def find(mol: Mol | None, *, sets: Sequence[str] = ("pains", "brenk")) -> list[Alert]:
    """The rules of the named `SETS` that match, each once, in order of set and rule."""
    if mol is None:
        return []
    found: list[Alert] = []
    for name in sets:
        for entry in _catalog(name).GetMatches(mol):
            # An entry reports only the first place it hits; its pattern finds the others.
            patterns = [match.filterMatch.GetPattern() for match in entry.GetFilterMatches(mol)]
            atoms = {atom for pattern in patterns for place in mol.GetSubstructMatches(pattern) for atom in place}
            found.append(Alert(entry.GetDescription(), name, tuple(sorted(atoms))))
    return found


def unwanted(mol: Mol | None, *, macrocycles: bool = False) -> list[str]:
    """Why a molecule is absurd, in words; empty for a sane one. Meant for every generated molecule.

    It is not a toxicity filter: it asks whether a molecule could sit in a bottle, not whether it should be taken.
    `macrocycles` allows rings of 12 atoms or more, which some 2 % of approved drugs have.
    """
    if mol is None:
        return ["unreadable"]
    found = [
        reason
        for reason, core, whole in _unwanted_queries()
        if mol.HasSubstructMatch(core) and (whole is core or mol.HasSubstructMatch(whole))
    ]
    if mol.HasSubstructMatch(_RADICAL):
        found.append("radical")
    return found + ring_problems(mol, macrocycles=macrocycles)


def times(mol: Mol, reason: str) -> int:
    """How often a reason of `unwanted` holds of a molecule; once where it is of the molecule as a whole."""
    whole = {name: query for name, _, query in _unwanted_queries()}.get(reason)
    return len(mol.GetSubstructMatches(whole)) if whole is not None else 1


@functools.cache
def _unwanted_queries() -> list[tuple[str, Any, Any]]:
    """The table tables/unwanted.csv as (reason, core, whole). Its lines that start with # are headings.

    A whole pattern's exceptions, !$(...), are each searched for in the whole molecule before anything else, so a
    pattern without them, the core, is tried first: it is 3 times faster and nearly always says no.
    """
    text = resources.files(__package__).joinpath("tables/unwanted.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    queries = []
    for row in csv.DictReader(lines):
        whole = Chem.MolFromSmarts(row["smarts"])
        core = without_exceptions(row["smarts"])
        queries.append((row["reason"], whole if core == row["smarts"] else Chem.MolFromSmarts(core), whole))
    return queries


def without_exceptions(smarts: str) -> str:
    """A SMARTS without its `;!$(...)` conditions; it matches whatever the original matches, and more."""
    while (start := smarts.find(";!$(")) >= 0:
        depth, end = 1, start + len(";!$(")
        while depth:
            depth += {"(": 1, ")": -1}.get(smarts[end], 0)
            end += 1
        smarts = smarts[:start] + smarts[end:]
    return smarts


@functools.cache
def _catalog(name: str) -> Any:
    if name not in SETS:
        raise UnknownName("alert set", name, SETS)
    wanted = FilterCatalog.FilterCatalogParams()
    for catalog in SETS[name]:
        wanted.AddCatalog(getattr(FilterCatalog.FilterCatalogParams.FilterCatalogs, catalog))
    return FilterCatalog.FilterCatalog(wanted)
