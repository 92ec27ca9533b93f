"""What is odd about a molecule, and what of it is no fault because a user asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.alerts import times, unwanted
from pharmakon.chem.precedent import unprecedented


@dataclass(frozen=True, slots=True)
class Oddities:
    """Unwanted groups and unheard-of rings, and how often each may be there; nothing by default.

    They are counted: who keeps a sulfonyl fluoride has asked for one, and for no N-F beside it.
    """

    counts: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.counts)

    def excuse(self, mol: Mol) -> bool:
        """Whether a molecule has none but these."""
        # Rings first: they cost a third of the patterns, and refuse more.
        rings = Counter(unprecedented(mol))
        return all(n <= self.counts.get(ring, 0) for ring, n in rings.items()) and all(
            reason in self.counts and times(mol, reason) <= self.counts[reason] for reason in unwanted(mol)
        )


NONE = Oddities()


@lru_cache(maxsize=64)
def oddities(smiles: str) -> Oddities:
    """Those of a molecule; none of what cannot be read."""
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        return NONE
    return Oddities(Counter(unprecedented(mol)) | {reason: times(mol, reason) for reason in unwanted(mol)})
