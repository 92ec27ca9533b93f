"""How like a collection generated molecules are: the distribution metrics of GuacaMol.

Brown et al., J. Chem. Inf. Model. 2019, 59, 1096, as coded in its package 0.5.5. Molecules are compared without stereo.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import Descriptors, Mol

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import ROWS, tanimoto
from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats

CONTINUOUS = ("BertzCT", "MolLogP", "MolWt", "TPSA")
COUNTED = ("NumHAcceptors", "NumHDonors", "NumRotatableBonds", "NumAliphaticRings", "NumAromaticRings")
INNER = "internal_similarity"
BITS = 4096
POINTS, BINS, FLOOR = 1000, 10, 1e-10


def written(texts: Sequence[str]) -> list[str]:
    """The canonical SMILES, without stereo, of each text that is a molecule; "" for one that is not."""
    with rdBase.BlockLogs():
        mols = [Chem.MolFromSmiles(text) for text in texts]
        return [Chem.MolToSmiles(mol, isomericSmiles=False) if mol is not None else "" for mol in mols]


def share_valid(molecules: Sequence[str]) -> float:
    """Of texts as `written` gives them."""
    return sum(map(bool, molecules)) / len(molecules)


def share_unique(valid: Sequence[str]) -> float:
    """Different ones, of valid molecules."""
    return len(set(valid)) / len(valid)


def share_novel(different: Sequence[str], learnt: Collection[str]) -> float:
    """Those that were not learnt from, of different molecules."""
    return sum(smiles not in learnt for smiles in different) / len(different)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a collection's molecules are like: each descriptor's values, and how similar each is to its nearest."""

    values: Mapping[str, Floats]

    @classmethod
    def of(cls, smiles: Sequence[str]) -> Profile:
        """Of different molecules, two or more."""
        if len(smiles) < 2:
            raise UsageError("a distribution is that of two molecules or more")
        mols = [Chem.MolFromSmiles(s) for s in smiles]
        values = {name: np.array([_value(name, mol) for mol in mols]) for name in (*CONTINUOUS, *COUNTED)}
        return cls(values | {INNER: inner_similarity(mols)})


def inner_similarity(mols: Sequence[Mol]) -> Floats:
    """Of each molecule to the most similar other one: ECFP4 of 4,096 bits, shape (n,)."""
    packed = bits(mols, n_bits=BITS)
    nearest = np.zeros(len(mols))
    for start in range(0, len(mols), ROWS):
        block = tanimoto(packed[start : start + ROWS], packed)
        rows = np.arange(len(block))
        block[rows, start + rows] = 0.0
        nearest[start : start + ROWS] = block.max(axis=1)
    return nearest


def divergences(reference: Profile, sampled: Profile) -> dict[str, float]:
    """Kullback-Leibler divergence of each descriptor, 0 where both are distributed alike."""
    return {
        name: (_counted if name in COUNTED else _continuous)(values, sampled.values[name])
        for name, values in reference.values.items()
    }


def kl_score(found: Mapping[str, float]) -> float:
    """The mean of exp(-divergence): 1 is alike."""
    return float(np.mean(np.exp(-np.array(list(found.values())))))


def fcd_score(distance: float) -> float:
    """Of a Fréchet ChemNet distance: 1 is alike."""
    return float(np.exp(-0.2 * distance))


def _value(name: str, mol: Mol) -> float:
    value = float(getattr(Descriptors, name)(mol))
    return value if np.isfinite(value) else 0.0


def _continuous(reference: Floats, sampled: Floats) -> float:
    """Between kernel density estimates, read at a thousand points."""
    from scipy.stats import entropy, gaussian_kde

    both = np.concatenate([reference, sampled])
    at = np.linspace(both.min(), both.max(), POINTS)
    try:
        p, q = (gaussian_kde(values)(at) + FLOOR for values in (reference, sampled))
    except np.linalg.LinAlgError:
        raise UsageError("a descriptor is the same in all molecules: too few, or too alike, to be compared") from None
    return float(entropy(p, q))


def _counted(reference: Floats, sampled: Floats) -> float:
    """Between histograms whose ten bins are the reference's."""
    from scipy.stats import entropy

    p, edges = np.histogram(reference, bins=BINS, density=True)
    q, _ = np.histogram(sampled, bins=edges, density=True)
    return float(entropy(p + FLOOR, q + FLOOR))
