"""Mutagenicity as ICH M7(R2) asks for it: a statistical and an expert-rule method, apart, and what follows from both.

ICH harmonised guideline M7(R2), Assessment and control of DNA reactive (mutagenic) impurities in pharmaceuticals to
limit potential carcinogenic risk (2023), section 6: measurements first; without them two (Q)SAR methods that complement
each other; where neither finds a concern, an impurity is of class 5.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import Mol

from pharmakon.chem.alerts import Alert
from pharmakon.chem.mutagenic import mutagenic_alerts, mutagenic_table, site, surroundings
from pharmakon.chem.standardize import inchikey
from pharmakon.core.types import Estimates
from pharmakon.store.models import load_folder, save_folder

NAME = "mutagenicity_rules"
Outcome = Literal["positive", "negative", "indeterminate", "out of domain"]
ImpurityClass = Literal["2", "3", "4", "5", "expert review"]

MEANS: dict[ImpurityClass, str] = {
    "2": "measured mutagenic: control as a mutagen",
    "3": "a method finds a concern: control as a mutagen, or test it",
    "4": "the non-mutagenic parent has the same alerts in the same place: treat as a non-mutagenic impurity",
    "5": "no concern by either method: treat as a non-mutagenic impurity",
    "expert review": "no clear answer: an expert must look",
}


@dataclass(frozen=True, slots=True)
class RuleCall:
    """What the rules say of a molecule; `strange` are atoms in surroundings that no measured molecule has."""

    outcome: Outcome
    alerts: tuple[Alert, ...]
    strange: tuple[int, ...]


@dataclass(frozen=True)
class Rules:
    """The expert-rule method: alerts, and the surroundings (sorted hashes) that occur in measured molecules.

    `card` tells, alert by alert, how many measured molecules had it and how many of these were mutagenic. `measured`
    (sorted) are the `identity` of these molecules, `mutagenic` what each was found to be.
    """

    card: Mapping[str, Any]
    known: NDArray[np.uint32]
    measured: NDArray[np.uint64]
    mutagenic: NDArray[np.bool_]

    def call(self, mol: Mol) -> RuleCall:
        """Positive with an alert; negative where every atom's surroundings are known; else out of domain."""
        alerts = tuple(mutagenic_alerts(mol))
        strange = tuple(np.flatnonzero(~np.isin(surroundings(mol), self.known)).tolist())
        outcome: Outcome = "positive" if alerts else "out of domain" if strange else "negative"
        return RuleCall(outcome, alerts, strange)

    def measurement(self, mol: Mol) -> bool | None:
        """Whether this very molecule was mutagenic in the Ames data; None where it is not in them."""
        own = identity(mol)
        place = int(np.searchsorted(self.measured, own))
        there = place < len(self.measured) and self.measured[place] == own
        return bool(self.mutagenic[place]) if there else None

    def record(self, alert: str) -> tuple[int, int]:
        """Measured molecules with an alert, and how many of them were mutagenic."""
        molecules, mutagenic = self.card["alerts"].get(alert, (0, 0))
        return molecules, mutagenic

    def save(self, folder: str | Path) -> Path:
        """Write the folder."""
        arrays: dict[str, dict[str, NDArray[Any]]] = {
            "surroundings": {"known": self.known},
            "measured": {"id": self.measured, "mutagenic": self.mutagenic},
        }
        save_folder(folder, card=self.card, arrays=arrays, texts={})
        return Path(folder)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read the folder. Raises ModelError when a file is missing or altered."""
        stored = load_folder(folder)
        measured = stored.arrays("measured")
        return cls(stored.card, stored.arrays("surroundings")["known"], measured["id"], measured["mutagenic"])


def identity(mol: Mol) -> np.uint64:
    """A number for a molecule, from its InChIKey: a structure cannot be read out of it."""
    return np.uint64(int.from_bytes(hashlib.sha256(inchikey(mol).encode()).digest()[:8], "big"))


def statistical(estimates: Estimates) -> list[Outcome]:
    """The calls of the statistical method: its verdicts in M7's words."""
    words: dict[str, Outcome] = {"good": "negative", "poor": "positive"}
    return [
        words.get(verdict, "indeterminate") if inside else "out of domain"
        for verdict, inside in zip(estimates.verdict, estimates.in_domain, strict=True)
    ]


def shared(mol: Mol, alerts: Sequence[Alert], parent: Mol, parent_alerts: Sequence[Alert]) -> bool:
    """Whether the parent has every alert too, at the same site: its atoms and rings with what hangs on them.

    Compared are all atoms of the site, each with everything within two bonds.
    """
    own, other = surroundings(mol, radius=2), surroundings(parent, radius=2)
    theirs = {alert.name: Counter(other[site(parent, alert)].tolist()) for alert in parent_alerts}
    return all(Counter(own[site(mol, alert)].tolist()) <= theirs.get(alert.name, Counter()) for alert in alerts)


def impurity_class(
    model: Outcome, rules: Outcome, *, measured: bool | None = None, shared: bool = False
) -> ImpurityClass:
    """What follows. `shared`: a parent known not to be mutagenic has the same alerts at the same sites.

    A measurement that both methods contradict, or one that clears what a method objects to, is left to an expert.
    """
    objects = "positive" in (model, rules)
    if measured is not None:
        if measured:
            return "2" if objects else "expert review"
        return "expert review" if objects else "5"
    if objects:
        return "4" if shared and model != "positive" else "3"
    return "5" if model == rules == "negative" else "expert review"


def cohort_of_concern(alerts: Sequence[Alert]) -> list[str]:
    """The groups of highly potent mutagens, for which M7's general threshold does not hold, that alerts stand for."""
    return list(dict.fromkeys(group for alert in alerts if (group := mutagenic_table()[alert.name]["cohort"])))


def meaning(verdict: ImpurityClass, alerts: Sequence[Alert], *, measured: bool | None) -> str:
    """What to do about a class, and what else should be known."""
    parts = [MEANS[verdict]]
    if measured is not None and verdict != "2":
        parts.append(f"it was measured {'mutagenic' if measured else 'not mutagenic'} in the Ames data")
    if groups := cohort_of_concern(alerts):
        parts.append(f"cohort of concern ({', '.join(groups)}): the general threshold does not hold")
    return "; ".join(parts)
