"""One molecule and what a model says of it: what a QPRF is filled from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pharmakon.core.errors import DataError

from .dossier_facts import ModelFacts

if TYPE_CHECKING:
    from rdkit.Chem import Mol

    from pharmakon.core.types import Estimates
    from pharmakon.predict.model import Neighbour

NEIGHBOURS = 5


@dataclass(frozen=True)
class PredictionFacts:
    """One molecule and what a model says of it: `given` as it was written, `structure` as it was read."""

    model: ModelFacts
    given: str
    structure: str
    changes: tuple[str, ...]
    mol: Mol
    estimates: Estimates
    neighbours: tuple[Neighbour, ...]
    limits: tuple[float, float] | None = None
    """The least and largest value that was measured in training."""

    @property
    def value(self) -> float:
        """The predicted value."""
        return float(self.estimates.value[0])

    @property
    def inside(self) -> bool:
        """Whether it is in the domain."""
        return bool(self.estimates.in_domain[0])

    @property
    def similarity(self) -> float:
        """To the nearest measured molecule."""
        return float(self.estimates.nearest_similarity[0])

    @cached_property
    def stereo(self) -> tuple[int, int]:
        """(stereocentres and bonds that could be marked, those that are)."""
        from rdkit import Chem

        found = Chem.FindPotentialStereo(self.mol)
        return len(found), sum(one.specified == Chem.StereoSpecified.Specified for one in found)


def predict(model: ModelFacts, smiles: str) -> PredictionFacts:
    """Ask the model of a molecule. Raises DataError for a structure that cannot be read."""
    from rdkit import Chem

    from pharmakon.chem.standardize import standardize
    from pharmakon.predict.features import Features
    from pharmakon.predict.panel import load_model

    done = standardize(smiles)
    if done.mol is None:
        raise DataError(f"{smiles}: {done.problem}")
    loaded = load_model(model.name if model.shipped else model.place)
    features = Features([done.mol])
    estimates = loaded.predict([done.smiles], features=features)
    (near,) = loaded.neighbours(features, k=NEIGHBOURS)
    values = loaded.training.value
    return PredictionFacts(
        model,
        smiles,
        done.smiles,
        done.changes,
        Chem.MolFromSmiles(done.smiles),
        estimates,
        tuple(near),
        (float(values.min()), float(values.max())),
    )
