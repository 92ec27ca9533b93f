"""What the molecule page and the API ask of workflows: kept warm, and kept for what was asked a moment ago."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Profile
from pharmakon.workflows.molecule import MoleculeCard, MoleculeConfig, run

if TYPE_CHECKING:
    from pharmakon.chem.drugs import Drug
    from pharmakon.workflows.counterfactuals_result import CounterfactualsResult
    from pharmakon.workflows.explain_molecules import Explained
    from pharmakon.workflows.mutagenicity import ImpurityCall

KEPT = 256
"""Cards that are remembered: a reader goes back and forth."""
_one_at_a_time = threading.Lock()
"""Of searches that take a core for seconds."""


@lru_cache(maxsize=KEPT)
def card(smiles: str, profile: Profile) -> MoleculeCard:
    """Everything about a structure."""
    return run(MoleculeConfig(smiles=smiles, profile=profile))


def warm(profile: Profile) -> None:
    """Load the models before the first reader asks."""
    card("CCO", profile)


def meant(text: str) -> tuple[str, Drug | None]:
    """The structure that somebody typed as SMILES or as the name of an approved drug, and the drug that it was."""
    from pharmakon.chem.drugs import named
    from pharmakon.chem.parse import parse

    drug = named(text)
    if drug is None or (parse(text).mol is not None and len(text) < 4):  # "CN" is no drug's abbreviation
        return text.strip(), None
    return drug.smiles, drug


@lru_cache(maxsize=KEPT)
def explained(smiles: str, model: str, profile: Profile) -> Explained | None:
    """What each atom adds to one property; None where the structure cannot be read. Raises UnknownName."""
    from pharmakon.workflows.explain_molecules import ExplainMoleculesConfig, run

    asked = ExplainMoleculesConfig(molecules=(smiles,), models=(_shipped(model),), profile=profile)
    (found,) = run(asked).molecules
    return found.properties[0] if found.properties else None


@lru_cache(maxsize=KEPT)
def counterfactuals(smiles: str, model: str, profile: Profile) -> CounterfactualsResult:
    """The smallest edits that change an answer. Raises as the workflow does."""
    from pharmakon.workflows.counterfactuals import CounterfactualsConfig, run

    with _one_at_a_time:
        return run(CounterfactualsConfig(smiles=smiles, model=_shipped(model), profile=profile))


def _shipped(model: str) -> str:
    """A name of a shipped model: what a request says is no path. Raises UnknownName."""
    from pharmakon.predict.panel import shipped_names

    if model not in shipped_names():
        raise UnknownName("model", model, shipped_names())
    return model


@lru_cache(maxsize=KEPT)
def mutagenicity(smiles: str) -> ImpurityCall:
    """The two calls that ICH M7 asks for."""
    from pharmakon.workflows.mutagenicity import MutagenicityConfig, run

    with _one_at_a_time:
        return run(MutagenicityConfig(smiles=(smiles,))).table[0]
