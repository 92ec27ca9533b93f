"""The molecule card behind the page and the API: kept warm, and kept for what was asked a moment ago."""

from __future__ import annotations

from functools import lru_cache

from pharmakon.core.types import Profile
from pharmakon.workflows.molecule import MoleculeCard, MoleculeConfig, run

KEPT = 256
"""Cards that are remembered: a reader goes back and forth."""


@lru_cache(maxsize=KEPT)
def card(smiles: str, profile: Profile) -> MoleculeCard:
    """Everything about a structure."""
    return run(MoleculeConfig(smiles=smiles, profile=profile))


def warm(profile: Profile) -> None:
    """Load the models before the first reader asks."""
    card("CCO", profile)
