"""Trees of folds are the same wherever they grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import numpy as np
import pytest

from pharmakon.core.errors import Cancelled, PharmakonError
from pharmakon.engine.local import LocalEngine
from pharmakon.learn.splits import random_folds
from pharmakon.predict.blend import Blend
from pharmakon.predict.features import Features
from pharmakon.predict.growing import Ground, Plot, growing
from pharmakon.predict.trees import BoostedTrees


@pytest.fixture(scope="module", autouse=True)
def _few_trees(few_trees: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    with few_trees():
        yield


def two(*, most: int | None = None, **begin: object) -> LocalEngine:
    return LocalEngine(2, **begin)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["regression", "classification"])
def test_a_blend_from_two_processes_is_that_of_one(kind: str, molecules: list[str], solubilities: list[float]) -> None:
    features, y = Features.from_smiles(molecules), np.array(solubilities)
    if kind == "classification":
        y = (y > np.median(y)).astype(float)
    folds = {"one": random_folds(len(y), n_folds=3), "two": random_folds(len(y), n_folds=4, random_state=1)}
    here, there = (
        Blend(kind=kind, max_points=120).fit(features, y, folds=folds, opener=opener)  # type: ignore[arg-type]
        for opener in (None, two)
    )
    for split, found in here.out_of_fold_.items():
        np.testing.assert_array_equal(found.members, there.out_of_fold_[split].members)
    assert here.names_ == there.names_
    for stem, arrays in here.to_arrays().items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, there.to_arrays()[stem][name])


def test_trees_of_the_whole_ground_are_given_back(molecules: list[str], solubilities: list[float]) -> None:
    ground = Ground(Features.from_smiles(molecules), np.array(solubilities), {"trees": BoostedTrees(n_trees=3)})
    half, rest = np.arange(0, len(molecules), 2), np.arange(1, len(molecules), 2)
    with growing(ground, [Plot(half, rest), Plot(np.arange(len(molecules)), rest[:0])]) as found:
        part, whole = found
    assert not part.trees and part.value["trees"].shape == rest.shape
    assert not whole.value
    assert np.isfinite(whole.trees["trees"].predict(ground.features)).all()
    assert not hasattr(ground.planted["trees"], "trees_")


@pytest.mark.parametrize("error", [Cancelled("stopped"), PharmakonError("the kernel failed")])
def test_an_error_meanwhile_leaves_no_process(
    error: PharmakonError, molecules: list[str], solubilities: list[float]
) -> None:
    ground = Ground(Features.from_smiles(molecules), np.array(solubilities), {"trees": BoostedTrees()})
    everything = np.arange(len(molecules))
    started: list[LocalEngine] = []

    def opener(**begin: object) -> LocalEngine:
        started.append(two(**begin))  # type: ignore[arg-type]
        return started[0]

    with pytest.raises(type(error), match=str(error)), growing(ground, [Plot(everything, everything)] * 4, opener):
        raise error
    assert started[0]._pool is None
