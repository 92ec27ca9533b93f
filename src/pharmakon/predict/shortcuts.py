"""What predicts the label without knowing the chemistry: size, charge and greasiness, or the order of the rows."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.properties import NAMED, named
from pharmakon.core.types import Floats, Kind
from pharmakon.learn.metrics import auroc, r2, spearman
from pharmakon.learn.splits import random_folds

from .findings import Finding
from .measured import Sample
from .quick import Quick

FEATURES = ("mw", "logp", "hbd", "hba", "charge", "rotatable_bonds")
TOO_GOOD: dict[Kind, float] = {"classification": 0.7, "regression": 0.4}
"""AUROC, or share of variance (R²), above which a few numbers explain too much."""
NEAR, SOME = 0.05, {"classification": 0.6, "regression": 0.25}
"""How near the score of the model of structure makes them explain too much too, if they explain something at all."""
SORTED_BY: dict[Kind, float] = {"classification": 0.85, "regression": 0.6}
"""Score of the row number from which the order is a warning."""
ALIKE: dict[Kind, float] = {"classification": 0.65, "regression": 0.2}
SORTED = 0.8
"""Score from which rows near each other are called alike, and trend from which the file is called sorted."""
_MOST = 20_000


def shortcuts(sample: Sample, quick: Quick | None = None, *, seed: int = 0) -> list[Finding]:
    """How well six descriptors alone predict the value of unseen scaffolds, and how well the row number does.

    `quick` is the model of structure that the six are held against; made here where it is not given.
    """
    quick = Quick.of(sample, seed=seed) if quick is None else quick
    if quick is None:
        return []
    values: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(sample.rows):
        if row.identity.parent and np.isfinite(sample.compared[i]) and row.table == sample.rows[0].table:
            values[row.identity.parent].append(i)
    molecules = list(values)
    y = np.array([np.median(sample.compared[values[smiles]]) for smiles in molecules])
    rows = np.array([values[smiles][0] for smiles in molecules], np.float64)
    if sample.kind == "classification":
        rows, y = rows[y != 0.5], y[y != 0.5]
    if len(y) > _MOST:
        kept = np.linspace(0, len(y) - 1, _MOST).astype(np.int64)
        y, rows = y[kept], rows[kept]
    return [_descriptors(quick, seed), _order(rows, y, sample.kind, seed)]


def _descriptors(quick: Quick, seed: int) -> Finding:
    kind, y = quick.kind, quick.y
    table = np.column_stack([named(quick.mols, name) for name in FEATURES])
    score = quick.score(_out_of_fold(table, y, quick.folds, kind, seed))
    whole = quick.score(quick.out_of_fold(y))
    alone = {name: _alone(kind, y, column) for name, column in zip(FEATURES, table.T, strict=True)}
    best = max(alone, key=lambda name: abs(alone[name]))
    single = f"{NAMED[best].title} alone: {_words(kind, abs(alone[best]), single=True)}"
    measures = {"score": score, "structure": whole, "best_single": alone[best]}
    sentence = (
        f"Six descriptors of size, polarity and charge predict the value of unseen scaffolds with "
        f"{_words(kind, score)} ({single}), a quick model of the whole structure with {_words(kind, whole)}"
        f"{quick.said}"
    )
    much, as_good = score > TOO_GOOD[kind], score >= SOME[kind] and score >= whole - NEAR
    if not (much or as_good):
        return Finding(
            "shortcut", "info", "Property shortcut", f"{sentence}: too little for a shortcut.", "", measures=measures
        )
    advice = (
        "Where the property is not itself size or lipophilicity, match actives and inactives in these, and report this "
        "model as the baseline to beat."
    )
    why = "they explain too much" if much else "they explain as much as the structure does"
    return Finding("shortcut", "warning", "Property shortcut", f"{sentence}: {why}.", advice, measures=measures)


def _order(rows: Floats, y: Floats, kind: Kind, seed: int) -> Finding:
    folds = random_folds(len(y), random_state=seed)
    score = _score(kind, y, _out_of_fold(rows[:, None], y, folds, kind, seed))
    trend = _alone(kind, y, rows)
    if score < ALIKE[kind]:
        words, advice = "their order says little", ""
    else:
        words = "the file is sorted by it" if abs(trend) >= SORTED else "rows near each other are alike, in blocks"
        advice = "Shuffle before any split by position, and never use a row number or a running id as a feature."
    return Finding(
        "order",
        "warning" if score >= SORTED_BY[kind] else "info",
        "Order of the rows",
        f"The row number alone predicts the value with {_words(kind, score)}: {words}.",
        advice,
        measures={"score": score, "trend": trend},
    )


def _out_of_fold(table: Floats, y: Floats, folds: NDArray[np.int64], kind: Kind, seed: int) -> Floats:
    """Predictions of a few small trees, each row by trees that have not seen its fold."""
    import lightgbm

    parameters = {
        "objective": "binary" if kind == "classification" else "regression",
        "num_leaves": 8,
        "learning_rate": 0.1,
        "min_data_in_leaf": max(3, min(20, len(y) // 40)),
        "seed": seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    predicted = np.full(len(y), float(y.mean()))
    for fold in np.unique(folds):
        held = folds == fold
        if (y[~held] == y[~held][0]).all():
            continue
        data = lightgbm.Dataset(table[~held], label=y[~held], params={"verbose": -1})
        predicted[held] = lightgbm.train(parameters, data, num_boost_round=80).predict(table[held])
    return predicted


def _score(kind: Kind, y: Floats, predicted: Floats) -> float:
    return auroc(y, predicted) if kind == "classification" else r2(y, predicted)


def _alone(kind: Kind, y: Floats, column: Floats) -> float:
    """How one descriptor orders the values: AUROC moved to [-1, 1], or rank correlation; 0 where it is constant."""
    found = 2 * auroc(y, column) - 1 if kind == "classification" else spearman(y, column)
    return float(np.nan_to_num(found))


def _words(kind: Kind, score: float, *, single: bool = False) -> str:
    if kind == "classification":
        return f"AUROC {(score + 1) / 2 if single else score:.2f}"
    return f"rank correlation {score:z.2f}" if single else f"R² {score:z.2f}"
