from itertools import combinations
from math import factorial

import numpy as np
import pytest

from pharmakon.explain.tree_shapley import shapley
from pharmakon.predict.flat_trees import FlatTrees
from pharmakon.predict.trees import _flat

P = 6


@pytest.fixture
def grown():
    """Boosted trees of six counts, in which features interact and come twice on a way."""
    lightgbm = pytest.importorskip("lightgbm")
    random = np.random.default_rng(0)
    table = random.poisson(1.5, (400, P)).astype(float)
    y = table[:, 0] * table[:, 1] - table[:, 2] * (table[:, 3] > 1) + random.normal(size=400)
    settings = {"objective": "regression", "num_leaves": 12, "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}
    booster = lightgbm.train(settings, lightgbm.Dataset(table, label=y), 10)
    return booster, _flat(booster.dump_model()["tree_info"]), table


def total(trees: FlatTrees, row):
    return trees._follow(np.asarray(row, dtype=np.float32)[None])[0]


def by_definition(trees, row, reference):
    """Shapley's formula over all sets of features."""
    found = np.zeros(P)
    for feature in range(P):
        others = [other for other in range(P) if other != feature]
        for size in range(P):
            for some in combinations(others, size):
                mixed = reference.copy()
                mixed[list(some)] = row[list(some)]
                before = total(trees, mixed)
                mixed[feature] = row[feature]
                weight = factorial(size) * factorial(P - size - 1) / factorial(P)
                found[feature] += weight * (total(trees, mixed) - before)
    return found


def test_it_is_what_shapley_defined(grown):
    _, trees, table = grown
    for row, reference in ((table[0], table[1]), (table[2], np.zeros(P)), (table[3], table[3])):
        found, base = shapley(trees, row, reference)
        assert found == pytest.approx(by_definition(trees, row, reference), abs=1e-9)
        assert base == pytest.approx(total(trees, reference), abs=1e-9)
        assert found.sum() + base == pytest.approx(total(trees, row), abs=1e-9)


def test_over_all_references_it_is_lightgbms_own_where_a_tree_has_one_split():
    lightgbm = pytest.importorskip("lightgbm")
    random = np.random.default_rng(1)
    table = random.poisson(1.5, (200, P)).astype(float)
    y = table[:, 0] - table[:, 4] ** 2
    settings = {"objective": "regression", "num_leaves": 2, "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(settings, lightgbm.Dataset(table, label=y - y.mean()), 15)
    trees = _flat(booster.dump_model()["tree_info"])
    want = booster.predict(table[:1], pred_contrib=True)[0]
    found = np.mean([shapley(trees, table[0], other)[0] for other in table], axis=0)
    assert found == pytest.approx(want[:-1], abs=2e-3 * np.abs(want).max())  # leaves are kept to eleven bits


def test_what_a_row_shares_with_its_reference_gets_nothing(grown):
    _, trees, table = grown
    reference = table[0].copy()
    reference[[0, 1]] = 0
    found, _ = shapley(trees, table[0], reference)
    assert not found[2:].any()


def test_a_tree_of_one_leaf_is_all_base():
    none = np.empty(0)
    trees = FlatTrees(np.array([-1]), none.astype(int), none, none.astype(int), none.astype(int), np.array([0.7]))
    found, base = shapley(trees, np.ones(3), np.zeros(3))
    assert base == pytest.approx(0.7)
    assert not found.any()
