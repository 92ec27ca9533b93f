"""What an assay's own making teaches a model: shortcuts, few scaffolds, sources, chance; and for whom a model errs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pharmakon.core.errors import ConfigError
from pharmakon.core.types import Progress, silent

if TYPE_CHECKING:
    from pharmakon.predict.findings import Finding
    from pharmakon.predict.measured import Sample

MOST = 5_000
"""Molecules that a model is judged on; of more a seeded sample."""


def biases(
    sample: Sample, *, source: str | None, labels: Sequence[str], seed: int = 0, progress: Progress = silent
) -> list[Finding]:
    """Findings that need a model of the table, all from one quick one; none for fewer than 50 molecules.

    `labels` are each row's source, from column `source`.
    """
    from pharmakon.predict.cliff_error import cliff_error
    from pharmakon.predict.concentration import concentration
    from pharmakon.predict.origin import source_shortcut
    from pharmakon.predict.quick import Quick
    from pharmakon.predict.randomisation import y_randomisation
    from pharmakon.predict.shortcuts import shortcuts

    progress(0, 0, "looking for shortcuts")
    quick = Quick.of(sample, seed=seed)
    if quick is None:
        return []
    found = [*concentration(quick), *shortcuts(sample, quick, seed=seed), *y_randomisation(quick, seed=seed)]
    found += cliff_error(sample, quick, seed=seed)
    if source is not None:
        found += source_shortcut(quick, labels, source, seed=seed)
    return found


def model_errors(sample: Sample, model: str, *, seed: int = 0, progress: Progress = silent) -> Finding:
    """The error of a model on the sample's values by kind of molecule; molecules that it was made with are left out.

    ConfigError where the values are of another kind than the model's.
    """
    import numpy as np

    from pharmakon.core.random import stream
    from pharmakon.engine.threads import one_thread
    from pharmakon.predict.chemotypes import errors_by_group, finding
    from pharmakon.predict.features import Features
    from pharmakon.predict.panel import load_model

    progress(0, 0, f"judging {model}")
    loaded = load_model(model)
    kind = loaded.property.kind
    if kind != sample.kind:
        raise ConfigError(f"{model} is a model of {kind}; column {sample.value!r} was read as {sample.kind} (--kind)")
    first: dict[str, list[int]] = {}
    for i, row in enumerate(sample.rows):
        if row.identity.parent and not row.problem:
            first.setdefault(row.identity.parent, []).append(i)
    smiles = list(first)
    if len(smiles) > MOST:
        kept = np.sort(stream(seed, "audit", "model").choice(len(smiles), MOST, replace=False))
        smiles = [smiles[i] for i in kept]
    measured = np.array([float(np.median([sample.rows[i].value for i in first[s]])) for s in smiles])
    with one_thread():
        features = Features.from_smiles(smiles)
        said = loaded.predict(smiles, features=features)
    usable = np.isfinite(said.value) & np.isfinite(measured)
    known = usable & (said.nearest_similarity >= 1)
    judged = np.flatnonzero(usable & ~known)
    groups = errors_by_group(
        [features.mols[i] for i in judged],
        said.value[judged],
        measured[judged],
        kind,
        similarity=said.nearest_similarity[judged],
    )
    rows = np.array([first[smiles[i]][0] for i in judged], np.intp)
    return finding(loaded.name, groups, rows, kind, left_out=int(known.sum()))
