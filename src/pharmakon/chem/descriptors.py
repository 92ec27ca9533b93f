"""The descriptor block: one pass over a molecule, each expensive vector computed once, about 1,300 molecules/s."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import cast

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdMolDescriptors, rdPartialCharges

from pharmakon.core.types import Floats

from .groups import GROUPS, count_groups
from .properties import NAMED, RDKIT, descriptor, descriptor_names, named

__all__ = ["NAMED", "NAMES", "RDKIT", "compute", "descriptor", "descriptor_names", "named"]

LIMIT = 1e5
"""No descriptor of a molecule within the size limit is larger than this in earnest."""

_FAST = rdMolDescriptors.NumRotatableBondsOptions.NonStrict

_CHEAP: dict[str, Callable[[Mol], float]] = {
    "mw": rdMolDescriptors._CalcMolWt,
    "tpsa": rdMolDescriptors.CalcTPSA,
    "hbd": rdMolDescriptors.CalcNumHBD,
    "no_count": rdMolDescriptors.CalcNumLipinskiHBA,
    "rotatable_bonds": lambda mol: rdMolDescriptors.CalcNumRotatableBonds(mol, _FAST),
    "heteroatoms": rdMolDescriptors.CalcNumHeteroatoms,
    "fsp3": rdMolDescriptors.CalcFractionCSP3,
    "rings": rdMolDescriptors.CalcNumRings,
    "aromatic_rings": rdMolDescriptors.CalcNumAromaticRings,
    "aliphatic_rings": rdMolDescriptors.CalcNumAliphaticRings,
    "saturated_rings": rdMolDescriptors.CalcNumSaturatedRings,
    "heterocycles": rdMolDescriptors.CalcNumHeterocycles,
    "aromatic_heterocycles": rdMolDescriptors.CalcNumAromaticHeterocycles,
    "aliphatic_heterocycles": rdMolDescriptors.CalcNumAliphaticHeterocycles,
    "saturated_heterocycles": rdMolDescriptors.CalcNumSaturatedHeterocycles,
    "spiro_atoms": rdMolDescriptors.CalcNumSpiroAtoms,
    "bridgeheads": rdMolDescriptors.CalcNumBridgeheadAtoms,
    "amide_bonds": rdMolDescriptors.CalcNumAmideBonds,
    "stereo_centres": rdMolDescriptors.CalcNumAtomStereoCenters,
    "chi0n": rdMolDescriptors.CalcChi0n,
    "chi0v": rdMolDescriptors.CalcChi0v,
    "chi1n": rdMolDescriptors.CalcChi1n,
    "chi1v": rdMolDescriptors.CalcChi1v,
    "kappa1": rdMolDescriptors.CalcKappa1,
    "hall_kier_alpha": rdMolDescriptors.CalcHallKierAlpha,
}
_ATOMIC = (
    "logp", "molar_refractivity", "labute_asa", "charge", "charged_atoms", "aromatic_atoms",
    "hydrogens", "valence_electrons", "chi0", "chi1", "wiener_mean", "diameter",
    "estate_max", "estate_min", "estate_abs_max", "estate_abs_min",
    "partial_charge_max", "partial_charge_min", "partial_charge_abs_max", "partial_charge_abs_min",
)  # fmt: skip
# Wildman and Crippen's atom types (JCICS 1999, 39, 868): a free account of each heavy atom's surroundings.
_TYPES = (
    *(f"C{i}" for i in range(1, 28)), "CS", *(f"N{i}" for i in range(1, 15)), "NS",
    *(f"O{i}" for i in range(1, 13)), "OS",
    "F", "Cl", "Br", "I", "Hal", "P", "S1", "S2", "S3", "Me1", "Me2",
)  # fmt: skip
# Their hydrogens, which cost as much again to type one by one: (logP, refractivity) of one on C, N, O and S, and what
# more an acid's or a hydroxylamine's has.
_HYDROGENS = {6: (0.1230, 1.057), 7: (0.2142, 0.9627), 8: (-0.2677, 1.395), 16: (-0.2677, 1.395)}
_HYDROXYLS = {
    Chem.MolFromSmarts("[$([OX2H1]C=[#6,#7,O,S]),$([OX2H1][O,S])]"): (0.5657, 0.41),
    Chem.MolFromSmarts("[OX2H1][#7]"): (0.4819, -0.4323),
}
_OUTER_ELECTRONS = np.array([Chem.GetPeriodicTable().GetNOuterElecs(number) for number in range(119)], np.float64)
_DISCONNECTED = 1e6
_RING_SIZES = (3, 4, 5, 6, 7, 8)
# Bin edges as in RDKit's PEOE_VSA, EState_VSA and VSA_EState.
_PEOE_EDGES = (-0.3, -0.25, -0.2, -0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
_ESTATE_EDGES = (-0.390, 0.290, 0.717, 1.165, 1.540, 1.807, 2.05, 4.69, 9.17, 15.0)
_AREA_EDGES = (4.78, 5.00, 5.410, 5.740, 6.00, 6.07, 6.45, 7.00, 11.0)

NAMES: tuple[str, ...] = (
    *_CHEAP,
    *_ATOMIC,
    *(f"rings_of_{size}" for size in _RING_SIZES[:-1]),
    f"rings_of_{_RING_SIZES[-1]}_up",
    *(f"peoe_vsa{i}" for i in range(1, 15)),
    *(f"estate_vsa{i}" for i in range(1, 12)),
    *(f"vsa_estate{i}" for i in range(1, 11)),
    *(f"group_{name}" for name in GROUPS),
    *(f"type_{name}" for name in _TYPES),
)

# What costs some 5 microseconds or less, beside the 42 counts of Nguyen et al., ChemMedChem 2009, 4, 1803 (MQN).
_QUICK = (
    "mw", "tpsa", "fsp3", "aromatic_rings", "saturated_rings", "aromatic_heterocycles", "spiro_atoms", "bridgeheads",
    "stereo_centres", "chi0n", "chi0v", "chi1n", "chi1v", "kappa1", "hall_kier_alpha",
)  # fmt: skip
QUICK_NAMES: tuple[str, ...] = (*_QUICK, *(f"mqn{i}" for i in range(1, 43)))


def quick(mols: Sequence[Mol | None]) -> NDArray[np.float32]:
    """A part of the block and the MQN counts, at seven times its speed, shape (n, len(QUICK_NAMES))."""
    functions = [_CHEAP[name] for name in _QUICK]
    block = np.full((len(mols), len(QUICK_NAMES)), np.nan, np.float32)
    silence = rdBase.BlockLogs()
    for row, mol in zip(block, mols, strict=True):
        if mol is not None:
            if not mol.HasProp("_StereochemDone"):
                Chem.AssignStereochemistry(mol, flagPossibleStereoCenters=True)
            row[:] = [*(function(mol) for function in functions), *rdMolDescriptors.MQNs_(mol)]
    del silence
    return np.clip(np.nan_to_num(block, nan=np.nan, posinf=LIMIT, neginf=-LIMIT), -LIMIT, LIMIT)


def compute(mols: Sequence[Mol | None]) -> NDArray[np.float32]:
    """The block, shape (n, len(NAMES)): finite for every molecule, a row of NaN for None."""
    block = np.full((len(mols), len(NAMES)), np.nan, np.float32)
    silence = rdBase.BlockLogs()
    for row, mol in zip(block, mols, strict=True):
        if mol is not None:
            row[:] = np.clip(np.nan_to_num(np.array(_describe(mol)), posinf=LIMIT, neginf=-LIMIT), -LIMIT, LIMIT)
    del silence
    return block


def _describe(mol: Mol) -> list[float]:
    if not mol.HasProp("_StereochemDone"):
        Chem.AssignStereochemistry(mol, flagPossibleStereoCenters=True)
    sizes = Counter(min(len(ring), _RING_SIZES[-1]) for ring in mol.GetRingInfo().AtomRings())
    atoms = _Atoms(mol)
    return [
        *(function(mol) for function in _CHEAP.values()),
        *atoms.crippen(mol),
        *atoms.summary(),
        *map(sizes.get, _RING_SIZES, repeat(0)),
        *_binned(atoms.partial_charge, atoms.area, _PEOE_EDGES),
        *_binned(atoms.estate, atoms.area, _ESTATE_EDGES),
        *_binned(atoms.area, atoms.estate, _AREA_EDGES),
        *count_groups(mol),
        *map(atoms.types.get, _TYPES, repeat(0)),
    ]


def _binned(key: Floats, weight: Floats, edges: tuple[float, ...]) -> list[float]:
    """Sum of `weight` over the atoms whose `key` falls in each bin."""
    where = np.searchsorted(edges, key, side="right")
    return cast(list[float], np.bincount(where, weights=weight, minlength=len(edges) + 1).tolist())


class _Atoms:
    """Vectors over atoms that several descriptors share."""

    def __init__(self, mol: Mol) -> None:
        rdPartialCharges.ComputeGasteigerCharges(mol, 12, False)
        rows = [
            (
                atom.GetAtomicNum(),
                atom.GetDegree(),
                atom.GetTotalNumHs(),
                atom.GetFormalCharge(),
                atom.GetIsAromatic(),
                atom.GetDoubleProp("_GasteigerCharge"),
            )
            for atom in mol.GetAtoms()
        ]
        columns = np.array(rows, np.float64).T
        self.number, self.degree, self.hydrogens, self.formal, self.aromatic, charge = columns
        self.outer = _OUTER_ELECTRONS[self.number.astype(np.intp)]
        # Gasteiger has no parameters for metals: their charge and their neighbours' come out as NaN.
        self.partial_charge = np.nan_to_num(charge, posinf=0.0, neginf=0.0)
        self.distance: Floats = np.asarray(Chem.GetDistanceMatrix(mol), np.float64)
        self.estate = self._estate()
        area, self.hydrogen_area = rdMolDescriptors._CalcLabuteASAContribs(mol)
        self.area: Floats = np.array(list(area))
        labels = [""] * len(rows)
        self.contributions: Floats = np.array(
            rdMolDescriptors._CalcCrippenContribs(mol, True, [0] * len(rows), labels), np.float64
        )
        self.types = Counter(labels)

    def _estate(self) -> Floats:
        """Electrotopological state (Hall, Mohney & Kier, JCICS 1991, 31, 76), as RDKit's, without its Python loop."""
        period = np.searchsorted((2, 10, 18, 36, 54, 86), self.number) + 1
        degree = np.where(self.degree > 0, self.degree, np.inf)
        intrinsic: Floats = (4.0 / period**2 * (self.outer - self.hydrogens) + 1) / degree
        weight = (self.distance + 1.0) ** -2
        return cast(Floats, intrinsic + intrinsic * weight.sum(axis=1) - weight @ intrinsic)

    def crippen(self, mol: Mol) -> list[float]:
        """logP and molar refractivity."""
        total = self.contributions.sum(axis=0)
        for hydroxyl, more in _HYDROXYLS.items():
            total += len(mol.GetSubstructMatches(hydroxyl)) * np.array(more)
        for number, each in _HYDROGENS.items():
            total += self.hydrogens[self.number == number].sum() * np.array(each)
        return cast(list[float], total.tolist())

    def summary(self) -> list[float]:
        """The values named by `_ATOMIC`, after the first two."""
        root = np.zeros_like(self.degree)
        np.power(self.degree, -0.5, out=root, where=self.degree > 0)
        connected = np.where(self.distance < _DISCONNECTED, self.distance, 0.0)
        n = len(self.degree)
        estate, charge = np.abs(self.estate), np.abs(self.partial_charge)
        return [
            self.area.sum() + self.hydrogen_area, self.formal.sum(), np.count_nonzero(self.formal), self.aromatic.sum(),
            self.hydrogens.sum(), self.outer.sum() + self.hydrogens.sum() - self.formal.sum(),
            root.sum(), root @ (self.distance == 1.0) @ root / 2,
            connected.sum() / max(1, n * (n - 1)), connected.max(),
            self.estate.max(), self.estate.min(), estate.max(), estate.min(),
            self.partial_charge.max(), self.partial_charge.min(), charge.max(), charge.min(),
        ]  # fmt: skip
