from __future__ import annotations

import numpy as np
import pytest

from pharmakon.core.types import Kind
from pharmakon.predict.features import Features
from pharmakon.predict.forest import Forest


@pytest.mark.parametrize("kind", ["regression", "classification"])
@pytest.mark.parametrize(("short", "error"), [(False, 1e-5), (True, 0.05)])
def test_the_flat_trees_say_what_scikit_learn_says(
    kind: Kind,
    short: bool,
    error: float,
    molecules: list[str],
    solubilities: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exactly but for the shortening of thresholds and leaves, which moves few molecules, and little."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    features, y = Features.from_smiles(molecules[:150]), np.array(solubilities[:150])
    if kind == "classification":
        y = (y > np.median(y)).astype(float)
    if not short:
        monkeypatch.setattr("pharmakon.predict.forest.shortened", lambda values: values)
    forest = Forest(kind=kind, n_trees=20, random_state=3).fit(features, y)
    grower = ExtraTreesClassifier if kind == "classification" else ExtraTreesRegressor
    original = grower(20, max_features=0.08, min_samples_leaf=2, random_state=3)
    original.fit(features.dense, y > 0.5 if kind == "classification" else y)
    want = (
        original.predict_proba(features.dense)[:, 1] if kind == "classification" else original.predict(features.dense)
    )
    assert forest.predict(features) == pytest.approx(want, abs=error)


def test_arrays_carry_the_whole_forest_and_a_seed_its_trees(molecules: list[str], solubilities: list[float]) -> None:
    features, y = Features.from_smiles(molecules[:150]), np.array(solubilities[:150])
    forest = Forest(n_trees=10).fit(features, y)
    again = Forest.from_arrays(forest.to_arrays(), kind="regression")
    assert (again.predict(features) == forest.predict(features)).all()
    assert (Forest(n_trees=10).fit(features, y).predict(features) == forest.predict(features)).all()
    assert (Forest(n_trees=10, random_state=1).fit(features, y).predict(features) != forest.predict(features)).any()


@pytest.mark.parametrize("only", [0.0, 1.0])
def test_of_one_class_alone_nothing_else_is_foretold(only):
    """Folds by scaffold: all positives may be of the one that is held out."""
    features = Features.from_smiles(["CCO", "CCN", "CCC", "CCCC", "c1ccccc1", "CCOC"] * 3)
    forest = Forest(kind="classification", n_trees=5).fit(features, np.full(18, only))
    assert np.abs(forest.predict(features) - only).max() < 1e-3
