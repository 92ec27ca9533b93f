"""The properties a chemist names, each computed from the structure alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import QED, Mol, rdMolDescriptors

from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Better, Floats, Property

from . import alerts
from .conformers import conformers
from .precedent import unprecedented
from .synthesis import sa_score


def _stereo_centres(mol: Mol) -> int:
    if not mol.HasProp("_StereochemDone"):
        Chem.AssignStereochemistry(mol, flagPossibleStereoCenters=True)
    return rdMolDescriptors.CalcNumAtomStereoCenters(mol)


def _lipinski_violations(mol: Mol) -> float:
    return float(
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


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    unit: str
    function: Callable[[Mol], float]
    better: Better = "none"
    threshold: float | None = None
    meaning: str = ""
    low: float | None = 0
    high: float | None = None
    hazard: bool = False


_TABLE: dict[str, _Row] = {
    "mw": _Row("Molecular weight", "g/mol", rdMolDescriptors._CalcMolWt, "low", 500, "at most 500 (Lipinski)"),
    "heavy_atoms": _Row("Heavy atoms", "count", Mol.GetNumHeavyAtoms),
    "logp": _Row("logP (Crippen)", "log10 units", _logp, "low", 5, "at most 5 (Lipinski)", low=None),
    "molar_refractivity": _Row("Molar refractivity (Crippen)", "cm³/mol", _refractivity, low=None),
    "tpsa": _Row(
        "Polar surface area", "Å²", rdMolDescriptors.CalcTPSA, "low", 140, "at most 140: absorbed by mouth (Veber)"
    ),
    "hbd": _Row("Hydrogen-bond donors", "count", rdMolDescriptors.CalcNumHBD, "low", 5, "at most 5 (Lipinski)"),
    "hba": _Row("Hydrogen-bond acceptors", "count", rdMolDescriptors.CalcNumHBA, "low", 10, "at most 10 (Lipinski)"),
    "rotatable_bonds": _Row(
        "Rotatable bonds",
        "count",
        rdMolDescriptors.CalcNumRotatableBonds,
        "low",
        10,
        "at most 10: absorbed by mouth (Veber)",
    ),
    "rings": _Row("Rings", "count", rdMolDescriptors.CalcNumRings),
    "aromatic_rings": _Row(
        "Aromatic rings", "count", rdMolDescriptors.CalcNumAromaticRings, "low", 3, "at most 3 (Ritchie)"
    ),
    "largest_ring": _Row("Atoms in the largest ring", "count", _largest_ring),
    "heteroatoms": _Row("Hetero-atoms", "count", rdMolDescriptors.CalcNumHeteroatoms),
    "fsp3": _Row(
        "sp3 share of carbons",
        "fraction",
        rdMolDescriptors.CalcFractionCSP3,
        "high",
        0.42,
        "at least 0.42 (Lovering)",
        high=1,
    ),
    "charge": _Row("Formal charge", "e", Chem.GetFormalCharge, low=None),
    "stereo_centres": _Row("Stereo centres", "count", _stereo_centres, "low", 4, "at most 4: practical to make"),
    "spiro_atoms": _Row("Spiro atoms", "count", rdMolDescriptors.CalcNumSpiroAtoms),
    "bridgeheads": _Row("Bridgehead atoms", "count", rdMolDescriptors.CalcNumBridgeheadAtoms),
    "lipinski_violations": _Row(
        "Rule-of-five violations", "count", _lipinski_violations, "low", 1, "at most 1: drug-like (Lipinski)", high=4
    ),
    "qed": _Row("Drug-likeness (QED)", "score", _qed, "high", 0.5, "at least 0.5: as most oral drugs", high=1),
    "sa_score": _Row("Synthetic accessibility", "score", sa_score, "low", 4.5, "at most 4.5: makeable", low=1, high=10),
    "alerts": _Row("Structural alerts (PAINS, Brenk)", "count", _alerts, "low", 0, "none", hazard=True),
}

_UNRANKED: dict[str, _Row] = {
    "unprecedented_rings": _Row(
        "Ring systems rare in ChEMBL", "count", lambda mol: len(unprecedented(mol)), "low", 0, "none: all made before"
    ),
}
"""More of them, of which nobody knows where approved drugs lie."""


def _properties(table: dict[str, _Row]) -> dict[str, Property]:
    return {
        name: Property(name, r.title, r.unit, "regression", r.better, r.low, r.high, r.threshold, r.meaning, r.hazard)
        for name, r in table.items()
    }


NAMED: dict[str, Property] = _properties(_TABLE)
UNRANKED: dict[str, Property] = _properties(_UNRANKED)


RDKIT = "rdkit."
"""What the name of one of RDKit's own descriptors begins with: "rdkit.BertzCT"."""


def descriptor(name: str) -> Property | None:
    """What a name stands for: one of NAMED or UNRANKED, or one of RDKit's with `RDKIT` before it; None for no name."""
    if not name.startswith(RDKIT):
        return NAMED.get(name) or UNRANKED.get(name)
    function = _rdkit().get(name.removeprefix(RDKIT))
    return None if function is None else Property(name, f"RDKit's {name.removeprefix(RDKIT)}", "", "regression")


def descriptor_names() -> list[str]:
    """All that `descriptor` knows."""
    return [*NAMED, *UNRANKED, *(RDKIT + name for name in _rdkit())]


@cache
def _rdkit() -> dict[str, Callable[[Mol], float]]:
    """RDKit's descriptors of the graph and of the lowest-energy conformer."""
    from rdkit.Chem import Descriptors, Descriptors3D

    return dict(Descriptors.descList) | {name: _in_space(function) for name, function in Descriptors3D.descList}


def _in_space(function: Callable[..., float]) -> Callable[[Mol], float]:
    """A descriptor of the lowest-energy conformer found, hydrogens included; NaN where there is none."""

    def value(mol: Mol) -> float:
        placed = conformers(Chem.MolToSmiles(mol))
        return math.nan if placed is None else float(function(placed, confId=0))

    return value


def _guarded(function: Callable[[Mol], float]) -> Callable[[Mol], float]:
    """NaN where RDKit raises: some divide by zero for molecules of one atom."""

    def value(mol: Mol) -> float:
        try:
            return float(function(mol))
        except Exception:  # noqa: BLE001  RDKit has many kinds; the molecule has no such value
            return math.nan

    return value


def named(mols: Sequence[Mol | None], name: str) -> Floats:
    """One property of each molecule, shape (n,); NaN for None, and where RDKit's own has no value."""
    if row := _TABLE.get(name) or _UNRANKED.get(name):
        function = row.function
    elif descriptor(name) is not None:
        function = _guarded(_rdkit()[name.removeprefix(RDKIT)])
    else:
        raise UnknownName("descriptor", name, descriptor_names())
    silence = rdBase.BlockLogs()
    values = [float(function(mol)) if mol is not None else math.nan for mol in mols]
    del silence
    return np.array(values, np.float64)
