"""From clean measurements to a judged model: folds, fit, calibration, scores beside baselines, card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.clusters import leader
from pharmakon.chem.fingerprints import VIEWS
from pharmakon.chem.scaffolds import scaffold
from pharmakon.chem.similarity import nearest, tanimoto
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats, Kind, Property
from pharmakon.engine.threads import one_thread
from pharmakon.learn.domain import Domain
from pharmakon.learn.kernel_ridge import choose_alpha
from pharmakon.learn.metrics import LOWER_IS_BETTER, REGISTRY, bootstrap
from pharmakon.learn.splits import group_folds, random_folds

from .blend import ALPHAS, Blend, OutOfFold
from .endpoints import Transform
from .features import Features
from .model import Model, Training
from .scale import backward, forward
from .uncertainty import LEVEL, Calibration

N_FOLDS = 5
POOLED = ("scaffold", "cluster")
"""The splits whose errors calibrate: in the random one every molecule has its analogues."""
TUNED_ON = ("scaffold", "random")
"""The splits whose errors choose a kernel's settings: new chemistry and the next analogue."""
MINIMUM = 20
METRICS: dict[Kind, tuple[str, ...]] = {
    "regression": ("rmse", "mae", "r2", "spearman"),
    "classification": ("auroc", "auprc", "brier", "mcc"),
}
RIVALS = {"tanimoto_kernel": "Tanimoto kernel", "mean": "mean of the training set"}
METHOD = (
    "Blend of kernel ridge regression (beside it, for numbers, a support vector machine) on the mean of several MinMax "
    "count-fingerprint kernels and a descriptor kernel, and of trees on hashed counts and descriptors (LightGBM; up to "
    "2,000 molecules also extra-trees); the kernel's settings from out-of-fold predictions of a scaffold and a "
    "random split, the weights from the scaffold split."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the card says of a model besides its scores."""

    property: Property
    dataset: dict[str, Any]
    transform: Transform = "none"
    what: str = ""
    limits: tuple[str, ...] = ()
    notes: Sequence[str] = field(default_factory=tuple)


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
    n_jobs: int = 1,
    progress: Callable[[str], None] = lambda note: None,
) -> Model:
    """A model of unique, standardised molecules and their values `y` (n,), in the property's unit.

    Raises DataError when there are fewer than 20 molecules, or only one class or value.
    """
    kind = facts.property.kind
    target = forward(np.asarray(y, dtype=np.float64), facts.transform)
    _require_enough(target, kind)
    progress("features")
    features = Features.from_smiles(smiles)
    folds, notes = make_folds(features, seed=seed)
    blend = Blend(kind=kind, max_points=max_points, views=tuple(views), random_state=seed, n_jobs=n_jobs)
    blend.fit(features, target, folds=folds, tuned_on=[folds[split] for split in TUNED_ON], progress=progress)
    progress("calibration")
    judged = {split: _Judged.of(found, features, target, folds[split]) for split, found in blend.out_of_fold_.items()}
    pooled = [judged[split] for split in POOLED]
    calibration = _fit_calibration(pooled, kind)
    similarity = np.concatenate([j.similarity for j in pooled])
    errors = np.concatenate([np.abs(j.y - j.found.value) for j in pooled])
    # The domain ends where errors were no longer measured, or had grown too large: not where the series is less dense.
    domain = Domain().fit(similarity, errors=errors, similarity=similarity)
    progress("scores")
    scores = {s: _scores(j, features, facts, seed=seed) for s, j in judged.items()}
    card: dict[str, Any] = {
        "name": facts.property.name,
        "what": facts.what,
        "property": asdict(facts.property),
        "transform": facts.transform,
        "dataset": facts.dataset,
        "method": METHOD,
        "learned": {
            "alpha": blend.kernel_.alpha,
            "views": list(blend.views),
            "descriptor_weight": blend.kernel_.descriptor_weight,
            "weights": dict(zip(blend.names_, blend.weights_.tolist(), strict=True)),
            "kernel_molecules": len(blend.points_),
            "tree_molecules": len(target),
        },
        "scores": scores,
        "coverage": {s: _coverage(s, judged, facts) for s in judged},
        "limits": [
            *facts.limits,
            *notes,
            *beaten(scores, METRICS[kind][0]),
            *scope_notes(len(target), len(blend.points_), features),
        ],
        "notes": [*facts.notes],
        "seed": seed,
        "versions": {name: version(name) for name in ("numpy", "scipy", "rdkit", "lightgbm", "pharmakon")},
    }
    training = Training(features.packed, np.asarray(y, dtype=np.float64), np.array(rows, dtype=np.int32), list(ids))
    return Model(card, blend, calibration, domain, training)


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
) -> list[Floats]:
    """The default learner on a benchmark: fit on all of train, values (probabilities) for test, (m,) for each seed.

    The first seed chooses the settings and the weights out of fold; each grows its own trees. An unreadable test
    molecule gets the training mean: a benchmark has no place for a gap.
    """
    features = Features.from_smiles(train_smiles)
    known = np.flatnonzero(features.known)
    features = features.take(known)
    target = forward(np.asarray(train_y, dtype=np.float64)[known], transform)
    folds = make_folds(features, seed=seeds[0])[0]
    tuned_on, judged = [folds[split] for split in TUNED_ON], {"scaffold": folds["scaffold"]}
    blend = Blend(kind=kind, max_points=max_points, random_state=seeds[0], n_jobs=n_jobs)
    asked, found = Features.from_smiles(test_smiles), []
    with one_thread():
        kernel = blend.fit(features, target, folds=judged, tuned_on=tuned_on).kernel_members(asked)
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


def beaten(scores: Mapping[str, Mapping[str, Any]], metric: str) -> list[str]:
    """A sentence for each split on which a baseline does at least as well as the model."""
    sign = -1 if metric in LOWER_IS_BETTER else 1
    return [
        f"it does not beat the {RIVALS[rival]} on the {split} split: {metric} "
        f"{got['model'][metric][0]:.3g} against {got[rival][metric][0]:.3g}"
        for split, got in scores.items()
        for rival in RIVALS
        if sign * got[rival][metric][0] >= sign * got["model"][metric][0]
    ]


def _require_enough(target: Floats, kind: Kind) -> None:
    if len(target) < MINIMUM:
        raise DataError(f"{len(target)} usable molecules are too few to train on; {MINIMUM} is the least")
    if not np.isfinite(target).all():
        raise DataError("a value at or below 0 has no logarithm; set those rows aside or train without --log")
    if len(np.unique(target)) < 2:
        raise DataError("all molecules have the same value: there is nothing to learn")
    if kind == "classification" and min(target.sum(), len(target) - target.sum()) < N_FOLDS:
        raise DataError(f"one class has fewer than {N_FOLDS} molecules: too few to judge a model")


@dataclass(frozen=True, slots=True)
class _Judged:
    """Out-of-fold predictions with the truth and the similarity to the nearest molecule outside the fold."""

    found: OutOfFold
    y: Floats
    similarity: Floats

    @classmethod
    def of(cls, found: OutOfFold, features: Features, target: Floats, fold: NDArray[np.intp]) -> _Judged:
        similarity = np.zeros(len(found.rows))
        for held in np.unique(found.fold):
            mine = found.fold == held
            others = features.packed[fold != held]
            similarity[mine] = nearest(features.packed[found.rows[mine]], others, k=1)[0][:, 0]
        return cls(found, target[found.rows], similarity)

    def take(self, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:
        return self.found.members[chosen], self.found.value[chosen], self.similarity[chosen], self.y[chosen]


def _fit_calibration(judged: Sequence[_Judged], kind: Kind, *, without: NDArray[np.intp] | None = None) -> Calibration:
    """Pool every split's errors, leaving out the molecules in `without`."""
    parts = [
        j.take(np.ones(len(j.y), dtype=bool) if without is None else ~np.isin(j.found.rows, without)) for j in judged
    ]
    members, value, similarity, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Calibration(kind=kind).fit(members, value, similarity, y)


def _coverage(split: str, judged: dict[str, _Judged], facts: Facts) -> dict[str, float]:
    """How often the 90 % answer holds the truth, each fold judged by a calibration that never saw its molecules.

    The mean width is that of the interval in the property's unit, or the number of classes that are not excluded.
    """
    mine, kind = judged[split], facts.property.kind
    low, high = (
        x if x is not None else y
        for x, y in zip((facts.property.low, facts.property.high), (-np.inf, np.inf), strict=True)
    )
    hit, width = np.zeros(len(mine.y)), np.zeros(len(mine.y))
    for held in np.unique(mine.found.fold):
        chosen = mine.found.fold == held
        calibration = _fit_calibration([judged[s] for s in POOLED], kind, without=mine.found.rows[chosen])
        members, value, similarity, y = mine.take(chosen)
        answer = calibration.answer(members, value, similarity)
        if kind == "regression":
            hit[chosen] = (answer.low <= y) & (y <= answer.high)
            ends = (np.clip(backward(end, facts.transform), low, high) for end in (answer.low, answer.high))
            width[chosen] = -np.subtract(*ends)
        else:
            hit[chosen] = answer.labels[np.arange(len(y)), y.astype(int)]
            width[chosen] = answer.labels.sum(axis=1)
    return {"nominal": LEVEL, "observed": float(hit.mean()), "mean_width": float(width.mean())}


def _scores(judged: _Judged, features: Features, facts: Facts, *, seed: int) -> dict[str, Any]:
    """The model, a Tanimoto-kernel ridge and the mean of the other folds, each metric with a 95 % interval."""
    kind = facts.property.kind
    packed = features.packed[judged.found.rows]
    gram = tanimoto(packed, packed)
    _, rival = choose_alpha(gram, judged.y, folds=judged.found.fold, alphas=ALPHAS)
    mean = np.empty(len(judged.y))
    for held in np.unique(judged.found.fold):
        chosen = judged.found.fold == held
        mean[chosen] = judged.y[~chosen].mean()
    truth = backward(judged.y, facts.transform)
    out: dict[str, Any] = {"n": len(truth)}
    for name, value in (("model", judged.found.value), ("tanimoto_kernel", rival), ("mean", mean)):
        shown = np.clip(value, 0, 1) if kind == "classification" else backward(value, facts.transform)
        out[name] = {m: list(bootstrap(REGISTRY[m], truth, shown, random_state=seed)) for m in METRICS[kind]}
    return out
