"""Stability paths of all patients, for the picture: which markers stand out from noise, block by block."""

from __future__ import annotations

import numpy as np

from pharmakon.biomarkers.block_model import CLINICAL
from pharmakon.biomarkers.nested import Study
from pharmakon.biomarkers.scaler import Scaler
from pharmakon.biomarkers.stability import Stability, stability_selection


def paths_of(study: Study, *, seed: int = 0) -> dict[str, Stability]:
    """Stability selection on every patient of each omics block: what stands out, and nothing of how good it is."""
    found: dict[str, Stability] = {}
    if study.recipe.stability is None:
        return found
    for name, block in study.blocks.items():
        if name == CLINICAL:
            continue
        rows = np.flatnonzero(block.present & study.outcome.known)
        here = block.take(rows)
        values = Scaler.fit(here).transform(here)
        found[name] = stability_selection(
            values.astype(np.float32),
            study.outcome.take(rows),
            study.groups[rows],
            features=block.features,
            recipe=study.recipe.stability,
            random_state=seed,
        )
    return found
