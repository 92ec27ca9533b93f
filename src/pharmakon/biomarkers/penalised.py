"""An elastic net of one block, its penalty chosen by cross-validation, with a score of every patient by the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.losses import loss_of
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.types import Floats
from pharmakon.learn.elastic_net import Path, elastic_net_path
from pharmakon.learn.splits import Folds


@dataclass(frozen=True, slots=True)
class Tuned:
    """A linear score, and what each patient's would be from the folds without them (n,)."""

    coefficients: Floats
    intercept: float
    alpha: float
    lam: float
    out_of_fold: Floats


def tune(
    X: NDArray[np.floating],
    outcome: Outcome,
    folds: Folds,
    *,
    alphas: Sequence[float],
    n_lambda: int,
    penalised: bool = True,
    slack: float = 0.0,
) -> Tuned:
    """The alpha and lambda of least cross-validated deviance over X (n, p) in standard units.

    With `slack` the strongest lambda that is worse by no more than so many standard errors of the difference.

    Alphas come in order of preference: a later one has to be better by more than a standard error.

    The deviance that a fold adds is that of all rows less that of the other folds' rows, which is the left-out rows'
    own for numbers and classes and what Verweij & van Houwelingen (Stat Med 1993) take for Cox. Not `penalised` means a
    ridge so light (lambda 0.001) that it matters only where the outcome is separated.
    """
    best: tuple[Floats, int, Path, Floats] | None = None
    for alpha in alphas if penalised else (0.0,):
        path = _path(X, outcome, alpha, n_lambda, lambdas=None if penalised else np.array([1e-3]))
        deviance = np.zeros((len(path.lambdas), int(folds.max()) + 1))
        scores = np.empty((len(path.lambdas), len(X)))
        for fold in np.unique(folds):
            train, held = folds != fold, folds == fold
            all_scores = _scores(_path(X[train], outcome.take(train), alpha, n_lambda, lambdas=path.lambdas), X, train)
            # A path that ended early has explained its rows: its last model stands for the rest.
            all_scores = all_scores[np.minimum(np.arange(len(path.lambdas)), len(all_scores) - 1)]
            every, rest = loss_of(outcome), loss_of(outcome.take(train))
            for k, eta in enumerate(all_scores):
                deviance[k, fold] = len(X) * every.value(eta) - int(train.sum()) * rest.value(eta[train])
            scores[:, held] = all_scores[:, held]
        k = _least(deviance, slack)
        if best is None or _clearly_less(deviance[k], best[0]):
            best = (deviance[k], k, path, scores[k])
    if best is None:
        raise ValueError("no alpha to choose from")
    _, k, path, out_of_fold = best
    b = path.coefficients[k]
    intercept = float(path.intercepts[k])
    if outcome.kind == "survival":
        intercept = -float(np.mean(X @ b))
    return Tuned(b, intercept, path.alpha, float(path.lambdas[k]), out_of_fold)


def _least(deviance: Floats, slack: float) -> int:
    """The first, most penalised row of deviances (k, f) within `slack` standard errors of the least."""
    best = int(np.argmin(deviance.sum(axis=1)))
    if not slack:
        return best
    worse = deviance - deviance[best]
    error = np.sqrt(worse.shape[1]) * worse.std(axis=1, ddof=1)
    return int(np.flatnonzero(worse.sum(axis=1) <= slack * error)[0])


def _clearly_less(new: Floats, old: Floats) -> bool:
    """Whether the deviances of the folds (f,) sum to less by more than a standard error of the difference."""
    gain = old - new
    return bool(gain.sum() > np.sqrt(len(gain)) * gain.std(ddof=1))


def _path(X: NDArray[np.floating], outcome: Outcome, alpha: float, n_lambda: int, *, lambdas: Floats | None) -> Path:
    return elastic_net_path(
        X, loss_of(outcome), alpha=alpha, n_lambda=n_lambda, lambdas=lambdas, max_active=max(10, len(X) // 2)
    )


def _scores(path: Path, X: NDArray[np.floating], train: NDArray[np.bool_]) -> Floats:
    """Linear scores (k, n), those of a model without intercept about their mean in training."""
    scores = path.scores(X)
    return scores if path.intercepts.any() else scores - scores[:, train].mean(axis=1, keepdims=True)
