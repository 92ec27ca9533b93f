"""A frozen linear score of one block: gaps filled, columns in training units, weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.penalised import Tuned, tune
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.scaler import Scaler
from pharmakon.biomarkers.stability import StabilityRecipe, stability_selection
from pharmakon.core.errors import DataError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.learn.splits import Folds, group_folds

CLINICAL = "clinical"


@dataclass(frozen=True, slots=True)
class BlockModel:
    """The features with a weight and no others: weights (q,) in training units."""

    name: str
    kind: str
    features: tuple[str, ...]
    scaler: Scaler
    weights: Floats
    intercept: float
    alpha: float
    lam: float

    def terms(self, block: Block) -> Floats:
        """What each feature adds to the score (n, q); NaN for a patient without the block.

        DataError where a feature is not among the block's.
        """
        place = {name: i for i, name in enumerate(block.features)}
        missing = [name for name in self.features if name not in place]
        if missing:
            folded = {name.casefold() for name in block.features}
            alike = sum(name.casefold() in folded for name in missing)
            hint = f"; {alike} are there in another case: symbols of another species?" if alike else ""
            raise DataError(f"block {block.name!r} lacks {len(missing)} features of the signature: {missing[:5]}{hint}")
        if self.kind == "counts":  # totals are over all features
            raise DataError(f"block {self.name!r} holds counts: normalise them before a signature is made")
        columns = [place[name] for name in self.features]
        part = replace(block, values=block.values[:, columns], features=self.features)
        terms: Floats = self.scaler.transform(part) * self.weights
        return np.where(block.present[:, None], terms, np.nan)

    def score(self, block: Block) -> Floats:
        """The linear score (n,); NaN for a patient without the block."""
        total: Floats = np.where(block.present, self.terms(block).sum(axis=1) + self.intercept, np.nan)
        return total


def fit_block(
    block: Block,
    outcome: Outcome,
    groups: NDArray[Any],
    *,
    recipe: Recipe,
    selection: StabilityRecipe | None,
    random_state: int,
) -> tuple[BlockModel, Floats]:
    """The model and out-of-fold scores (n,), NaN without the block. With `selection`, ridge on the stable markers."""
    if block.kind == "counts":
        raise DataError(f"block {block.name!r} holds counts: normalise them before a signature is made")
    rows = np.flatnonzero(block.present)
    here, known, members = block.take(rows), outcome.take(rows), groups[rows]
    scaler = Scaler.fit(here)
    Z = scaler.transform(here)
    folds = group_folds(members, n_folds=recipe.inner_folds, random_state=random_state, stratify=known.strata)
    if selection is None or block.name == CLINICAL:
        penalised = block.name != CLINICAL or recipe.clinical == "penalised"
        tuned = tune(
            Z, known, folds, alphas=recipe.alphas, n_lambda=recipe.n_lambda, penalised=penalised, slack=recipe.slack
        )
    else:
        tuned = _stable(Z, known, members, folds, recipe=recipe, selection=selection, random_state=random_state)
    used = np.flatnonzero(tuned.coefficients)
    out_of_fold = np.full(len(block), np.nan)
    out_of_fold[rows] = tuned.out_of_fold
    model = BlockModel(
        block.name,
        block.kind,
        tuple(block.features[i] for i in used),
        scaler.take(used),
        tuned.coefficients[used],
        tuned.intercept,
        tuned.alpha,
        tuned.lam,
    )
    return model, out_of_fold


def _stable(
    Z: Floats,
    outcome: Outcome,
    groups: NDArray[Any],
    folds: Folds,
    *,
    recipe: Recipe,
    selection: StabilityRecipe,
    random_state: int,
) -> Tuned:
    """Ridge on what stability selection takes; each fold's scores from a selection that did not see the fold."""
    final = _on_selected(Z, outcome, groups, selection, recipe=recipe, random_state=random_state)
    out_of_fold = np.empty(len(Z))
    quick = replace(selection, pairs=min(selection.pairs, recipe.inner_pairs))
    for fold in np.unique(folds):
        rest, held = folds != fold, folds == fold
        seed = int(stream(random_state, "inner selection", int(fold)).integers(2**31))
        model = _on_selected(Z[rest], outcome.take(rest), groups[rest], quick, recipe=recipe, random_state=seed)
        out_of_fold[held] = Z[held] @ model.coefficients + model.intercept
    return replace(final, out_of_fold=out_of_fold)


def _on_selected(
    Z: Floats,
    outcome: Outcome,
    groups: Sequence[Any] | NDArray[Any],
    selection: StabilityRecipe,
    *,
    recipe: Recipe,
    random_state: int,
) -> Tuned:
    # float32 halves the time of what is mostly a walk through memory; selection frequencies do not see the difference.
    X = Z.astype(np.float32) if Z.shape[1] > 2000 else Z
    names = tuple(map(str, range(Z.shape[1])))
    found = stability_selection(X, outcome, groups, features=names, recipe=selection, random_state=random_state)
    columns = np.flatnonzero(found.selected)
    folds = group_folds(groups, n_folds=recipe.inner_folds, random_state=random_state, stratify=outcome.strata)
    if not len(columns):
        centre = float(outcome.value.mean()) if outcome.kind == "continuous" else 0.0
        return Tuned(np.zeros(Z.shape[1]), centre, 0.0, np.inf, np.full(len(Z), centre))
    tuned = tune(Z[:, columns], outcome, folds, alphas=(0.0,), n_lambda=recipe.n_lambda, slack=recipe.slack)
    b = np.zeros(Z.shape[1])
    b[columns] = tuned.coefficients
    return replace(tuned, coefficients=b)
