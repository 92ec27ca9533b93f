"""Synthetic accessibility: Ertl's score, from how common a molecule's fragments are and how complex it is."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import cast

from rdkit.Chem import Mol


def sa_score(mol: Mol | None) -> float:
    """1 (easy) to 10 (hard); NaN for None. Ertl & Schuffenhauer, J. Cheminform. 2009, 1, 8."""
    if mol is None or mol.GetNumAtoms() == 0:
        return math.nan
    return float(_scorer()(mol))


@functools.cache
def _scorer() -> Callable[[Mol], float]:
    """RDKit's own implementation, which ships in its wheel with its table of a million fragments."""
    from rdkit.Contrib.SA_Score import sascorer

    return cast(Callable[[Mol], float], sascorer.calculateScore)
