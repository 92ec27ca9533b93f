"""Real molecules without a part, which tell a good explanation from a bad one.

Is the part worth what its atoms add up to? A part is what hangs on one single bond outside rings, at most half of the
atoms; a hydrogen takes its place. Unlike a masked molecule, what is left is one that a model was made for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.core.types import Floats


@dataclass(frozen=True, slots=True)
class Cut:
    """The atoms of a part, and the molecule without it."""

    part: tuple[int, ...]
    rest: Mol


def cuts(mol: Mol) -> list[Cut]:
    """Every cut of a molecule."""
    found = []
    silence = rdBase.BlockLogs()
    for bond in mol.GetBonds():
        if bond.IsInRing() or bond.GetBondType() != Chem.BondType.SINGLE:
            continue
        apart = Chem.RWMol(mol)
        apart.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
        pieces = Chem.GetMolFrags(apart)
        part = min(pieces, key=len)
        if len(pieces) == 2 and 2 * len(part) <= mol.GetNumAtoms():
            stump = bond.GetEndAtomIdx() if bond.GetBeginAtomIdx() in part else bond.GetBeginAtomIdx()
            rest = _without(mol, part, stump)
            if rest is not None:
                found.append(Cut(part, rest))
    del silence
    return found


def _without(mol: Mol, part: Sequence[int], stump: int) -> Mol | None:
    left = Chem.RWMol(mol)
    atom = left.GetAtomWithIdx(stump)
    if atom.GetNoImplicit() or (atom.GetIsAromatic() and atom.GetAtomicNum() != 6):
        atom.SetNumExplicitHs(atom.GetNumExplicitHs() + 1)
    for index in sorted(part, reverse=True):
        left.RemoveAtom(index)
    if Chem.SanitizeMol(left, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return None
    return Chem.MolFromSmiles(Chem.MolToSmiles(left))


@dataclass(slots=True)
class Compared:
    """Of many cuts what a model loses with each part, and what two explanations make of the part."""

    lost: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    masked: list[float] = field(default_factory=list)

    def add(self, found: Sequence[Cut], lost: Floats, ours: Floats, masked: Floats) -> None:
        """Take in the cuts of one molecule; `ours` and `masked` are its atoms' shares."""
        self.lost += lost.tolist()
        self.ours += [float(ours[list(cut.part)].sum()) for cut in found]
        self.masked += [float(masked[list(cut.part)].sum()) for cut in found]

    @property
    def agreement(self) -> tuple[float, float]:
        """Spearman's correlation of either with what is lost."""
        from scipy.stats import spearmanr

        if len(set(self.lost)) < 2:
            return np.nan, np.nan
        ours, masked = (float(spearmanr(self.lost, each).statistic) for each in (self.ours, self.masked))
        return ours, masked
