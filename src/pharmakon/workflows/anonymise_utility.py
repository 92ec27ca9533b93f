"""What a model still learns from an anonymised table: the AUC of one column, predicted from the quasi-identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.core.errors import DataError

if TYPE_CHECKING:
    from pandas import DataFrame

    from pharmakon.privacy.hierarchy import Hierarchy
    from pharmakon.privacy.lattice import Found

FOLDS, MOST_ROWS = 5, 50_000


def auc_before_after(
    frame: DataFrame, hierarchies: Sequence[Hierarchy], found: Found, column: str
) -> tuple[float, float]:
    """Cross-validated AUC of a ridge-penalised logistic model, as measured and as generalised.

    The folds are the same, and each row is tested; after, only rows that are kept are learnt from. Raises DataError
    where the column has not two classes, or too few of one for the folds.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    values = frame[column].to_numpy(dtype=str)
    classes, y = np.unique(values, return_inverse=True)
    if len(classes) != 2 or np.bincount(y).min() < 2 * FOLDS:
        raise DataError(f"column {column!r} is to be predicted and has not two classes of {2 * FOLDS} rows or more")
    rows = np.arange(len(y))
    if len(y) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))
    used = [h for h in hierarchies if h.name != column]
    leaves = np.column_stack([h.encode(frame[h.name].tolist()) for h in used])[rows]
    levels = [level for h, level in zip(hierarchies, found.node, strict=True) if h.name != column]
    general = np.column_stack(
        [h.maps[level][leaves[:, j]] for j, (h, level) in enumerate(zip(used, levels, strict=True))]
    )
    y, kept = y[rows], found.classes[rows] >= 0
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)

    def model() -> object:
        return make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=500))

    before = cross_val_predict(model(), leaves, y, cv=folds, method="predict_proba")[:, 1]
    after = np.full(len(y), 0.5)
    for train, test in folds.split(general, y):
        learnt = train[kept[train]]
        if len(np.unique(y[learnt])) == 2:
            after[test] = model().fit(general[learnt], y[learnt]).predict_proba(general[test])[:, 1]  # type: ignore[attr-defined]
    return float(roc_auc_score(y, before)), float(roc_auc_score(y, after))
