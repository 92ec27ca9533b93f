from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import numpy as np
import pytest

from pharmakon.learn.splits import random_folds
from pharmakon.predict.blend import Blend, weighed
from pharmakon.predict.features import Features


@pytest.fixture(scope="module", autouse=True)
def _few_trees(few_trees: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    with few_trees():
        yield


@pytest.fixture(scope="module")
def fitted(molecules: list[str], solubilities: list[float]) -> tuple[Blend, Features, np.ndarray]:
    features, y = Features.from_smiles(molecules), np.array(solubilities)
    folds = {"one": random_folds(len(y), n_folds=4), "two": random_folds(len(y), n_folds=4, random_state=1)}
    return Blend(max_points=120).fit(features, y, folds=folds), features, y


def test_the_kernel_rests_on_a_sample_and_the_trees_on_all(fitted: tuple[Blend, Features, np.ndarray]) -> None:
    blend, _, y = fitted
    assert len(blend.points_) == 120 < len(y)
    assert len(np.unique(blend.points_)) == 120


def test_weights_are_shares(fitted: tuple[Blend, Features, np.ndarray]) -> None:
    weights = fitted[0].weights_
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()


def test_out_of_fold_predictions_beat_the_mean_and_do_not_leak(fitted: tuple[Blend, Features, np.ndarray]) -> None:
    blend, features, y = fitted
    for found in blend.out_of_fold_.values():
        truth = y[found.rows]
        error = np.mean((found.value - truth) ** 2)
        assert error < 0.5 * truth.var()
        assert error > np.mean((blend.predict(features)[found.rows] - truth) ** 2)


def test_shuffled_values_cannot_be_predicted(molecules: list[str], solubilities: list[float]) -> None:
    y = np.random.default_rng(0).permutation(np.array(solubilities))
    features = Features.from_smiles(molecules)
    found = Blend(max_points=500).fit(features, y, folds={"s": random_folds(len(y))}).out_of_fold_["s"]
    assert np.corrcoef(found.value, y)[0, 1] < 0.25


def test_the_prediction_is_the_weighted_mean(fitted: tuple[Blend, Features, np.ndarray]) -> None:
    blend, features, _ = fitted
    members = blend.members(features)
    assert blend.predict(features) == pytest.approx(members @ blend.weights_)


def test_each_kind_and_size_has_its_members(fitted: tuple[Blend, Features, np.ndarray]) -> None:
    blend, features, y = fitted
    assert blend.names_ == ("ridge", "support", "trees", "forest")
    assert blend.members(features).shape == (len(y), 4) == (len(y), len(blend.weights_))
    labels = (y > np.median(y)).astype(float)
    of_classes = Blend(kind="classification", max_points=100).fit(
        features, labels, folds={"one": random_folds(len(y), n_folds=3)}
    )
    assert of_classes.names_ == ("ridge", "trees", "forest")
    members = of_classes.members(features)
    assert members.min() >= 0 and members.max() <= 1


def test_another_seed_grows_other_trees_on_the_same_kernel(fitted: tuple[Blend, Features, np.ndarray]) -> None:
    blend, features, y = fitted
    before = blend.members(features)
    after = blend.grow(features, y, random_state=9).members(features)
    again = blend.grow(features, y, random_state=0).members(features)
    assert (before[:, :2] == after[:, :2]).all()
    assert (before[:, 2:] != after[:, 2:]).any()
    assert (before == again).all()


def test_a_blend_comes_back_whatever_the_order_of_its_names(fitted: tuple[Blend, Features, np.ndarray]) -> None:
    """A card lists the members by the alphabet: forest before trees, whose weights must not change places."""
    blend, features, _ = fitted
    arrays = blend.to_arrays()
    again = Blend.from_arrays(arrays.__getitem__, kind="regression", names=tuple(sorted(blend.names_)))
    assert again.names_ == blend.names_
    assert again.members(features) == pytest.approx(blend.members(features), abs=1e-5)
    assert (again.members(features)[:, 2:] == blend.members(features)[:, 2:]).all()


def test_what_a_fold_measured_does_not_weigh_its_own_values() -> None:
    random = np.random.default_rng(0)
    y, rows = random.normal(size=90), np.arange(90)
    members = {split: y[:, None] + random.normal(size=(90, 2)) * (0.3, 1.0) for split in ("one", "two")}
    folds = {"one": np.arange(90) % 3, "two": np.arange(90) // 30}
    weights, found = weighed(members, y, folds=folds, rows=rows)
    assert weights[0] > weights[1] and weights.sum() == pytest.approx(1)
    for split, fold in folds.items():
        mine, other = fold == 1, y.copy()
        other[mine] = random.normal(size=mine.sum())
        again = weighed(members, other, folds=folds, rows=rows)[1][split]
        assert (again.value[mine] == found[split].value[mine]).all()
        assert (again.value[~mine] != found[split].value[~mine]).any()
