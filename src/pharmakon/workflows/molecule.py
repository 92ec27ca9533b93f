"""molecule: everything about one structure on one card: what it is, what it does, how sure that is, what alarms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.types import Estimates, Profile, Property
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from pharmakon.predict.panel import Panel

COMPUTED = ("mw", "logp", "tpsa", "hbd", "hba", "rotatable_bonds", "rings", "qed", "sa_score")
"""Descriptors that a chemist looks at first."""


class MoleculeConfig(Config):
    """Which molecule, and which models answer."""

    smiles: str = Field(description="structure as SMILES")
    profile: Profile = Field(
        "fast", description="fast: one network for every endpoint; full: each endpoint's own model"
    )
    models: tuple[str, ...] = Field((), description="models beside the shipped panel: targets, groups or model folders")


@dataclass(frozen=True, slots=True)
class Row:
    """One estimate with everything that makes it readable."""

    property: Property
    model: str
    value: float
    low: float
    high: float
    in_domain: bool
    verdict: str
    percentile: float
    nearest_similarity: float
    nearest_id: str
    nearest_value: float

    @classmethod
    def of(cls, got: Estimates, i: int) -> Row:
        """Entry `i` of some estimates."""
        return cls(
            got.property,
            got.model,
            float(got.value[i]),
            float(got.low[i]),
            float(got.high[i]),
            bool(got.in_domain[i]),
            str(got.verdict[i]),
            float(got.percentile[i]),
            float(got.nearest_similarity[i]),
            str(got.nearest_id[i]),
            float(got.nearest_value[i]),
        )


@dataclass(frozen=True, slots=True)
class Alarm:
    """A substructure that is known to give trouble, and the atoms that make it."""

    name: str
    source: str
    atoms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MoleculeCard(Shown):
    """What `run` finds. Where there is a `problem`, the structure could not be read and there is nothing else."""

    asked: str
    smiles: str = ""
    problem: str = ""
    changes: Sequence[str] = ()
    groups: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    computed: Mapping[str, tuple[Property, float]] = field(default_factory=dict)
    ranks: Mapping[str, float] = field(default_factory=dict)
    """Percentiles of the computed properties among approved drugs, 0-100."""
    alarms: Sequence[Alarm] = ()
    formula: str = ""
    rings: Sequence[tuple[str, bool]] = ()
    """Its ring systems as SMILES, and whether each is rare among the molecules of ChEMBL."""

    def rows(self) -> list[Row]:
        """All estimates, group after group."""
        return [row for rows in self.groups.values() for row in rows]


@lru_cache(maxsize=2)
def _shipped(profile: Profile) -> Panel:
    """The shipped panel, put together once: that takes longer than a molecule."""
    from pharmakon.predict.panel import Panel, shipped_names

    return Panel.load(shipped_names(), profile)


def run(config: MoleculeConfig) -> MoleculeCard:
    """Estimate everything there is a model of. Raises UnknownName for a model that is not there."""
    import numpy as np
    from rdkit import Chem
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    from pharmakon.chem import alerts, properties
    from pharmakon.chem.precedent import ring_systems, unprecedented
    from pharmakon.chem.reference import percentile
    from pharmakon.chem.standardize import standardize
    from pharmakon.predict.endpoints import endpoints
    from pharmakon.predict.features import Features
    from pharmakon.predict.panel import Panel, shipped_names

    done = standardize(config.smiles)
    if done.problem or done.mol is None:
        return MoleculeCard(config.smiles, problem=done.problem or "there is no structure")
    panel = (
        Panel.load([*shipped_names(), *config.models], config.profile) if config.models else _shipped(config.profile)
    )
    table = panel.predict([done.smiles], features=Features([done.mol]))
    groups: dict[str, list[Row]] = {}
    for name, got in table.items():
        group = endpoints()[name].group if name in endpoints() else "own models and targets"
        groups.setdefault(group, []).append(Row.of(got, 0))
    known = {name: properties.descriptor(name) for name in COMPUTED}
    computed = {
        name: (what, value)
        for name, what in known.items()
        if what is not None and math.isfinite(value := float(properties.named([done.mol], name)[0]))
    }
    ranks = {name: float(percentile(np.array([value]), name)[0]) for name, (_, value) in computed.items()}
    rare = set(unprecedented(done.mol))
    mol = Chem.MolFromSmiles(done.smiles)  # in the order of the SMILES that is shown
    found = [Alarm(alert.name, alert.set, tuple(alert.atoms)) for alert in alerts.find(mol)]
    return MoleculeCard(
        config.smiles,
        done.smiles,
        changes=tuple(done.changes),
        groups=groups,
        computed=computed,
        ranks=ranks,
        alarms=found,
        formula=CalcMolFormula(done.mol),
        rings=[(system, system in rare) for system in dict.fromkeys(ring_systems(done.mol))],
    )
