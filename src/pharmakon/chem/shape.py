"""Shape: how much of two molecules' volumes coincide when they are laid on each other."""

from __future__ import annotations

from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.conformers import conformers


def shape_similarity(smiles: str, to: str) -> float:
    """The best shape Tanimoto of the conformers of two molecules, 0 to 1; NaN where one has no conformer.

    Heavy atoms as Gaussians, aligned by their overlap alone (as Grant, Gallardo & Pickup, J. Comput. Chem. 1996, 17,
    1653; RDKit's rdShapeAlign). Atom types are not looked at: a pharmacophore is another question.
    """
    from rdkit.Chem import rdShapeAlign

    one, other = _heavy(smiles), _heavy(to)
    if one is None or other is None:
        return float("nan")
    best = 0.0
    for i in range(other.GetNumConformers()):
        for j in range(one.GetNumConformers()):
            moved = Chem.Mol(one)  # the alignment moves it
            found = rdShapeAlign.AlignMol(other, moved, i, j, useColors=False, opt_param=1.0)[0]
            best = max(best, float(found))
    return min(1.0, best)


def _heavy(smiles: str) -> Mol | None:
    mol = conformers(smiles)
    return None if mol is None else Chem.RemoveHs(mol)
