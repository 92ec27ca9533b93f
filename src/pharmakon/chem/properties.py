"""The properties a chemist names, each computed from the structure alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import QED, Mol, rdMolDescriptors

from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Better, Property

from . import alerts
from .synthesis import sa_score


def _stereo_centres(mol: Mol) -> int:
    return len(Chem.FindMolChiralCenters(mol, includeUnassigned=True, useLegacyImplementation=False))


def _lipinski_violations(mol: Mol) -> int:
    return (
        (rdMolDescriptors._CalcMolWt(mol) > 500)
        + (rdMolDescriptors.CalcCrippenDescriptors(mol)[0] > 5)
        + (rdMolDescriptors.CalcNumLipinskiHBD(mol) > 5)
        + (rdMolDescriptors.CalcNumLipinskiHBA(mol) > 10)
    )


def _largest_ring(mol: Mol) -> int:
    return max((len(ring) for ring in mol.GetRingInfo().AtomRings()), default=0)


def _qed(mol: Mol) -> float:
    return float(QED.qed(mol))


def _logp(mol: Mol) -> float:
    return float(rdMolDescriptors.CalcCrippenDescriptors(mol)[0])


def _refractivity(mol: Mol) -> float:
    return float(rdMolDescriptors.CalcCrippenDescriptors(mol)[1])


def _alerts(mol: Mol) -> int:
    return len(alerts.find(mol, sets=("pains", "brenk")))


Function = Callable[[Mol], float]


def _table() -> dict[str, tuple[Property, Function]]:
    rows: list[tuple[str, str, str, Better, float | None, float | None, float | None, str, Function]] = [
        # name, title, unit, better, low, high, threshold, meaning, function
        ("mw", "Molecular weight", "g/mol", "low", 0, None, 500, "at most 500: rule of five", rdMolDescriptors._CalcMolWt),
        ("heavy_atoms", "Heavy atoms", "count", "none", 0, None, None, "", lambda m: m.GetNumHeavyAtoms()),
        ("logp", "logP (Crippen)", "log10 units", "low", None, None, 5, "at most 5: rule of five", _logp),
        ("molar_refractivity", "Molar refractivity (Crippen)", "cm3/mol", "none", None, None, None, "", _refractivity),
        ("tpsa", "Polar surface area (topological)", "A^2", "low", 0, None, 140, "at most 140: absorbed by mouth (Veber)", rdMolDescriptors.CalcTPSA),
        ("hbd", "Hydrogen-bond donors", "count", "low", 0, None, 5, "at most 5: rule of five", rdMolDescriptors.CalcNumHBD),
        ("hba", "Hydrogen-bond acceptors", "count", "low", 0, None, 10, "at most 10: rule of five", rdMolDescriptors.CalcNumHBA),
        ("rotatable_bonds", "Rotatable bonds", "count", "low", 0, None, 10, "at most 10: absorbed by mouth (Veber)", rdMolDescriptors.CalcNumRotatableBonds),
        ("rings", "Rings", "count", "none", 0, None, None, "", rdMolDescriptors.CalcNumRings),
        ("aromatic_rings", "Aromatic rings", "count", "low", 0, None, 3, "at most 3: fewer failures in development", rdMolDescriptors.CalcNumAromaticRings),
        ("largest_ring", "Size of the largest ring", "count", "none", 0, None, None, "", _largest_ring),
        ("heteroatoms", "Heteroatoms", "count", "none", 0, None, None, "", rdMolDescriptors.CalcNumHeteroatoms),
        ("fsp3", "Fraction of sp3 carbons", "fraction", "high", 0, 1, 0.42, "at least 0.42: the mean of drugs (Lovering)", rdMolDescriptors.CalcFractionCSP3),
        ("charge", "Formal charge", "e", "none", None, None, None, "", Chem.GetFormalCharge),
        ("stereo_centres", "Stereo centres", "count", "low", 0, None, 4, "at most 4: practical to make", _stereo_centres),
        ("spiro_atoms", "Spiro atoms", "count", "none", 0, None, None, "", rdMolDescriptors.CalcNumSpiroAtoms),
        ("bridgeheads", "Bridgehead atoms", "count", "none", 0, None, None, "", rdMolDescriptors.CalcNumBridgeheadAtoms),
        ("lipinski_violations", "Rule-of-five violations", "count", "low", 0, 4, 1, "at most 1: drug-like (Lipinski)", _lipinski_violations),
        ("qed", "Drug-likeness (QED)", "score", "high", 0, 1, 0.5, "at least 0.5: near the mean of approved drugs", _qed),
        ("sa_score", "Synthetic accessibility", "score", "low", 1, 10, 4.5, "at most 4.5: can be made without heroics", sa_score),
        ("alerts", "Structural alerts (PAINS, Brenk)", "count", "low", 0, None, 0, "none found", _alerts),
    ]  # fmt: skip
    return {
        name: (Property(name, title, unit, "regression", better, low, high, threshold, meaning), function)
        for name, title, unit, better, low, high, threshold, meaning, function in rows
    }


_TABLE = _table()

NAMED: dict[str, Property] = {name: what for name, (what, _) in _TABLE.items()}


def named(mols: Sequence[Mol | None], name: str) -> NDArray[np.float64]:
    """One property of each molecule, shape (n,); NaN for None."""
    if name not in _TABLE:
        raise UnknownName("descriptor", name, NAMED)
    function = _TABLE[name][1]
    return np.array([float(function(mol)) if mol is not None else math.nan for mol in mols], np.float64)
