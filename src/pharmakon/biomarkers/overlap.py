"""Whether trees can tell the arms apart by what was measured, where straight lines cannot.

Series that were each standardised by themselves have the same means, so that no linear rule knows one from the other;
what their measurements share with each other still differs. A cross-validated linear rule is then even worse than
chance, since each held-out part is the mirror of the rest. Trees see it: 0.99 in the two breast cancer series of
`biospear`, which bear one arm each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.check import Check
from pharmakon.core.types import Floats
from pharmakon.learn.metrics import auroc
from pharmakon.learn.splits import group_folds

TREES = 200
APART, UNLIKE = 0.95, 0.8
"""Cross-validated AUC of the arm from covariates or measurements: refused above the first, warned above the second."""


def overlap(name: str, auc: float, *, means: str) -> Check:
    """What the AUC of the arm from a block says; `means` is what it was read off with, "lines" or "trees"."""
    title, measures = f"Overlap of the arms in {name}, by {means}", {"AUC of the arm": auc}
    found = f"cross-validated AUC by {means} {auc:.2f}"
    if auc > APART:
        sentence = (
            f"The arm can be read off {name} ({found}): the arms differ in more than the treatment, such as the series "
            "they come from, so that no patient could have been in either."
        )
        advice = "An effect of treatment, or its change with a marker, cannot be estimated here."
        return Check(f"overlap-{means}-{name}", "refused", title, sentence, advice, "predictive", measures)
    if auc > UNLIKE:
        sentence = f"The arms are unlike in {name} ({found})."
        advice = "Look at who got which arm."
        return Check(f"overlap-{means}-{name}", "warning", title, sentence, advice, None, measures)
    sentence = f"The arm cannot be read off {name} ({found})."
    return Check(f"overlap-{means}-{name}", "passed", title, sentence, measures=measures)


def arm_by_trees(
    treated: NDArray[np.bool_], values: Floats, *, patients: NDArray[np.str_] | None = None, seed: int = 0
) -> float:
    """AUC of the arm by a forest of extremely randomised trees, cross-validated by patient where they are given."""
    from sklearn.ensemble import ExtraTreesClassifier

    known = np.isfinite(values)
    mean = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    x, y = np.where(known, values, mean), np.asarray(treated, bool)
    folds = group_folds(np.arange(len(y)) if patients is None else patients, random_state=seed, stratify=y)
    risk = np.empty(len(y))
    for fold in range(5):
        test = folds == fold
        forest = ExtraTreesClassifier(TREES, min_samples_leaf=2, class_weight="balanced", random_state=seed)
        risk[test] = forest.fit(x[~test], y[~test]).predict_proba(x[test])[:, 1]
    return auroc(y.astype(np.float64), risk)
