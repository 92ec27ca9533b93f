"""Pharmacophore: which donors, acceptors, charges, rings and greasy groups a molecule has, and how far apart."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, DataStructs
from rdkit.Chem import Mol

NEAREST, FARTHEST, DISCONNECTED = 2, 8, 100
"""Bonds: features that are nearer make no pair, those from FARTHEST on are all as far, no path is 100 long."""
_BINS, _FEATURES = FARTHEST + 1, 8


def pharmacophore_similarity(smiles: str, to: str) -> float:
    """Tanimoto of the pairs and triples of features at their distances along bonds, 0 to 1; NaN without a pair."""
    one, other = (_read(text) for text in (smiles, to))
    if not one.GetNumOnBits() or not other.GetNumOnBits():
        return float("nan")
    return float(DataStructs.TanimotoSimilarity(one, other))


def pharmacophores(mol: Mol) -> DataStructs.SparseBitVect:
    """A bit for each pair and triple of features with their distances that a molecule has.

    Gobbi & Poppinger, Biotechnol. Bioeng. 1998, 61, 47; features and distances as in RDKit's Gobbi_Pharm2D, whose
    fingerprint has as many bits, numbered otherwise.
    """
    found = [(kind, match[0]) for kind, query in enumerate(_queries()) for match in mol.GetSubstructMatches(query)]
    bits = DataStructs.SparseBitVect((_FEATURES * _BINS) ** 3 + (_FEATURES * _FEATURES * _BINS))
    if len(found) < 2:
        return bits
    kinds, atoms = np.array(found, np.int64).T
    apart = Chem.GetDistanceMatrix(mol)[np.ix_(atoms, atoms)].astype(np.int64)
    apart[(apart < NEAREST) | (apart >= DISCONNECTED)] = 0
    np.minimum(apart, FARTHEST, out=apart)
    bits.SetBitsFromList(np.concatenate([_pairs(kinds, apart), _triples(kinds, apart)]).tolist())
    return bits


def _pairs(kinds: NDArray[np.int64], apart: NDArray[np.int64]) -> NDArray[np.int64]:
    one, two = _choices(len(kinds), 2)
    distance = apart[one, two]
    key: NDArray[np.int64] = (kinds[one] * _FEATURES + kinds[two]) * _BINS + distance
    return np.unique(key[distance > 0]) + (_FEATURES * _BINS) ** 3


def _triples(kinds: NDArray[np.int64], apart: NDArray[np.int64]) -> NDArray[np.int64]:
    one, two, three = _choices(len(kinds), 3)
    # Distances opposite to a feature: features that are alike change places until the distances fall.
    a, b, c = apart[two, three], apart[one, three], apart[one, two]
    there = (a > 0) & (b > 0) & (c > 0)
    k, m, n, a, b, c = (x[there] for x in (kinds[one], kinds[two], kinds[three], a, b, c))
    for _ in range(2):
        a, b = np.where((k == m) & (a < b), (b, a), (a, b))
        b, c = np.where((m == n) & (b < c), (c, b), (b, c))
    return np.unique(((k * _FEATURES + m) * _FEATURES + n) * _BINS**3 + (a * _BINS + b) * _BINS + c)


@lru_cache(maxsize=128)
def _choices(n: int, size: int) -> NDArray[np.int64]:
    return np.array(list(combinations(range(n), size)), np.int64).reshape(-1, size).T


@cache
def _queries() -> tuple[Mol, ...]:
    """A pattern of one atom for each kind of feature, in the order of their names."""
    from rdkit.Chem.Pharm2D import Gobbi_Pharm2D

    patterns = Gobbi_Pharm2D.factory.featFactory.GetFeatureDefs()  # type: ignore[attr-defined]
    return tuple(Chem.MolFromSmarts(patterns[name]) for name in sorted(patterns))


@lru_cache(maxsize=256)
def _read(smiles: str) -> DataStructs.SparseBitVect:
    return pharmacophores(Chem.MolFromSmiles(smiles))
