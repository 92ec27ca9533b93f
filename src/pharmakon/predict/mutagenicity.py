"""Mutagenicity as ICH M7(R2) asks for it: a statistical and an expert-rule method, apart, and what follows from both.

ICH harmonised guideline M7(R2), Assessment and control of DNA reactive (mutagenic) impurities in pharmaceuticals to
limit potential carcinogenic risk (2023), section 6: two (Q)SAR methods that complement each other; where neither finds
a concern, an impurity is of class 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import Mol

from pharmakon.chem.alerts import Alert
from pharmakon.chem.mutagenic import mutagenic_alerts, mutagenic_table, surroundings
from pharmakon.core.types import Estimates
from pharmakon.store.models import load_folder, save_folder

NAME = "mutagenicity_rules"
Outcome = Literal["positive", "negative", "indeterminate", "out of domain"]
ImpurityClass = Literal["3", "4", "5", "expert review"]

MEANS: dict[ImpurityClass, str] = {
    "3": "alerting structure: control as a mutagen, or test it",
    "4": "alerting structure that the non-mutagenic parent has too: treat as a non-mutagenic impurity",
    "5": "no concern by either method: treat as a non-mutagenic impurity",
    "expert review": "no concern found, but a method has no answer: an expert must look",
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

    `card` tells, alert by alert, how many measured molecules had it and how many of these were mutagenic.
    """

    card: Mapping[str, Any]
    known: NDArray[np.uint32]

    def call(self, mol: Mol) -> RuleCall:
        """Positive with an alert; negative where every atom's surroundings are known; else out of domain."""
        alerts = tuple(mutagenic_alerts(mol))
        strange = tuple(np.flatnonzero(~np.isin(surroundings(mol), self.known)).tolist())
        outcome: Outcome = "positive" if alerts else "out of domain" if strange else "negative"
        return RuleCall(outcome, alerts, strange)

    def record(self, alert: str) -> tuple[int, int]:
        """Measured molecules with an alert, and how many of them were mutagenic."""
        molecules, mutagenic = self.card["alerts"].get(alert, (0, 0))
        return molecules, mutagenic

    def save(self, folder: str | Path) -> Path:
        """Write the folder."""
        save_folder(folder, card=self.card, arrays={"surroundings": {"known": self.known}}, texts={})
        return Path(folder)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read the folder. Raises ModelError when a file is missing or altered."""
        stored = load_folder(folder)
        return cls(stored.card, stored.arrays("surroundings")["known"])


def statistical(estimates: Estimates) -> list[Outcome]:
    """The calls of the statistical method: its verdicts in M7's words."""
    words: dict[str, Outcome] = {"good": "negative", "poor": "positive"}
    return [
        words.get(verdict, "indeterminate") if inside else "out of domain"
        for verdict, inside in zip(estimates.verdict, estimates.in_domain, strict=True)
    ]


def shared(mol: Mol, alerts: Sequence[Alert], parent: Mol, parents: Sequence[Alert]) -> bool:
    """Whether the parent has each alert too, in the same surroundings of every atom that it hits."""
    own, others = surroundings(mol), surroundings(parent)
    there = {alert.name: set(others[list(alert.atoms)].tolist()) for alert in parents}
    return all(set(own[list(alert.atoms)].tolist()) <= there.get(alert.name, set()) for alert in alerts)


def meaning(verdict: ImpurityClass, alerts: Sequence[Alert]) -> str:
    """What to do about a class; a cohort of concern has no general threshold (M7, section 7.2.1)."""
    cohorts = dict.fromkeys(cohort for alert in alerts if (cohort := mutagenic_table()[alert.name]["cohort"]))
    warning = f"; cohort of concern ({', '.join(cohorts)}): the general threshold does not hold" if cohorts else ""
    return MEANS[verdict] + warning


def impurity_class(model: Outcome, rules: Outcome, *, shared: bool = False) -> ImpurityClass:
    """What follows from both methods. `shared`: a parent known not to be mutagenic gives the same reasons."""
    if "positive" in (model, rules):
        return "4" if shared else "3"
    return "5" if model == rules == "negative" else "expert review"
