"""Pharmacophore: which donors, acceptors, charges, rings and greasy groups a molecule has, and how far apart."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rdkit import Chem, DataStructs
from rdkit.Chem import Mol


def pharmacophore_similarity(smiles: str, to: str) -> float:
    """Tanimoto of the pairs and triples of features at their distances along bonds, 0 to 1.

    Gobbi & Poppinger, Biotechnol. Bioeng. 1998, 61, 47. NaN where either has no two features.
    """
    one, other = (_fingerprint(text) for text in (smiles, to))
    if not one.GetNumOnBits() or not other.GetNumOnBits():
        return float("nan")
    return float(DataStructs.TanimotoSimilarity(one, other))


@lru_cache(maxsize=256)
def _fingerprint(smiles: str) -> Any:
    from rdkit.Chem.Pharm2D import Generate, Gobbi_Pharm2D

    mol: Mol = Chem.MolFromSmiles(smiles)
    return Generate.Gen2DFingerprint(mol, Gobbi_Pharm2D.factory)
