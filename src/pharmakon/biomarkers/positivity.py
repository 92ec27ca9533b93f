"""Whether patients of one arm could as well have been in the other: without that no claim of prediction stands.

A predictive marker changes what a treatment does, so its proof compares arms (BEST; the PATH statement, Kent et al.,
Ann. Intern. Med. 2020, 172:35). Where the arm can be read off the patients, or off the measurements themselves, the
arms are two different cohorts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.check import Check
from pharmakon.biomarkers.overlap import arm_by_trees, overlap
from pharmakon.core.types import Floats
from pharmakon.learn.metrics import auroc
from pharmakon.learn.splits import group_folds

FEWEST = 10
"""Samples an arm must have."""
COMPONENTS = 20


def positivity(
    arm: NDArray[np.str_] | None,
    blocks: Mapping[str, Block],
    patients: NDArray[np.str_],
    *,
    ids: Sequence[str] = (),
    randomised: bool,
    seed: int = 0,
) -> list[Check]:
    """Checks of the arm: that there are two, and that neither covariates nor measurements give it away."""
    title = "Comparison of arms"
    if arm is None:
        sentence = "No arm is declared: a marker of one arm may be prognostic or predictive, and nothing here can tell."
        return [Check("arms", "refused", title, sentence, "Declare the arm, or claim less.", "predictive")]
    names, number = np.unique(arm[arm != ""], return_counts=True)
    if len(names) < 2 or np.sort(number)[-2] < FEWEST:
        said = ", ".join(f"{name} {n}" for name, n in zip(names, number, strict=True))
        sentence = f"A comparison needs two arms of at least {FEWEST} samples ({said or 'no arm'})."
        return [Check("arms", "refused", title, sentence, "Claim less than prediction.", "predictive")]
    found = [Check("arms", "passed", title, f"There are {len(names)} arms.")]
    if not randomised:
        sentence = "The arm was not drawn by lot: the arms may differ in more than the treatment."
        found.append(Check("not-randomised", "warning", title, sentence))
    if ids:
        found.append(_series(arm, ids, randomised=randomised))
    for name, block in blocks.items():
        if block.values.shape[1]:
            known = arm != ""
            first = arm[known] == names[number.argmax()]
            trees = arm_by_trees(first, block.values[known], patients=patients[known], seed=seed)
            found.append(overlap(name, arm_from(arm, block.values, patients, seed=seed), means="lines"))
            found.append(overlap(name, trees, means="trees"))
    return found


def _series(arm: NDArray[np.str_], ids: Sequence[str], *, randomised: bool) -> Check:
    """Whether the samples' ids fall into a stretch for each arm: a sign of two series that were put together."""
    order = sorted((i for i in range(len(ids)) if arm[i]), key=lambda i: _natural(ids[i]))
    stretches = 1 + sum(arm[a] != arm[b] for a, b in pairwise(order))
    arms, title = len({*arm} - {""}), "Series of the arms"
    measures = {"stretches": float(stretches)}
    if stretches > arms:
        return Check(
            "series", "passed", title, "In the order of the samples' ids the arms are mixed.", measures=measures
        )
    ends = "; ".join(
        f"{name}: {mine[0]} to {mine[-1]}"
        for name in sorted({*arm} - {""})
        for mine in [[ids[i] for i in order if arm[i] == name]]
    )
    sentence = f"Each arm has ids of its own ({ends}): they look like two series put together, arm and cohort in one."
    if randomised:
        advice = "The declaration says that the arm was drawn by lot: make sure that it was in one trial."
        return Check("series", "warning", title, sentence, advice, None, measures)
    advice = "A difference between the arms may be one between the series; declare randomised = true if it was by lot."
    return Check("series", "refused", title, sentence, advice, "predictive", measures)


def _natural(text: str) -> list[tuple[int, str]]:
    """What sorts ids as people do: P9 before P10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text) if part]


def arm_from(arm: NDArray[np.str_], values: Floats, patients: NDArray[np.str_], *, seed: int = 0) -> float:
    """How well the commonest arm is told from the others by principal components of `values` (n, p); an AUC.

    Cross-validated by patient; NaN counts as the column's mean.
    """
    from sklearn.linear_model import LogisticRegression

    names, number = np.unique(arm[arm != ""], return_counts=True)
    known = arm != ""
    y = (arm[known] == names[number.argmax()]).astype(float)
    x = _components(values[known])
    if not x.shape[1]:
        return 0.5
    folds = group_folds(patients[known], n_folds=5, random_state=seed, stratify=y)
    risk = np.full(len(y), np.nan)
    for fold in range(5):
        test = folds == fold
        if len({*y[~test]}) == 2 and test.any():
            model = LogisticRegression(C=0.1, max_iter=500).fit(x[~test], y[~test])
            risk[test] = model.decision_function(x[test])
    scored = np.isfinite(risk)
    auc = auroc(y[scored], risk[scored]) if scored.any() else np.nan
    return max(auc, 0.5) if np.isfinite(auc) else 0.5


def _components(values: Floats) -> Floats:
    """Standardised principal components, at most COMPONENTS; without the outcome they leak nothing."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    x = np.where(known, values - mean, 0.0)
    spread = x.std(axis=0)
    x = x[:, spread > 0] / spread[spread > 0]
    size, vectors = np.linalg.eigh(x @ x.T)  # samples are few, features many
    kept = min(COMPONENTS, int((size > 1e-9 * max(size[-1], 1e-300)).sum()))
    scores: Floats = vectors[:, ::-1][:, :kept] * np.sqrt(len(x))
    return scores
