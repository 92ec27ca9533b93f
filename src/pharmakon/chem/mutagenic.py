"""Structural alerts for mutagenicity, and the surroundings of atoms that tell a known molecule from a strange one.

The alerts are of the three published collections that expert systems for the Ames test build on: Ashby and Tennant,
Mutation Research 257 (1991) 229; Kazius et al., J. Med. Chem. 48 (2005) 312; Benigni and Bossa, Mutation Research 659
(2008) 248. The SMARTS are our own.
"""

from __future__ import annotations

import csv
import functools
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import Mol, rdFingerprintGenerator

from .alerts import Alert

SET = "mutagenic"


@functools.cache
def mutagenic_table() -> dict[str, dict[str, str]]:
    """tables/mutagenic.csv by name: `smarts`, `mechanism` (how DNA is harmed), `source`, and `cohort`.

    `cohort` is the group of ICH M7's cohort of concern, highly potent mutagens, that the alert stands for; or "".
    """
    text = resources.files(__package__).joinpath("tables/mutagenic.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {row["name"]: row for row in csv.DictReader(lines)}


def mutagenic_alerts(mol: Mol) -> list[Alert]:
    """The alerts that a molecule has, each once with all atoms it hits, in the order of the table."""
    found = []
    for name, query in _queries().items():
        if atoms := {atom for place in mol.GetSubstructMatches(query) for atom in place}:
            found.append(Alert(name, SET, tuple(sorted(atoms))))
    return found


def surroundings(mol: Mol, *, radius: int = 1) -> NDArray[np.uint32]:
    """A hash of each atom with what lies within `radius` bonds of it (Morgan), (atoms,)."""
    more = rdFingerprintGenerator.AdditionalOutput()
    more.AllocateBitInfoMap()
    _morgan(radius).GetSparseCountFingerprint(mol, additionalOutput=more)
    own, reached = np.zeros(mol.GetNumAtoms(), np.uint32), np.full(mol.GetNumAtoms(), -1)
    for bit, places in more.GetBitInfoMap().items():
        for atom, distance in places:
            if distance > reached[atom]:  # a lone atom has none but its own
                own[atom], reached[atom] = bit, distance
    return own


def site(mol: Mol, alert: Alert) -> list[int]:
    """The atoms of an alert, and of the fused rings that hold one of them or bear one."""
    systems: list[set[int]] = []
    for ring in map(set, mol.GetRingInfo().AtomRings()):
        joined = [system for system in systems if system & ring]
        systems = [system for system in systems if not system & ring] + [ring.union(*joined)]
    atoms = set(alert.atoms)
    near = atoms | {other.GetIdx() for i in atoms for other in mol.GetAtomWithIdx(i).GetNeighbors()}
    return sorted(atoms.union(*(system for system in systems if system & near)))


@functools.cache
def _queries() -> dict[str, Mol]:
    return {name: Chem.MolFromSmarts(row["smarts"]) for name, row in mutagenic_table().items()}


@functools.cache
def _morgan(radius: int) -> Any:
    # Every atom is listed, also where two share a neighbourhood.
    return rdFingerprintGenerator.GetMorganGenerator(radius=radius, includeRedundantEnvironments=True)
