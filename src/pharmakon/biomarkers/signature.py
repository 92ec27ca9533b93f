"""A frozen signature: per block a linear score, the scores fused and calibrated, for whichever blocks a patient has.

It is made by `fit` from a recipe, and from then on it is numbers: `apply` gives risks and cannot learn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.block_model import BlockModel, fit_block
from pharmakon.biomarkers.fusion import Fusion, Pattern, best_pattern, fit_fusions
from pharmakon.biomarkers.outcome import Outcome, OutcomeKind
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.risks import Risks, identifying, seen_before
from pharmakon.biomarkers.scaler import Scaler
from pharmakon.core.errors import DataError, ModelError, UsageError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats


@dataclass(frozen=True, slots=True)
class Signature:
    """What `fit` learnt. `horizon` is the time of a survival risk, in the outcome's unit; NaN for other outcomes."""

    outcome: str
    kind: OutcomeKind
    positive: str
    horizon: float
    models: Mapping[str, BlockModel]
    fusions: Mapping[Pattern, Fusion]
    trained_on: Mapping[str, NDArray[np.uint64]]
    """Digests of the training patients' values by block: enough to know them again, not to read them."""
    patients: int
    events: int
    recipe: Mapping[str, Any]

    def apply(self, blocks: Mapping[str, Block]) -> Risks:
        """Risks of n new patients from the blocks there are; NaN for a patient with none of them."""
        n, parts = self._scores(blocks)
        value, score = np.full(n, np.nan), np.full(n, np.nan)
        for pattern, rows in self._patterns(n, parts).items():
            fusion = self.fusions[pattern]
            score[rows] = fusion.score({name: parts[name][rows] for name in pattern})
            value[rows] = fusion.risk(score[rows], self.kind)
        seen = seen_before(blocks, self.trained_on)
        return Risks(value, score, np.zeros(n, dtype=np.int64), seen, f"signature of {self.outcome}")

    def risks_at(self, blocks: Mapping[str, Block], score: Floats) -> Floats:
        """The risks (n,) of patients with these blocks if their linear scores were `score` (n,)."""
        n, parts = self._scores(blocks)
        value = np.full(n, np.nan)
        for pattern, rows in self._patterns(n, parts).items():
            value[rows] = self.fusions[pattern].risk(score[rows], self.kind)
        return value

    def contributions(self, blocks: Mapping[str, Block]) -> tuple[tuple[tuple[str, str], ...], Floats]:
        """(block, feature) pairs, and what each adds to each patient's score against the training mean (n, q).

        A row's sum and the intercept of the patient's pattern of blocks make the score.
        """
        n, parts = self._scores(blocks)
        names = tuple((name, feature) for name, model in self.models.items() for feature in model.features)
        columns: list[Floats] = []
        patterns = self._patterns(n, parts)
        for name, model in self.models.items():
            weight = np.zeros(n)
            for pattern, rows in patterns.items():
                if name in pattern:
                    weight[rows] = self.fusions[pattern].weights[pattern.index(name)]
            terms = np.nan_to_num(model.terms(blocks[name])) if name in blocks else np.zeros((n, len(model.features)))
            columns.append(weight[:, None] * terms)
        return names, np.concatenate(columns, axis=1)

    def _scores(self, blocks: Mapping[str, Block]) -> tuple[int, dict[str, Floats]]:
        if not set(blocks) & set(self.models):
            raise UsageError(f"the signature takes the blocks {', '.join(self.models)}; got {', '.join(blocks)}")
        sizes = {len(block) for block in blocks.values()}
        if len(sizes) > 1:
            raise DataError(f"blocks of different numbers of patients: {sorted(sizes)}")
        return sizes.pop(), {
            name: self.models[name].score(block) for name, block in blocks.items() if name in self.models
        }

    def _patterns(self, n: int, parts: Mapping[str, Floats]) -> dict[Pattern, NDArray[np.intp]]:
        """Patients by the set of blocks that their risk is made of."""
        there = np.column_stack([np.isfinite(score) for score in parts.values()])
        found: dict[Pattern, list[int]] = {}
        for i in range(n):
            available = tuple(name for name, yes in zip(parts, there[i], strict=True) if yes)
            pattern = best_pattern(available, self.fusions)
            if pattern is not None:
                found.setdefault(pattern, []).append(i)
        return {pattern: np.array(rows) for pattern, rows in found.items()}

    @property
    def markers(self) -> tuple[tuple[str, str], ...]:
        """(block, feature) pairs with a weight."""
        return tuple((name, feature) for name, model in self.models.items() for feature in model.features)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All numbers, for an npz file; with `card` they make the signature again."""
        arrays: dict[str, NDArray[Any]] = {}
        for name, model in self.models.items():
            parts = {"fill": model.scaler.fill, "mean": model.scaler.mean, "per_unit": model.scaler.per_unit}
            parts |= {"weights": model.weights, "constants": np.array([model.intercept, model.alpha, model.lam])}
            arrays |= {f"{name}/{key}": value for key, value in parts.items()}
        for name, marks in self.trained_on.items():
            arrays[f"{name}/trained_on"] = marks
        for pattern, fusion in self.fusions.items():
            arrays["+".join(pattern)] = np.append(fusion.weights, [fusion.intercept, fusion.hazard])
        return arrays

    def card(self) -> dict[str, Any]:
        """What is in words, ready for JSON, with the SHA-256 of the numbers."""
        return {
            "outcome": self.outcome,
            "kind": self.kind,
            "positive": self.positive,
            "horizon": None if np.isnan(self.horizon) else self.horizon,
            "patients": self.patients,
            "events": self.events,
            "blocks": {
                name: {
                    "kind": model.kind,
                    "features": list(model.features),
                    "training_means": model.scaler.mean.tolist(),
                    "weights": model.weights.tolist(),
                }
                for name, model in self.models.items()
            },
            "patterns": [list(pattern) for pattern in self.fusions],
            "recipe": dict(self.recipe),
            "sha256": _hash(self.to_arrays()),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any]) -> Signature:
        """The signature of `to_arrays` and `card`; ModelError where they do not belong together."""
        if _hash(arrays) != card["sha256"]:
            raise ModelError("the signature's numbers are not those that its card was written for")
        models = {}
        for name, said in card["blocks"].items():
            intercept, alpha, lam = (float(x) for x in arrays[f"{name}/constants"])
            scaler = Scaler(arrays[f"{name}/fill"], arrays[f"{name}/mean"], arrays[f"{name}/per_unit"])
            models[name] = BlockModel(
                name, said["kind"], tuple(said["features"]), scaler, arrays[f"{name}/weights"], intercept, alpha, lam
            )
        fusions = {}
        for blocks in map(tuple, card["patterns"]):
            numbers = arrays["+".join(blocks)]
            fusions[blocks] = Fusion(blocks, numbers[:-2], float(numbers[-2]), float(numbers[-1]))
        trained_on = {name: arrays[f"{name}/trained_on"] for name in models if f"{name}/trained_on" in arrays}
        horizon = np.nan if card["horizon"] is None else float(card["horizon"])
        return cls(
            card["outcome"], card["kind"], card["positive"], horizon, models, fusions, trained_on, card["patients"],
            card["events"], card["recipe"],
        )  # fmt: skip


def fit(
    recipe: Recipe,
    blocks: Mapping[str, Block],
    outcome: Outcome,
    groups: Sequence[Any] | NDArray[Any],
    *,
    select: bool = False,
    random_state: int = 0,
) -> Signature:
    """A signature of all patients whose outcome is known. With `select`, ridge on each omics block's stable markers.

    It comes without a score: that is what `nested` estimates, or patients that it has not seen.
    """
    if not blocks or any(len(block) != len(outcome) for block in blocks.values()) or len(groups) != len(outcome):
        raise DataError("blocks, outcome and groups must be of the same patients, and of one block at least")
    if select and recipe.stability is None:
        raise UsageError("the recipe has no stability selection to select with")
    rows = np.flatnonzero(outcome.known)
    known, members = outcome.take(rows), np.asarray(groups)[rows]
    parts = {name: block.take(rows) for name, block in blocks.items()}
    models, scores = {}, {}
    for name, block in parts.items():
        seed = int(stream(random_state, "block", name).integers(2**31))
        selection = recipe.stability if select else None
        models[name], scores[name] = fit_block(
            block, known, members, recipe=recipe, selection=selection, random_state=seed
        )
    horizon = horizon_of(recipe, known)
    fusions = fit_fusions(scores, known, horizon=horizon)
    marks = identifying(parts)
    return Signature(
        outcome.name, outcome.kind, outcome.positive, horizon, models, fusions, marks, len(rows), known.events,
        asdict(recipe),
    )  # fmt: skip


def horizon_of(recipe: Recipe, outcome: Outcome) -> float:
    """The time of a survival risk: the recipe's, or the median time of events; NaN for other outcomes."""
    if outcome.event is None:
        return np.nan
    return float(np.median(outcome.value[outcome.event > 0])) if recipe.horizon is None else recipe.horizon


def _hash(arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        value = np.ascontiguousarray(arrays[name])
        digest.update(json.dumps([name, str(value.dtype), list(value.shape)]).encode())
        digest.update(value.tobytes())
    return digest.hexdigest()
