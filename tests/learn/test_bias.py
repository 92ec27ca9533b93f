"""AVE: nothing for a fair split, everything for one that neighbours solve."""

import numpy as np
import pytest

from pharmakon.core.random import stream
from pharmakon.learn.bias import ave_bias

ACTIVE = np.array([True, True, False, False])


def test_a_split_that_neighbours_solve_has_the_largest_bias():
    found = ave_bias(np.array([1.0, 1, 0, 0]), np.array([0.0, 0, 1, 1]), ACTIVE)
    assert found.ave == pytest.approx(2, abs=0.02)  # of 101 thresholds, 0 has nobody below it
    assert found.active == found.inactive == pytest.approx(1, abs=0.01)


def test_a_split_that_they_get_wrong_has_the_smallest():
    assert ave_bias(np.array([0.0, 0, 1, 1]), np.array([1.0, 1, 0, 0]), ACTIVE).ave == pytest.approx(-2, abs=0.02)


def test_similarities_that_know_nothing_of_the_class_have_none():
    dice = stream(1, "bias")
    n = 20_000
    found = ave_bias(dice.random(n), dice.random(n), dice.random(n) < 0.2)
    assert abs(found.ave) < 0.03


def test_it_is_the_definition_of_the_paper_counted_pair_by_pair():
    dice = stream(2, "bias")
    similarity = dice.random((60, 90)).round(2)  # some on the thresholds, where "below" matters
    active, train_active = dice.random(60) < 0.5, dice.random(90) < 0.3

    def h(of, to):
        near = [min(1 - similarity[i, j] for j in np.flatnonzero(to)) for i in np.flatnonzero(of)]
        return sum(sum(one < d for one in near) / len(near) for d in (k / 100 for k in range(101))) / 101

    direct = h(active, train_active) - h(active, ~train_active) + h(~active, ~train_active) - h(~active, train_active)
    found = ave_bias(similarity[:, train_active].max(axis=1), similarity[:, ~train_active].max(axis=1), active)
    assert abs(found.ave - direct) < 1e-9


def test_a_missing_class_counts_nothing():
    found = ave_bias(np.array([0.5]), np.array([0.25]), np.array([True]))
    assert (found.active, found.inactive) == (pytest.approx(0.25, abs=0.01), 0.0)
