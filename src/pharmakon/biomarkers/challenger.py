"""Boosted trees as the challenger of linear signatures: what a curve or an interaction would be worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.cox_loss import CoxLoss
from pharmakon.biomarkers.fusion import fit_fusions
from pharmakon.biomarkers.losses import loss_of
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.scaler import Scaler
from pharmakon.core.types import Floats
from pharmakon.learn.elastic_net import screen
from pharmakon.learn.splits import group_folds

NAME = "trees"
SCREENED = 500
"""Features kept by their score test in training, so that trees of 20,000 genes take seconds."""
FOLDS = 3
"""Inner folds that calibrate the trees' scores."""


def challenge(
    train: Mapping[str, Block],
    outcome: Outcome,
    groups: NDArray[Any],
    test: Mapping[str, Block],
    *,
    horizon: float,
    random_state: int = 0,
) -> tuple[Floats, Floats]:
    """Risks and scores (m,) of the patients of `test` by trees grown on those of `train`, outcomes all known.

    Settings are fixed, not tuned. A Cox outcome is grown as the martingale residuals of nobody's differing (Therneau,
    Grambsch & Fleming, Biometrika 1990).
    """
    everything = {name: Scaler.fit(block) for name, block in train.items()}
    X = np.concatenate([scaler.transform(train[name]) for name, scaler in everything.items()], axis=1)
    unseen = np.concatenate([scaler.transform(test[name]) for name, scaler in everything.items()], axis=1)
    folds = group_folds(groups, n_folds=FOLDS, random_state=random_state, stratify=outcome.strata)
    out_of_fold = np.empty(len(X))
    for fold in range(FOLDS):
        rest = folds != fold
        out_of_fold[~rest] = _grow(X[rest], outcome.take(rest), X[~rest], random_state)
    score = _grow(X, outcome, unseen, random_state)
    fusion = fit_fusions({NAME: out_of_fold}, outcome, horizon=horizon)[(NAME,)]
    fused = fusion.score({NAME: score})
    return fusion.risk(fused, outcome.kind), fused


def _grow(X: Floats, outcome: Outcome, unseen: Floats, random_state: int) -> Floats:
    """Raw scores of rows `unseen` (m,)."""
    import lightgbm

    kept = screen(X, loss_of(outcome), SCREENED)
    target = outcome.value
    if outcome.event is not None:
        target = -len(X) * CoxLoss(outcome.value, outcome.event).gradient(np.zeros(len(X)))
    parameters = {
        "objective": "binary" if outcome.kind == "binary" else "regression",
        "learning_rate": 0.05,
        "num_leaves": 7,
        "min_data_in_leaf": 10,
        "feature_fraction": 0.3,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "seed": random_state & 0x7FFFFFFF,
        "verbosity": -1,
    }
    booster = lightgbm.train(parameters, lightgbm.Dataset(X[:, kept], label=target), num_boost_round=100)
    return np.asarray(booster.predict(unseen[:, kept], raw_score=True), dtype=np.float64)
