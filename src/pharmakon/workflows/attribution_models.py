"""Models of counted Morgan environments whose explanations can be judged: linear ones, and boosted trees.

Of a family the best in validation is kept, and of those the simplest whose validation score is, paired over bootstraps,
within one standard error of the best (Breiman et al. 1984): an explanation is better of a model that has less to
explain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.core.types import Floats, Kind
from pharmakon.explain.additive import Attribution, attribute, linear_shares, tree_shares
from pharmakon.explain.environments import Environments, Integers, Vocabulary
from pharmakon.explain.faithfulness import masking
from pharmakon.learn.metrics import auroc, r2

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

LINEAR_RADII, TREE_RADII = (0, 1, 2), (1, 2)
STRENGTHS = (0.1, 1.0)
"""Of the penalty in a ridge regression; the inverse of it in a logistic one."""
N_TREES = 150
BOOTSTRAPS = 50
ADDITIVE, MASKED = "additive", "masked"


@dataclass(frozen=True, slots=True)
class EnvironmentModel:
    """A model fitted to counts of environments up to `radius`; `raw` gives its output for counts (m, p)."""

    family: str
    radius: int
    vocabulary: Vocabulary
    raw: Callable[[csr_matrix], Floats]
    shares: Callable[[csr_matrix], tuple[Sequence[Floats], Sequence[float]]]
    again: Callable[[Sequence[Environments], Floats], EnvironmentModel]
    """The same recipe fitted to other molecules and labels."""

    def seen(self, molecules: Sequence[Environments]) -> list[Environments]:
        """The molecules as the model sees them."""
        return [molecule.up_to(self.radius) for molecule in molecules]

    def output(self, rows: Sequence[Integers]) -> Floats:
        """The output, log-odds where classes are told apart, (m,) for m molecules' features."""
        return self.raw(self.vocabulary.counts(rows))

    def additive(self, molecules: Sequence[Environments]) -> list[Attribution]:
        """The exact attribution."""
        seen = self.seen(molecules)
        shares, bases = self.shares(self.vocabulary.counts([molecule.features for molecule in seen]))
        return attribute(seen, self.vocabulary, shares, bases)

    def scores(self, molecules: Sequence[Environments], way: str) -> list[Floats]:
        """Each molecule's atom scores by one of the two ways."""
        if way == MASKED:
            return masking(self.output, self.seen(molecules))
        return [found.atoms for found in self.additive(molecules)]


def candidates(molecules: Sequence[Environments], y: Floats, kind: Kind, family: str) -> list[EnvironmentModel]:
    """The models of a family, the simplest first."""
    if family == "trees":
        return [fit_trees(molecules, y, kind, radius) for radius in TREE_RADII]
    strengths = sorted(STRENGTHS, reverse=kind == "regression")
    return [fit_linear(molecules, y, kind, radius, strength) for radius in LINEAR_RADII for strength in strengths]


def fit_linear(
    molecules: Sequence[Environments], y: Floats, kind: Kind, radius: int, strength: float
) -> EnvironmentModel:
    """Ridge regression, or logistic regression with both classes of equal weight."""
    from sklearn.linear_model import LogisticRegression, Ridge

    vocabulary, counts = _counted(molecules, radius)
    model: Any = (
        Ridge(alpha=strength, solver="sparse_cg", tol=1e-6, max_iter=500)
        if kind == "regression"
        else LogisticRegression(C=strength, solver="liblinear", class_weight="balanced", tol=1e-3, random_state=0)
    )
    model.fit(counts, y)
    coefficients, base = np.ravel(model.coef_), float(np.ravel(model.intercept_)[0])

    def shares(rows: csr_matrix) -> tuple[Sequence[Floats], Sequence[float]]:
        return [linear_shares(rows[i], coefficients) for i in range(rows.shape[0])], [base] * rows.shape[0]

    def raw(rows: csr_matrix) -> Floats:
        return np.asarray(rows @ coefficients + base, dtype=np.float64)

    def again(others: Sequence[Environments], labels: Floats) -> EnvironmentModel:
        return fit_linear(others, labels, kind, radius, strength)

    return EnvironmentModel("linear", radius, vocabulary, raw, shares, again)


def fit_trees(molecules: Sequence[Environments], y: Floats, kind: Kind, radius: int) -> EnvironmentModel:
    """Gradient-boosted trees (LightGBM)."""
    import lightgbm

    vocabulary, counts = _counted(molecules, radius)
    parameters = {
        "objective": "binary" if kind == "classification" else "regression",
        "is_unbalance": kind == "classification",
        "num_leaves": 15,
        "learning_rate": 0.1,
        "min_data_in_leaf": 10,
        "feature_fraction": 0.3,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "seed": 0,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    booster = lightgbm.train(parameters, lightgbm.Dataset(counts, label=y), num_boost_round=N_TREES)

    def shares(rows: csr_matrix) -> tuple[Sequence[Floats], Sequence[float]]:
        values, bases = tree_shares(booster, rows)
        return list(values), [float(base) for base in bases]

    def raw(rows: csr_matrix) -> Floats:
        return np.asarray(booster.predict(rows, raw_score=True), dtype=np.float64)

    def again(others: Sequence[Environments], labels: Floats) -> EnvironmentModel:
        return fit_trees(others, labels, kind, radius)

    return EnvironmentModel("trees", radius, vocabulary, raw, shares, again)


def best(
    models: Sequence[EnvironmentModel], molecules: Sequence[Environments], y: Floats, kind: Kind
) -> EnvironmentModel:
    """The model of the best score, the first of equals."""
    metric = auroc if kind == "classification" else r2
    return max(models, key=lambda model: metric(y, model.output([one.features for one in model.seen(molecules)])))


def simplest(
    models: Sequence[EnvironmentModel],
    molecules: Sequence[Environments],
    y: Floats,
    kind: Kind,
    random: np.random.Generator,
) -> tuple[EnvironmentModel, float]:
    """The first of the models, simplest first, that is as good as the best of them, and its score."""
    metric = auroc if kind == "classification" else r2
    outputs = [model.output([seen.features for seen in model.seen(molecules)]) for model in models]
    values = [metric(y, output) for output in outputs]
    first = int(np.argmax(values))
    draws = [random.integers(len(y), size=len(y)) for _ in range(BOOTSTRAPS)]
    for model, output, value in zip(models, outputs, values, strict=True):
        apart = [metric(y[rows], outputs[first][rows]) - metric(y[rows], output[rows]) for rows in draws]
        if values[first] - value <= np.nanstd(apart):
            return model, value
    return models[first], values[first]


def _counted(molecules: Sequence[Environments], radius: int) -> tuple[Vocabulary, csr_matrix]:
    seen = [molecule.up_to(radius) for molecule in molecules]
    vocabulary = Vocabulary.of(seen)
    return vocabulary, vocabulary.counts([molecule.features for molecule in seen])
