"""Stability selection against noise: markers that half of the patients select again and again.

Elastic nets are run over complementary halves of the patients (Shah & Samworth, JRSS B 2013) on real features and as
many features of noise. How often noise is selected at least as often as t estimates the share of false discoveries
among the real ones: FDP+(t) = (1 + noise above t) / (real above t), as Stabl does (Hédou et al., Nat Biotechnol 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.losses import loss_of
from pharmakon.biomarkers.noise import NoiseKind, knockoffs, noise_kind, permuted
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import DataError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.learn.elastic_net import elastic_net_path, screen
from pharmakon.learn.splits import group_folds

THRESHOLDS = np.round(np.arange(0.30, 1.0, 0.01), 2)


@dataclass(frozen=True, slots=True)
class StabilityRecipe:
    """How stability selection runs; every default is what the validation was done with."""

    pairs: int = 50
    """Complementary pairs: twice as many elastic nets."""
    alpha: float = 0.5
    """The elastic-net mix. Of markers that go together a lasso takes another in each half, and none is steady."""
    n_lambda: int = 20
    ratio: float = 0.1
    """The smallest lambda, as a share of the one at which the first feature comes in."""
    max_active: int = 40
    """A half's path ends when more features than this are in."""
    screened: int = 1000
    """Features and noise, together, that each half keeps by its own score test before the path."""
    noise: NoiseKind = "auto"
    fdr: float | None = 0.25
    """The FDP+ to stay at or below. None takes the threshold with the least FDP+, as Stabl does: on pure noise that is
    the least of a curve of noise, and selects."""


@dataclass(frozen=True, slots=True)
class Stability:
    """What was selected how often. Frequencies are (k lambdas, p features) and, of noise, (k, p)."""

    features: tuple[str, ...]
    shares: Floats
    """Each lambda as a share of the largest (k,)."""
    frequency: NDArray[np.float32]
    noise_frequency: NDArray[np.float32]
    noise: str
    """Which noise, and why."""
    thresholds: Floats
    fdp: Floats
    """FDP+ at each threshold."""
    threshold: float
    """Features selected at least this often are taken; above 1 where no threshold will do."""

    @property
    def scores(self) -> Floats:
        """The highest frequency of each feature over the path (p,)."""
        best: Floats = self.frequency.max(axis=0).astype(np.float64)
        return best

    @property
    def selected(self) -> NDArray[np.bool_]:
        """Which features are taken (p,)."""
        return self.scores >= self.threshold - 1e-6

    @property
    def names(self) -> tuple[str, ...]:
        """The taken features, the steadiest first."""
        order = np.argsort(-self.scores, kind="stable")
        return tuple(self.features[i] for i in order if self.selected[i])


def stability_selection(
    X: NDArray[np.floating],
    outcome: Outcome,
    groups: Sequence[Any] | NDArray[Any],
    *,
    features: tuple[str, ...],
    recipe: StabilityRecipe | None = None,
    random_state: int = 0,
) -> Stability:
    """Select among the columns of X (n, p), complete, for an outcome known in every row; groups stay in one half."""
    recipe = recipe or StabilityRecipe()
    if not np.isfinite(X).all() or not outcome.known.all():
        raise DataError("stability selection needs complete features and outcomes; impute, or leave rows out, first")
    kind, why = noise_kind(X, recipe.noise)
    decoys = (
        permuted(X, groups, random_state=random_state)
        if kind == "permutation"
        else knockoffs(X, groups, random_state=random_state)
    )
    both = np.concatenate([X, decoys.astype(X.dtype, copy=False)], axis=1)
    shares = np.geomspace(1.0, recipe.ratio, recipe.n_lambda)
    counts = np.zeros((recipe.n_lambda, both.shape[1]), dtype=np.float32)
    for pair in range(recipe.pairs):
        seed = int(stream(random_state, "pair", pair).integers(2**31))
        half = group_folds(groups, n_folds=2, random_state=seed, stratify=outcome.strata)
        for side in (0, 1):
            rows = np.flatnonzero(half == side)
            for place, columns in enumerate(_entering(both[rows], outcome.take(rows), recipe)):
                counts[place, columns] += 1
    frequency = counts / np.float32(2 * recipe.pairs)
    real, noise = frequency[:, : X.shape[1]], frequency[:, X.shape[1] :]
    fdp = fdp_plus(real.max(axis=0), noise.max(axis=0))
    return Stability(features, shares, real, noise, why, THRESHOLDS, fdp, threshold_of(fdp, recipe.fdr))


def fdp_plus(real: NDArray[np.floating], noise: NDArray[np.floating]) -> Floats:
    """FDP+ at each of THRESHOLDS, from the best frequency of each feature (p,) and each decoy (p,)."""
    above = np.array([(real >= t - 1e-6).sum() for t in THRESHOLDS], dtype=np.float64)
    decoys = np.array([(noise >= t - 1e-6).sum() for t in THRESHOLDS], dtype=np.float64)
    return (1 + decoys * (len(real) / len(noise))) / np.maximum(above, 1)


def threshold_of(fdp: Floats, fdr: float | None) -> float:
    """The lowest threshold with FDP+ of at most `fdr`, or that with the least; 2, which nothing reaches, if none is."""
    allowed = np.flatnonzero(fdp <= fdr) if fdr is not None else np.flatnonzero((fdp == fdp.min()) & (fdp < 1))
    return float(THRESHOLDS[allowed[0]]) if len(allowed) else 2.0


def _entering(X: NDArray[np.floating], outcome: Outcome, recipe: StabilityRecipe) -> list[NDArray[np.intp]]:
    """The columns in the model at each share of the largest lambda; once the path has ended, the last of it."""
    loss = loss_of(outcome)
    kept = screen(X, loss, recipe.screened)
    path = elastic_net_path(
        X[:, kept], loss, alpha=recipe.alpha, n_lambda=recipe.n_lambda, ratio=recipe.ratio,
        max_active=recipe.max_active, tolerance=1e-4,
    )  # fmt: skip
    inside = [kept[np.flatnonzero(b)] for b in path.coefficients]
    return inside + [inside[-1]] * (recipe.n_lambda - len(inside))
