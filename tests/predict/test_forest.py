from __future__ import annotations

import numpy as np
import pytest

from pharmakon.predict.features import Features
from pharmakon.predict.forest import Forest


@pytest.mark.parametrize("kind", ["regression", "classification"])
def test_the_flat_trees_say_what_scikit_learn_says(kind: str, molecules: list[str], solubilities: list[float]) -> None:
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    features, y = Features.from_smiles(molecules[:150]), np.array(solubilities[:150])
    if kind == "classification":
        y = (y > np.median(y)).astype(float)
    forest = Forest(kind=kind, n_trees=20, random_state=3).fit(features, y)  # type: ignore[arg-type]
    grower = ExtraTreesClassifier if kind == "classification" else ExtraTreesRegressor
    original = grower(20, max_features=0.08, min_samples_leaf=2, random_state=3)
    original.fit(features.dense, y > 0.5 if kind == "classification" else y)
    want = (
        original.predict_proba(features.dense)[:, 1] if kind == "classification" else original.predict(features.dense)
    )
    assert forest.predict(features) == pytest.approx(want, abs=1e-5)


def test_arrays_carry_the_whole_forest_and_a_seed_its_trees(molecules: list[str], solubilities: list[float]) -> None:
    features, y = Features.from_smiles(molecules[:150]), np.array(solubilities[:150])
    forest = Forest(n_trees=10).fit(features, y)
    again = Forest.from_arrays(forest.to_arrays(), kind="regression")
    assert (again.predict(features) == forest.predict(features)).all()
    assert (Forest(n_trees=10).fit(features, y).predict(features) == forest.predict(features)).all()
    assert (Forest(n_trees=10, random_state=1).fit(features, y).predict(features) != forest.predict(features)).any()
