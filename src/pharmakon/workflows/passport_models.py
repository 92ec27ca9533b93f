"""What the models know near a design: measured neighbours, a second opinion, and whether a run remembers its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.core.types import Floats
from pharmakon.record.passport import Measured, Memory, Nearest, Opinion

from .finished_run import FinishedRun

if TYPE_CHECKING:
    from pharmakon.design.lineage import Record
    from pharmakon.predict.features import Features
    from pharmakon.predict.model import Model

NEIGHBOURS = 5
NOT_LOOKED_UP = (
    "The language model keeps no molecule of its training set, so whether a design was in it cannot be looked up.",
    "Models keep fingerprints and no structures. The same one is mostly, not always, the same molecule.",
)
NEAR_COPY = 0.85
"""ECFP4 Tanimoto from which a design is a near copy of a measured molecule."""
USUAL = 200
"""Molecules of the run from which the usual difference of two opinions is learnt."""
FAMILIES = {
    "ridge": "kernel",
    "support": "kernel",
    "trees": "trees",
    "forest": "trees",
    "network": "fast network",
    "graph": "graph network",
}
"""Members of a model by how they were trained."""
ONE_KIND = "not available for this model: all of it was trained one way"


def models_of(run: FinishedRun) -> list[Model]:
    """The models that the goals and constraints ask, in their order."""
    asked = dict.fromkeys(name.partition(".")[0] for objective in run.objectives for name in objective.asked)
    return [run.panel.models[name] for name in asked if name in run.panel.models]


def nearest_of(model: Model, features: Features) -> list[Nearest]:
    """For each molecule the nearest that were measured for one model's property."""
    found = model.neighbours(features, k=NEIGHBOURS)
    same = _same_molecules(model, features, {n.row for near in found for n in near if n.similarity >= 1.0})
    out = []
    for i, near in enumerate(found):
        molecules = [Measured(n.id, n.similarity, n.value, copy=_copied(n.similarity, n.row in same[i])) for n in near]
        out.append(Nearest(model.name, model.property.title, model.property.unit, molecules))
    return out


def _copied(similarity: float, same: bool) -> str:  # noqa: FBT001
    if similarity < 1.0:
        return ""
    return "same molecule" if same else "same fingerprint"


def _same_molecules(model: Model, features: Features, rows: set[int]) -> list[set[int]]:
    """For each molecule the rows, of some, that hold it: where the structures are on this machine."""
    from rdkit.Chem import MolToInchiKey

    from pharmakon.chem.standardize import standardize

    from .structures import structures

    keys = {
        row: MolToInchiKey(mol) for row, text in structures(model.card, rows).items() if (mol := standardize(text).mol)
    }
    mine = [MolToInchiKey(mol) if mol is not None else "" for mol in features.mols]
    return [{row for row, key in keys.items() if key == own} for own in mine]


# ------------------------------------------------------------------ a second opinion


def opinions_of(model: Model, features: Features, usual: Features) -> list[Opinion]:
    """For each molecule what two differently trained parts of a model say; `usual` are molecules of the run."""
    what = model.property
    weight: dict[str, float] = {}
    for name, one in zip(model.blend.names_, model.blend.weights_.tolist(), strict=True):
        weight[FAMILIES[name]] = weight.get(FAMILIES[name], 0.0) + one
    families = sorted(weight, key=lambda family: -weight[family])
    if len(families) < 2:
        return [Opinion(model.name, what.title, what.unit, problem=ONE_KIND) for _ in range(len(features))]
    first, second = families[:2]
    known = by_family(model, usual)
    gaps = known[first] - known[second]
    gaps = gaps[np.isfinite(gaps)]
    said = by_family(model, features)
    return [
        Opinion(
            name=model.name,
            title=what.title,
            unit=what.unit,
            first=first,
            first_value=float(one),
            second=second,
            second_value=float(other),
            usual=float(gaps.mean()),
            deviation=float(gaps.std(ddof=1)),
        )
        for one, other in zip(said[first], said[second], strict=True)
    ]


def by_family(model: Model, features: Features) -> dict[str, Floats]:
    """What each family of a model's members says alone, in the property's unit; each (m,)."""
    from pharmakon.chem.similarity import nearest
    from pharmakon.predict.scale import backward

    members = model.blend.members(features)
    similarity = nearest(features.packed, model.training.packed, k=1)[0][:, 0].astype(np.float64)
    families = np.array([FAMILIES[name] for name in model.blend.names_])
    low, high = model.property.low, model.property.high
    out = {}
    for family in dict.fromkeys(families.tolist()):
        mine = families == family
        weights = model.blend.weights_[mine]
        weights = weights / weights.sum() if weights.sum() > 0 else np.full(mine.sum(), 1 / mine.sum())
        value = np.sum(members[:, mine] * weights, axis=1)
        point = backward(model.calibration.answer(members, value, similarity).value, model.transform)
        out[family] = np.clip(point, -np.inf if low is None else low, np.inf if high is None else high)
    return out


def usual_molecules(run: FinishedRun) -> Features:
    """Molecules of the run at even distances, as the models see them."""
    from pharmakon.predict.features import Features as Seen

    step = max(1, -(-len(run.archive) // USUAL))
    return Seen.from_smiles([record.smiles for record in run.archive.records[::step]])


# ------------------------------------------------------------------ memory


def memory_of(run: FinishedRun, models: Sequence[Model], *, given: Sequence[str] = ()) -> Memory:
    """How near a run's designs come to the molecules that the models were trained on, all of them compared."""
    from pharmakon.chem.similarity import nearest
    from pharmakon.predict.analogues import Pooled
    from pharmakon.predict.features import Features as Seen

    designs = list(run.designs.values())
    features = Seen.from_smiles(designs)
    packed = {}
    for model in models:
        kept = model.training
        key, bits = (id(kept.pool), kept.pool.packed) if isinstance(kept, Pooled) else (id(kept), kept.packed)
        packed[key] = bits
    best = np.zeros(len(designs), np.float32)
    for bits in packed.values():
        best = np.maximum(best, nearest(features.packed, bits, k=1)[0][:, 0])
    exact = np.flatnonzero(best >= 1.0)
    confirmed: set[int] = set()
    for model in models if len(exact) else ():
        found = nearest_of(model, features.take(exact))
        confirmed |= {
            int(i) for i, one in zip(exact, found, strict=True) if any(m.copy == "same molecule" for m in one.molecules)
        }
    return Memory(
        against=sum(map(len, packed.values())),
        similarity=[float(one) for one in best],
        same_fingerprint=len(exact),
        same_molecule=len(confirmed),
        near=int(((best >= NEAR_COPY) & (best < 1.0)).sum()),
        bar=NEAR_COPY,
        started=len({*designs} & {*given}),
        notes=NOT_LOOKED_UP,
    )


def features_of(records: Sequence[Record]) -> Features:
    """Molecules as the models see them."""
    from pharmakon.predict.features import Features as Seen

    return Seen.from_smiles([record.smiles for record in records])
