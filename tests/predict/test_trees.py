from __future__ import annotations

import numpy as np
import pytest

from pharmakon.core.types import Kind
from pharmakon.predict.features import Features
from pharmakon.predict.trees import BoostedTrees


@pytest.mark.parametrize("kind", ["regression", "classification"])
@pytest.mark.parametrize(("short", "error"), [(False, 1e-9), (True, 1e-3)])
def test_the_arrays_answer_as_lightgbm_does(
    kind: Kind,
    short: bool,
    error: float,
    molecules: list[str],
    solubilities: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exactly but for the shortening of leaves."""
    import lightgbm

    kept = []
    train = lightgbm.train

    def spy(*args: object, **kwargs: object) -> lightgbm.Booster:
        kept.append(train(*args, **kwargs))
        return kept[-1]

    monkeypatch.setattr(lightgbm, "train", spy)
    if not short:
        monkeypatch.setattr("pharmakon.predict.trees.shortened", lambda values: values)
    features = Features.from_smiles(molecules)
    y = np.array(solubilities)
    y = (y > np.median(y)).astype(float) if kind == "classification" else y
    trees = BoostedTrees(kind=kind, n_trees=30).fit(features, y)
    assert trees.predict(features) == pytest.approx(kept[0].predict(features.dense), abs=error)
    again = BoostedTrees.from_arrays(trees.to_arrays(), kind=kind)
    assert (again.predict(features) == trees.predict(features)).all()


def test_the_same_seed_gives_the_same_trees(molecules: list[str], solubilities: list[float]) -> None:
    features, y = Features.from_smiles(molecules[::2]), np.array(solubilities[::2])
    one, two, other = (BoostedTrees(n_trees=20, random_state=s).fit(features, y).predict(features) for s in (1, 1, 2))
    assert (one == two).all()
    assert (one != other).any()


def test_trees_learn_and_leave_gaps(molecules: list[str], solubilities: list[float]) -> None:
    features, y = Features.from_smiles(molecules), np.array(solubilities)
    trees = BoostedTrees(n_trees=100).fit(features, y)
    assert np.mean((trees.predict(features) - y) ** 2) < 0.2 * y.var()
    assert np.isnan(trees.predict(Features([None])))[0]
