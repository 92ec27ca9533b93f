"""Whether an edited molecule is as believable as the one it came from: what it adds that a chemist would object to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from rdkit import Chem
from rdkit.Chem import Mol

from .alerts import find, unwanted
from .precedent import unprecedented
from .scheduled import is_scheduled
from .synthesis import sa_score

HARDER = 0.75
"""By how much the synthetic accessibility score may rise."""
_CHAIN = Chem.MolFromSmarts("[#7;!a;!$([#7]=*)]-[#7,#8;!a]")
"""Hydrazines and hydroxylamines, which an edit makes as readily as anything, and a chemist does not."""


class Yardstick:
    """Judges edits of one molecule by what they add to it: what the molecule itself has is nobody's fault."""

    def __init__(self, mol: Mol) -> None:
        self.mol = mol

    @cached_property
    def _held(self) -> tuple[set[str], set[str], set[str], float]:
        return (
            set(unwanted(self.mol, macrocycles=True)),
            set(unprecedented(self.mol)),
            {alert.name for alert in find(self.mol)},
            sa_score(self.mol),
        )

    def objection(self, mol: Mol) -> str:
        """The first thing against an edited molecule, as a kind that can be counted; "" where there is none."""
        return next((reason for reason, holds in self._reasons() if holds(mol)), "")

    def _reasons(self) -> Iterator[tuple[str, Callable[[Mol], bool]]]:
        """From the cheap to the dear."""
        absurd, strange, alerting, sa = self._held
        charge = Chem.GetFormalCharge(self.mol)
        yield "another charge", lambda mol: Chem.GetFormalCharge(mol) != charge
        yield "a scheduled chemical", is_scheduled
        chains = _chains(self.mol)
        yield (
            "an unstable or unusual group",
            lambda mol: _chains(mol) > chains or not absurd.issuperset(unwanted(mol, macrocycles=True)),
        )
        yield "harder to make", lambda mol: sa_score(mol) > sa + HARDER
        yield "a ring system without precedent", lambda mol: not strange.issuperset(unprecedented(mol))
        for name in ("brenk", "pains"):
            yield (
                "a new structural alert",
                lambda mol, name=name: (  # type: ignore[misc]
                    not alerting.issuperset(alert.name for alert in find(mol, sets=(name,)))
                ),
            )


def _chains(mol: Mol) -> int:
    return len(mol.GetSubstructMatches(_CHAIN))
