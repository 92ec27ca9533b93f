"""What predicts the label without knowing the chemistry: size, charge and greasiness, or the order of the rows."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.parse import to_mol
from pharmakon.chem.properties import NAMED, named
from pharmakon.chem.scaffolds import scaffold
from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats, Kind
from pharmakon.learn.metrics import auroc, r2, spearman
from pharmakon.learn.splits import group_folds, random_folds

from .findings import Finding
from .measured import Sample

FEATURES = ("mw", "logp", "tpsa", "hbd", "hba", "charge", "rotatable_bonds")
TOO_GOOD: dict[Kind, float] = {"classification": 0.85, "regression": 0.6}
"""AUROC, or share of variance (R²), from which a few numbers explain too much."""
ALIKE: dict[Kind, float] = {"classification": 0.65, "regression": 0.2}
SORTED = 0.8
"""Score from which rows near each other are called alike, and trend from which the file is called sorted."""
_MOST, _FEW = 20_000, 50


def shortcuts(sample: Sample, *, seed: int = 0) -> list[Finding]:
    """How well seven descriptors alone predict the value of unseen scaffolds, and how well the row number does."""
    values: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(sample.rows):
        if row.identity.parent and np.isfinite(sample.compared[i]) and row.table == sample.rows[0].table:
            values[row.identity.parent].append(i)
    molecules = list(values)
    y = np.array([np.median(sample.compared[values[smiles]]) for smiles in molecules])
    if sample.kind == "classification":
        molecules, y = [s for s, v in zip(molecules, y, strict=True) if v != 0.5], y[y != 0.5]
    if len(y) < _FEW or (y == y[0]).all():
        return []
    rows = np.array([values[smiles][0] for smiles in molecules], np.float64)
    if len(y) > _MOST:
        kept = np.linspace(0, len(y) - 1, _MOST).astype(np.int64)
        molecules, y, rows = [molecules[i] for i in kept], y[kept], rows[kept]
    return [_descriptors(molecules, y, sample.kind, seed), _order(rows, y, sample.kind, seed)]


def _descriptors(molecules: list[str], y: Floats, kind: Kind, seed: int) -> Finding:
    mols = [to_mol(smiles) for smiles in molecules]
    table = np.column_stack([named(mols, name) for name in FEATURES])
    try:
        folds = group_folds([scaffold(mol) for mol in mols], random_state=seed)
    except UsageError:  # fewer than five scaffolds
        folds = random_folds(len(y), random_state=seed)
    score = _score(kind, y, _out_of_fold(table, y, folds, kind, seed))
    alone = {name: _alone(kind, y, column) for name, column in zip(FEATURES, table.T, strict=True)}
    best = max(alone, key=lambda name: abs(alone[name]))
    single = f"{NAMED[best].title} alone: {_words(kind, abs(alone[best]), single=True)}"
    measures = {"score": score, "best_single": alone[best]}
    sentence = (
        f"Seven descriptors of size, polarity and charge predict the value of unseen scaffolds with "
        f"{_words(kind, score)} ({single})"
    )
    if score < TOO_GOOD[kind]:
        return Finding(
            "shortcut", "info", "Property shortcut", f"{sentence}: too little for a shortcut.", "", measures=measures
        )
    advice = (
        "Where the property is not itself size or lipophilicity, match actives and inactives in these, and report this "
        "model as the baseline to beat."
    )
    return Finding(
        "shortcut", "warning", "Property shortcut", f"{sentence}: they explain too much.", advice, measures=measures
    )


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
        "warning" if score >= TOO_GOOD[kind] else "info",
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
    return f"rank correlation {score:.2f}" if single else f"R² {score:.2f}"
