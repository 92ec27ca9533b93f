"""Novelty: how far a molecule is from all of a collection, such as the company's own or the patents'."""

from __future__ import annotations

from functools import lru_cache

from rdkit.Chem import Mol

from pharmakon.chem.collection import Collection
from pharmakon.chem.scheduled import refuse
from pharmakon.core.errors import DataError
from pharmakon.core.types import Property
from pharmakon.store.tables import open_table

NOVELTY = Property("novelty", "Novelty: distance from the known molecules", "Tanimoto distance", low=0, high=1)


@lru_cache(maxsize=2)
def collection(path: str) -> Collection:
    """The molecules of a table, read once. DataError where none can be read."""
    table = open_table(path)
    found = Collection((row.id, "" if row.problem else row.structure) for row in table.rows())
    if not len(found):
        raise DataError(f"{path}: none of its molecules can be read, so nothing can be new against them")
    return found


def novelty(mol: Mol, path: str) -> float:
    """1 - the highest similarity (ECFP4 Tanimoto) to a molecule of the table; 0 for one that is in it."""
    return 1.0 - float(collection(path).nearest([mol])[0][0])


def refuse_nearness(path: str) -> None:
    """RefusedGoal where the table holds a scheduled chemical: a goal that wants molecules near it may not."""
    found = collection(path)
    for index in range(len(found)):
        refuse(found[index][1], "as a known molecule to be near", exempt=True)
