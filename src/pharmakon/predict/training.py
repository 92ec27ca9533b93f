"""From clean measurements to a judged model: folds, fit, calibration, scores beside baselines, card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.clusters import leader
from pharmakon.chem.fingerprints import VIEWS
from pharmakon.chem.parse import canonical
from pharmakon.chem.scaffolds import scaffold
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats, Kind
from pharmakon.engine.base import Opener
from pharmakon.engine.threads import one_thread
from pharmakon.learn.splits import group_folds, random_folds

from .blend import Blend
from .endpoints import Transform
from .features import Features
from .judging import METRICS, Facts, assess, beaten
from .lending import Lend, Lent
from .model import BORROWS, Model, Training
from .outputs import Output
from .scale import backward, forward
from .scrambling import PERMUTATIONS, doubt

N_FOLDS = 5
TUNED_ON = ("scaffold", "random")
"""The splits whose errors choose a kernel's settings: new chemistry and the next analogue."""
MINIMUM = 20
LENT = {
    "network": "the network of the fast profile",
    "graph": "a graph network (directed message passing)",
}
LENT_TO = "Members, too: {}; judged by networks that saw no molecule of the fold."
METHOD = (
    "Blend of kernel ridge regression (beside it, for numbers, a support vector machine) on the mean of several MinMax "
    "count-fingerprint kernels and a descriptor kernel, and of trees on hashed counts and descriptors (LightGBM; up to "
    "2,000 molecules also extra-trees); the kernel's settings from out-of-fold predictions of a scaffold and a "
    "random split, the weights from the scaffold split."
)


def train(
    smiles: Sequence[str],
    y: Floats,
    ids: Sequence[str],
    rows: Sequence[int],
    *,
    facts: Facts,
    views: Sequence[str] = VIEWS,
    max_points: int = 5_000,
    seed: int = 0,
    opener: Opener | None = None,
    lent: Lent | None = None,
    progress: Callable[[str], None] = lambda note: None,
) -> Model:
    """A model of unique, standardised molecules and their values `y` (n,), in the property's unit.

    `lent` are networks, already trained, that become members of the blend; `opener` starts an engine whose workers
    grow the trees of the folds, which are the same wherever they grow. Raises DataError when there are fewer than
    20 molecules, or only one class or value.
    """
    kind = facts.property.kind
    target = forward(np.asarray(y, dtype=np.float64), facts.transform)
    _require_enough(target, kind)
    progress("features")
    features = Features.from_smiles(smiles)
    folds, notes = (lent.folds, []) if lent else make_folds(features, seed=seed)
    blend = Blend(
        kind=kind,
        max_points=max_points,
        views=tuple(views),
        lent=lent.outputs if lent else (),
        permutations=PERMUTATIONS,
        random_state=seed,
    )
    blend.fit(
        features,
        target,
        folds=folds,
        tuned_on=[folds[split] for split in TUNED_ON],
        lent=lent.out_of_fold if lent else None,
        opener=opener,
        progress=progress,
    )
    progress("calibration and scores")
    found = assess(blend.out_of_fold_, features.packed, target, folds, facts, seed=seed)
    card: dict[str, Any] = {
        "name": facts.property.name,
        "what": facts.what,
        "property": asdict(facts.property),
        "transform": facts.transform,
        "dataset": facts.dataset,
        "method": f"{METHOD} {lent_note(lent.outputs)}" if lent else METHOD,
        "learned": {
            "alpha": blend.kernel_.alpha,
            "views": list(blend.views),
            "descriptor_weight": blend.kernel_.descriptor_weight,
            "weights": dict(zip(blend.names_, blend.weights_.tolist(), strict=True)),
            "kernel_molecules": len(blend.points_),
            "tree_molecules": len(target),
            **({"output": lent.outputs[0].name} if lent else {}),
        },
        "scores": found.scores,
        "coverage": found.coverage,
        "y_scrambling": blend.scrambled_,
        "limits": [
            *facts.limits,
            *notes,
            *beaten(found.scores, METRICS[kind][0]),
            *doubt(blend.scrambled_),
            *scope_notes(len(target), len(blend.points_), features),
        ],
        "notes": [*facts.notes],
        "seed": seed,
        "versions": {name: version(name) for name in ("numpy", "scipy", "rdkit", "lightgbm", "pharmakon")},
    }
    if lent and lent.training:
        return Model(card | {BORROWS: lent.screen}, blend, found.calibration, found.domain, lent.training)
    training = Training(features.packed, np.asarray(y, dtype=np.float64), np.array(rows, dtype=np.int32), list(ids))
    return Model(card, blend, found.calibration, found.domain, training)


def lent_note(outputs: Sequence[Output]) -> str:
    """What a card says of members that are outputs of networks of many endpoints."""
    return LENT_TO.format(" and ".join(LENT[one.kind] for one in outputs))


def fit_predict(
    train_smiles: Sequence[str],
    train_y: Floats,
    test_smiles: Sequence[str],
    *,
    kind: Kind,
    transform: Transform = "none",
    seeds: Sequence[int] = (0,),
    max_points: int = 5_000,
    n_jobs: int = 1,
    lend: Lend | None = None,
) -> list[Floats]:
    """The default learner on a benchmark: fit on all of train, values (probabilities) for test, (m,) for each seed.

    The first seed chooses the settings and the weights out of fold; each grows its own trees. `lend` gives networks
    that saw no test molecule. An unreadable test
    molecule gets the training mean: a benchmark has no place for a gap.
    """
    features = Features.from_smiles(train_smiles)
    known = np.flatnonzero(features.known)
    features = features.take(known)
    target = forward(np.asarray(train_y, dtype=np.float64)[known], transform)
    folds = make_folds(features, seed=seeds[0])[0]
    lent = lend([canonical(mol) for mol in features.mols]) if lend else None
    if lent:
        folds |= lent.folds
    tuned_on, judged = [folds[split] for split in TUNED_ON], {"scaffold": folds["scaffold"]}
    blend = Blend(
        kind=kind,
        max_points=max_points,
        lent=lent.outputs if lent else (),
        random_state=seeds[0],
        n_jobs=n_jobs,
    )
    asked, found = Features.from_smiles(test_smiles), []
    with one_thread():
        blend.fit(features, target, folds=judged, tuned_on=tuned_on, lent=lent.out_of_fold if lent else None)
        kernel = blend.kernel_members(asked)
        for seed in seeds:
            trees = (blend if seed == seeds[0] else blend.grow(features, target, random_state=seed)).tree_members(asked)
            value = blend.blended(np.column_stack([kernel, trees]))
            found.append(backward(np.where(np.isfinite(value), value, target.mean()), transform))
    return found


def make_folds(features: Features, *, seed: int = 0) -> tuple[dict[str, NDArray[np.intp]], list[str]]:
    """Folds in which no scaffold, and no cluster of look-alikes (ECFP4 Tanimoto >= 0.35 to its leader), is shared.

    A series on one or two scaffolds cannot be split so; its folds are random, and the second value says it. The third
    split, "random", shares both: it shows what the others cost.
    """
    frames = [scaffold(mol) if mol is not None else "" for mol in features.mols]
    groups = {
        "scaffold": np.array([frame or f"acyclic {i}" for i, frame in enumerate(frames)]),
        "cluster": leader(features.packed, threshold=0.65, random_state=seed),
    }
    folds, notes = {}, []
    for split, group in groups.items():
        n = len(np.unique(group))
        if n >= N_FOLDS:
            folds[split] = group_folds(group, n_folds=N_FOLDS, random_state=seed)
        else:
            folds[split] = random_folds(len(group), n_folds=N_FOLDS, random_state=seed)
            notes.append(
                f"the {split} split is a random one, because the molecules share {n} {split}s: "
                "its scores say nothing of other chemistry"
            )
    folds["random"] = random_folds(len(features), n_folds=N_FOLDS, random_state=seed)
    return folds, notes


def scope_notes(n: int, points: int, features: Features) -> list[str]:
    """What a reader of the scores must know of the molecules they were measured on."""
    notes = []
    if points < n:
        notes.append(
            f"scores and coverage are of {points:,} of the {n:,} molecules, a random sample that carries the kernel; "
            "the baselines learnt from those, the trees from all"
        )
    acyclic = sum(mol is not None and not mol.GetRingInfo().NumRings() for mol in features.mols)
    if acyclic > 0.05 * n:
        notes.append(f"{acyclic:,} molecules have no ring and so no scaffold: the scaffold split deals them at random")
    return notes


def _require_enough(target: Floats, kind: Kind) -> None:
    if len(target) < MINIMUM:
        raise DataError(f"{len(target)} usable molecules are too few to train on; {MINIMUM} is the least")
    if not np.isfinite(target).all():
        raise DataError("a value at or below 0 has no logarithm; set those rows aside or train without --log")
    if len(np.unique(target)) < 2:
        raise DataError("all molecules have the same value: there is nothing to learn")
    if kind == "classification" and min(target.sum(), len(target) - target.sum()) < N_FOLDS:
        raise DataError(f"one class has fewer than {N_FOLDS} molecules: too few to judge a model")
